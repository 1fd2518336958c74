"""Streams over real sockets: typed events, errors in them, and connections that close at once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.client.wire import WAIT, Exchange, events, final_event, serving, token_event

from tgi_client import AuthenticatedClient, Client
from tgi_client.api.text_generation_inference import chat_completions, generate_stream
from tgi_client.errors import ErrorAnswer, StreamError, UnexpectedContent, UnexpectedStatus
from tgi_client.models import (
    ChatCompletionChunk,
    ChatRequest,
    ErrorResponse,
    GenerateRequest,
    MessageWithContent,
    OpenAiErrorEvent,
    StreamResponse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = GenerateRequest(inputs="x")
CHAT = ChatRequest(messages=[MessageWithContent(role="user", content="x")])
FAILURE = '{"error":"out of memory","error_type":"generation"}'
CHAT_FAILURE = '{"error":{"message":"Model is overloaded","http_status_code":422}}'
CHUNK = (
    '{"object":"chat.completion.chunk","id":"","created":1,"model":"m","system_fingerprint":"f","usage":null,'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"logprobs":null,"finish_reason":null}]}'
)


def streaming(*data: str, end: bool = True) -> Callable[[Exchange], None]:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.chunk(events(*data))
        if end:
            exchange.end_stream()

    return script


def refusing(exchange: Exchange) -> None:
    exchange.answer(422, "application/json", FAILURE.encode())


def endless(exchange: Exchange) -> None:
    """Send one event, and nothing more."""
    exchange.begin_stream()
    exchange.chunk(events(token_event(1)))


def test_events_are_models() -> None:
    with serving(streaming(token_event(1), final_event(2))) as wire, Client(wire.url) as client:
        found = list(generate_stream.stream(client=client, body=BODY))
    assert [1, 2] == [event.index for event in found]
    assert "w2" == found[1].token.text
    assert all(isinstance(event, StreamResponse) for event in found)
    assert {"inputs": "x"} == json.loads(wire.exchanges[0].body)


def test_events_are_models_asynchronously() -> None:
    async def collect(url: str) -> list[int]:
        async with Client(url) as client:
            return [event.index async for event in generate_stream.astream(client=client, body=BODY)]

    with serving(streaming(token_event(1), final_event(2))) as wire:
        assert [1, 2] == asyncio.run(collect(wire.url))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_any_chunking_gives_the_same_events(size: int) -> None:
    data = events(final_event(1).replace("w1", "é🤖")).replace(b"\n", b"\r\n") + b": comment\r\n\r\n"

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        for start in range(0, len(data), size):
            exchange.chunk(data[start : start + size])
        exchange.end_stream()

    with serving(script) as wire, Client(wire.url) as client:
        assert ["é🤖"] == [event.token.text for event in generate_stream.stream(client=client, body=BODY)]


def test_a_stream_is_asked_for_on_a_copy_of_the_body() -> None:
    with serving(streaming(CHUNK, "[DONE]")) as wire, Client(wire.url) as client:
        assert 1 == len(list(chat_completions.stream(client=client, body=CHAT)))
        assert "stream" not in CHAT.to_dict()
    assert json.loads(wire.exchanges[0].body)["stream"] is True


def test_no_stream_is_asked_for_by_the_unary_form() -> None:
    body = ChatRequest.from_dict({**CHAT.to_dict(), "stream": True})
    with serving(refusing) as wire, Client(wire.url) as client:
        answer = chat_completions.sync(client=client, body=body)
    assert isinstance(answer, ErrorResponse)
    assert json.loads(wire.exchanges[0].body)["stream"] is False


def test_done_ends_a_stream_that_the_server_leaves_open() -> None:
    script = streaming(CHUNK, "[DONE]", CHUNK, end=False)
    with serving(script) as wire, Client(wire.url) as client:
        found = list(chat_completions.stream(client=client, body=CHAT))
        assert wire.hung_up.wait(WAIT)
    assert [ChatCompletionChunk] == [type(event) for event in found]


@pytest.mark.parametrize(
    ("operation", "body", "data", "model", "told"),
    [
        (generate_stream, BODY, FAILURE, ErrorResponse, ("out of memory", "generation", None)),
        (chat_completions, CHAT, CHAT_FAILURE, OpenAiErrorEvent, ("Model is overloaded", None, 422)),
        (chat_completions, CHAT, '{"error":"x"}', type(None), ("x", None, None)),
        (generate_stream, BODY, '{"error":{"type":"t","code":5}}', type(None), ("", "t", 5)),
    ],
)
def test_an_error_in_a_stream_is_an_exception_or_an_item(
    operation: Any, body: Any, data: str, model: type, told: tuple[object, ...]
) -> None:
    with serving(streaming(data)) as wire, Client(wire.url) as client:
        with pytest.raises(StreamError) as raised:
            list(operation.stream(client=client, body=body))
        (item,) = operation.stream(client=client, body=body, errors="yield")
    for error in (raised.value, item):
        assert isinstance(error, StreamError)
        assert told == (error.message, error.error_type, error.status_code)
        assert isinstance(error.parsed, model)
        assert json.loads(data) == error.data


def test_events_before_an_error_are_given() -> None:
    with serving(streaming(token_event(1), FAILURE)) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=BODY)
        assert 1 == next(stream).index
        with pytest.raises(StreamError, match="generate_stream: error in the stream"):
            next(stream)


def test_errors_must_be_a_known_word() -> None:
    with pytest.raises(ValueError, match="expected 'raise' or 'yield'"):
        generate_stream.stream(client=Client("http://x"), body=BODY, errors="ignore")  # type: ignore[call-overload]


def test_a_broken_loop_closes_the_connection() -> None:
    with serving(endless) as wire, Client(wire.url) as client:
        for _ in generate_stream.stream(client=client, body=BODY):
            break
        assert wire.hung_up.wait(WAIT)


def _raise_within(stream: Any) -> None:
    for _ in stream:
        raise KeyError


def test_an_exception_in_a_loop_closes_the_connection() -> None:
    with serving(endless) as wire, Client(wire.url) as client:
        with pytest.raises(KeyError):
            _raise_within(generate_stream.stream(client=client, body=BODY))
        assert wire.hung_up.wait(WAIT)


def test_close_and_with_close_the_connection() -> None:
    with serving(endless) as wire, Client(wire.url) as client:
        with generate_stream.stream(client=client, body=BODY) as stream:
            next(stream)
            assert not wire.hung_up.is_set()
        assert wire.hung_up.wait(WAIT)
        assert [] == list(stream)


def test_a_broken_async_loop_closes_the_connection() -> None:
    async def leave(url: str) -> bool:
        async with Client(url) as client:
            async for _ in generate_stream.astream(client=client, body=BODY):
                break
            return await asyncio.to_thread(wire.hung_up.wait, WAIT)

    with serving(endless) as wire:
        assert asyncio.run(leave(wire.url))


def test_async_with_closes_the_connection() -> None:
    async def leave(url: str) -> bool:
        async with Client(url) as client:
            async with generate_stream.astream(client=client, body=BODY) as stream:
                async for _ in stream:
                    break
            return await asyncio.to_thread(wire.hung_up.wait, WAIT)

    with serving(endless) as wire:
        assert asyncio.run(leave(wire.url))


def test_a_cancelled_task_closes_the_connection() -> None:
    async def read(client: Client, first: asyncio.Event) -> None:
        async for _ in generate_stream.astream(client=client, body=BODY):
            first.set()

    async def cancel(url: str) -> bool:
        first = asyncio.Event()
        async with Client(url) as client:
            task = asyncio.create_task(read(client, first))
            await asyncio.wait_for(first.wait(), WAIT)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await asyncio.to_thread(wire.hung_up.wait, WAIT)

    with serving(endless) as wire:
        assert asyncio.run(cancel(wire.url))


def test_a_refusal_with_a_documented_error_is_typed() -> None:
    with serving(refusing) as wire, Client(wire.url) as client, pytest.raises(ErrorAnswer) as raised:
        next(generate_stream.stream(client=client, body=BODY))
    assert 422 == raised.value.status_code
    assert ErrorResponse(error="out of memory", error_type="generation") == raised.value.parsed


@pytest.mark.parametrize(
    ("status", "media_type", "body", "kind"),
    [
        (422, "text/plain", b"Failed to deserialize the JSON body", UnexpectedContent),
        (401, None, b"", UnexpectedStatus),
        (502, "text/html", b"<html>bad gateway", UnexpectedStatus),
        (200, "application/json", b'{"generated_text":"x"}', UnexpectedContent),
        (200, None, b"data: {}\n\n", UnexpectedContent),
        (200, "text/event-stream-not", b"data: {}\n\n", UnexpectedContent),
        (200, "text/event-stream", b"data: {}\n\n", UnexpectedContent),
        (200, "text/event-stream", b"data: nonsense\n\n", UnexpectedContent),
        (200, "text/event-stream", b"data: [1]\n\n", UnexpectedContent),
        (200, "text/event-stream", b"data: " + b"[" * 100_000 + b"\n\n", UnexpectedContent),
    ],
)
def test_what_is_no_stream_of_events_is_an_error(
    status: int, media_type: str | None, body: bytes, kind: type[Exception]
) -> None:
    with serving(lambda exchange: exchange.answer(status, media_type, body)) as wire:
        with AuthenticatedClient(wire.url, "sesame") as client, pytest.raises(kind) as raised:
            list(generate_stream.stream(client=client, body=BODY))

        async def collect() -> None:
            async with AuthenticatedClient(wire.url, "sesame") as client:
                async for _ in generate_stream.astream(client=client, body=BODY):
                    pass

        with pytest.raises(kind):
            asyncio.run(collect())
    assert f"generate_stream: status {status}" in str(raised.value)
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("media_type", ["text/event-stream; charset=utf-8", "Text/Event-Stream"])
def test_media_types_may_have_parameters_and_capitals(media_type: str) -> None:
    body = events(final_event(1))
    script = lambda exchange: exchange.answer(200, media_type, body)  # noqa: E731
    with serving(script) as wire, Client(wire.url) as client:
        assert 1 == len(list(generate_stream.stream(client=client, body=BODY)))


def test_an_endless_answer_that_is_no_stream_is_not_read_to_its_end() -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream("text/plain")
        for _ in range(10_000):
            exchange.chunk(b"x" * 10_000)

    with serving(script) as wire, Client(wire.url) as client, pytest.raises(UnexpectedContent):
        next(generate_stream.stream(client=client, body=BODY))


def test_a_connection_that_breaks_off_is_an_error_of_httpx() -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.chunk(events(token_event(1)))
        exchange.connection.shutdown(2)

    with serving(script) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=BODY)
        assert 1 == next(stream).index
        with pytest.raises(httpx.RemoteProtocolError):
            next(stream)


def test_a_read_timeout_is_that_of_httpx() -> None:
    timeout = httpx.Timeout(WAIT, read=0.5)
    with serving(endless) as wire, Client(wire.url, timeout=timeout) as client:
        stream = generate_stream.stream(client=client, body=BODY)
        assert 1 == next(stream).index
        with pytest.raises(httpx.ReadTimeout):
            next(stream)
        assert wire.hung_up.wait(WAIT)
