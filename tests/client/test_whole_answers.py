"""Streams tell their head, end with their end, and give the whole answer that the unstreamed form gives."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from tests.client.wire import WAIT, Exchange, events, final_event, serving, token_event

from tgi_client import Client
from tgi_client.api.text_generation_inference import (
    chat_completions,
    compat_generate,
    completions,
    generate,
    generate_stream,
    sagemaker_compatibility,
)
from tgi_client.errors import (
    AnswerError,
    ClientError,
    ErrorAnswer,
    IncompleteStream,
    StreamError,
    UnexpectedContent,
)
from tgi_client.models import ChatCompletion, ToolCallMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tgi_reference.server import Running

PROMPT = "What is Deep Learning?"
NATIVE = {"inputs": PROMPT, "parameters": {"max_new_tokens": 5, "details": True, "top_n_tokens": 2}}
PLAIN = {"inputs": PROMPT, "parameters": {"max_new_tokens": 5}}
CHAT = {
    "messages": [{"role": "user", "content": PROMPT}],
    "max_tokens": 6,
    "temperature": 0.0,
    "logprobs": True,
    "top_logprobs": 2,
}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = {
    "messages": CHAT["messages"],
    "max_tokens": 200,
    "temperature": 0.0,
    "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": CITY}}],
    "tool_choice": "required",
}
TEXTS = {"prompt": ["What is", "Why is"], "max_tokens": 4, "temperature": 0.0}
FAILURE = '{"error":"out of memory","error_type":"generation"}'


def chunk(content: str, finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": finish_reason}
    head = {"object": "chat.completion.chunk", "id": "", "created": 1, "model": "m"}
    return json.dumps({**head, "system_fingerprint": "f", "choices": [choice], "usage": None})


def streaming(*data: str, headers: str = "") -> Callable[[Exchange], None]:
    def script(exchange: Exchange) -> None:
        body = events(*data)
        length = f"content-length: {len(body)}"
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{headers}{length}\r\n\r\n"
        exchange.send(head.encode() + body)

    return script


@pytest.fixture
def client(tgi_server: Running) -> Iterator[Client]:
    with Client(tgi_server.url) as client:
        yield client


# The head


def test_a_stream_tells_the_head_of_its_answer() -> None:
    script = streaming(token_event(1), final_event(2), headers="x-request-id: r1\r\n")
    with serving(script) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=PLAIN)
        assert [] == wire.exchanges
        told = (stream.status_code, stream.headers["x-request-id"], stream.request_id)
        assert (200, "r1", "r1") == told
        assert 200 == stream.response.status_code
        assert [1, 2] == [event.index for event in stream]
        assert told == (stream.status_code, stream.headers["x-request-id"], stream.request_id)
    assert 1 == len(wire.exchanges)


def test_a_stream_tells_the_head_asynchronously_once_it_is_open() -> None:
    async def read(url: str) -> tuple[int, str | None, list[int]]:
        async with Client(url) as client, generate_stream.astream(client=client, body=PLAIN) as stream:
            with pytest.raises(ClientError, match="was not opened"):
                _ = stream.status_code
            await stream.open()
            head = stream.status_code, stream.request_id
            return *head, [event.index async for event in stream]

    script = streaming(token_event(1), final_event(2), headers="X-Request-ID: r1\r\n")
    with serving(script) as wire:
        assert (200, "r1", [1, 2]) == asyncio.run(read(wire.url))


def test_the_head_of_a_refusal_is_told_before_it_is_raised() -> None:
    def script(exchange: Exchange) -> None:
        exchange.answer(429, "application/json", FAILURE.encode())

    with serving(script) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=PLAIN).open()
        assert 429 == stream.status_code
        with pytest.raises(ErrorAnswer):
            next(stream)


def test_a_stream_that_is_opened_and_let_go_of_closes_its_connection() -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.chunk(events(token_event(1)))

    with serving(script) as wire, Client(wire.url) as client:
        assert 200 == generate_stream.stream(client=client, body=PLAIN).status_code
        assert wire.hung_up.wait(WAIT)


# The end


@pytest.mark.parametrize(
    ("operation", "body", "data", "told"),
    [
        (generate_stream, PLAIN, [token_event(1)], "an event with `generated_text`, 1 events came"),
        (generate_stream, PLAIN, [], "an event with `generated_text`, 0 events came"),
        (generate_stream, PLAIN, [token_event(1), "[DONE]"], "an event with `generated_text`, 1 events"),
        (compat_generate, PLAIN, [token_event(1)], "an event with `generated_text`, 1 events came"),
        (sagemaker_compatibility, PLAIN, [token_event(1)], "an event with `generated_text`, 1 events"),
        (chat_completions, CHAT, [chunk("a"), chunk("b", "length")], "[DONE], 2 events came"),
        (chat_completions, CHAT, [], "[DONE], 0 events came"),
        (sagemaker_compatibility, CHAT, [chunk("a", "stop")], "[DONE], 1 events came"),
        (completions, TEXTS, [], "[DONE], 0 events came"),
    ],
)
def test_a_stream_without_its_end_is_an_error_with_what_came(
    operation: Any, body: Any, data: list[str], told: str
) -> None:
    async def collect(url: str) -> None:
        async with Client(url) as client:
            await operation.astream(client=client, body=body).collect()

    with serving(streaming(*data)) as wire, Client(wire.url) as client:
        stream, came = operation.stream(client=client, body=body), []
        with pytest.raises(IncompleteStream) as raised:
            came.extend(stream)
        with pytest.raises(IncompleteStream):
            stream.collect()
        with pytest.raises(IncompleteStream):
            asyncio.run(collect(wire.url))
    error = raised.value
    assert f"the stream ended without {told}" in str(error)
    events_only = [item for item in data if item != "[DONE]"]
    assert [json.loads(item) for item in events_only] == [event.to_dict() for event in error.events]
    assert 200 == error.status_code
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    assert (str(error), error.events) == (str(copied), copied.events)


@pytest.mark.parametrize(
    ("operation", "body", "data"),
    [
        (generate_stream, PLAIN, [token_event(1), final_event(2)]),
        (generate_stream, PLAIN, [final_event(1), token_event(2)]),
        (generate_stream, PLAIN, [final_event(1), "[DONE]"]),
        (chat_completions, CHAT, ["[DONE]"]),
        (chat_completions, CHAT, [chunk("a"), "[DONE]"]),
        (sagemaker_compatibility, PLAIN, [final_event(1)]),
        (sagemaker_compatibility, CHAT, ["[DONE]"]),
    ],
)
def test_a_stream_with_its_end_is_none(operation: Any, body: Any, data: list[str]) -> None:
    with serving(streaming(*data)) as wire, Client(wire.url) as client:
        found = list(operation.stream(client=client, body=body))
    assert len([item for item in data if item != "[DONE]"]) == len(found)


@pytest.mark.parametrize("errors", ["raise", "yield"])
def test_an_error_ends_a_stream_and_is_what_collect_raises(errors: Any) -> None:
    with serving(streaming(token_event(1), FAILURE)) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=PLAIN, errors=errors)
        with pytest.raises(StreamError) as raised:
            stream.collect()
        if errors == "yield":
            found = list(generate_stream.stream(client=client, body=PLAIN, errors=errors))
            assert [False, True] == [isinstance(item, StreamError) for item in found]
    assert FAILURE.encode() == raised.value.body
    assert "out of memory" == copy.copy(raised.value).message


def test_a_stream_that_was_left_has_no_whole_answer() -> None:
    with serving(streaming(token_event(1), final_event(2))) as wire, Client(wire.url) as client:
        with generate_stream.stream(client=client, body=PLAIN) as stream:
            next(stream)
        with pytest.raises(IncompleteStream, match=r"left before its end, 1 events came"):
            stream.collect()
        closed = generate_stream.stream(client=client, body=PLAIN)
        closed.close()
        with pytest.raises(ClientError, match="closed before it was opened"):
            closed.collect()


def test_a_stream_of_nothing_but_its_end_has_no_whole_answer() -> None:
    with serving(streaming("[DONE]")) as wire, Client(wire.url) as client:
        stream = chat_completions.stream(client=client, body=CHAT)
        assert [] == list(stream)
        with pytest.raises(IncompleteStream, match="has no events"):
            stream.collect()


def test_a_whole_answer_that_lacks_something_is_told() -> None:
    lacking = chunk("a").replace('"created": 1, ', "")
    with serving(streaming(lacking, "[DONE]")) as wire, Client(wire.url) as client:
        stream = chat_completions.stream(client=client, body=CHAT)
        with pytest.raises(AnswerError, match="'created' is missing") as raised:
            stream.collect()
    assert isinstance(raised.value, UnexpectedContent)


# The whole answer


def comparable(answer: Any) -> Any:
    """Give the JSON of an answer without the time, with its choices in order."""
    if isinstance(answer, list):
        return [comparable(item) for item in answer]
    value = answer.to_dict()
    value.pop("created", None)
    value.get("choices", []).sort(key=lambda choice: choice["index"])
    return value


PAIRS = [
    pytest.param(generate.sync, generate_stream, NATIVE, id="generate, details"),
    pytest.param(generate.sync, generate_stream, PLAIN, id="generate"),
    pytest.param(compat_generate.sync, compat_generate, NATIVE, id="root"),
    pytest.param(sagemaker_compatibility.sync, sagemaker_compatibility, NATIVE, id="invocations, native"),
    pytest.param(sagemaker_compatibility.sync, sagemaker_compatibility, CHAT, id="invocations, chat"),
    pytest.param(sagemaker_compatibility.sync, sagemaker_compatibility, TEXTS, id="invocations, text"),
    pytest.param(chat_completions.sync, chat_completions, CHAT, id="chat"),
    pytest.param(completions.sync, completions, TEXTS, id="completions"),
]


@pytest.mark.parametrize(("unstreamed", "operation", "body"), PAIRS)
def test_collect_gives_what_the_unstreamed_form_gives(
    unstreamed: Any, operation: Any, body: Any, client: Client, tgi_server: Running
) -> None:
    async def collect() -> Any:
        async with Client(tgi_server.url) as other:
            return await operation.astream(client=other, body=body).collect()

    expected = unstreamed(client=client, body=body)
    collected = operation.stream(client=client, body=body).collect()
    assert type(expected) is type(collected)
    assert comparable(expected) == comparable(collected) == comparable(asyncio.run(collect()))


@pytest.mark.parametrize("read", [1, 100])
def test_one_may_iterate_first(read: int, client: Client) -> None:
    expected = generate.sync(client=client, body=NATIVE)
    stream = generate_stream.stream(client=client, body=NATIVE)
    for _ in zip(range(read), stream, strict=False):
        pass
    assert expected == stream.collect() == stream.collect()


def test_tool_calls_are_put_together(client: Client) -> None:
    answer = chat_completions.stream(client=client, body=TOOLS).collect()
    message = answer.choices[0].message
    assert isinstance(message, ToolCallMessage)
    assert "get_weather" == message.tool_calls[0].function.name
    assert {"city"} == json.loads(str(message.tool_calls[0].function.arguments)).keys()
    whole = chat_completions.sync(client=client, body=TOOLS)
    assert isinstance(whole, ChatCompletion)
    assert whole.choices[0].finish_reason == answer.choices[0].finish_reason


def test_several_calls_are_told_by_their_index() -> None:
    def piece(index: int, **function: str) -> str:
        call = {"index": index, "id": f"c{index}", "type": "function", "function": function}
        choice = {"index": 0, "delta": {"role": "assistant", "tool_calls": [call]}, "finish_reason": None}
        return json.dumps({**json.loads(chunk("")), "choices": [choice]})

    data = [piece(0, name="f", arguments="{"), piece(1, name="g", arguments="[")]
    data += [piece(1, arguments="]"), piece(0, arguments="}"), "[DONE]"]
    with serving(streaming(*data)) as wire, Client(wire.url) as client:
        answer = chat_completions.stream(client=client, body=CHAT).collect()
    message = answer.choices[0].message
    assert isinstance(message, ToolCallMessage)
    found = [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls]
    assert [("c0", "f", "{}"), ("c1", "g", "[]")] == found


@pytest.mark.parametrize(
    ("options", "iterates", "expected"),
    [
        ({}, False, {"include_usage": True}),
        ({}, True, None),
        ({"stream_options": None}, False, {"include_usage": True}),
        ({"stream_options": {"include_usage": False}}, False, {"include_usage": False}),
    ],
)
def test_usage_is_asked_for_where_nobody_sees_the_chunk(
    options: dict[str, Any], iterates: bool, expected: Any
) -> None:
    with serving(streaming(chunk("a", "stop"), "[DONE]")) as wire, Client(wire.url) as client:
        stream = chat_completions.stream(client=client, body={**CHAT, **options})
        for _ in stream if iterates else ():
            pass
        answer = stream.collect()
    assert expected == json.loads(wire.exchanges[0].body).get("stream_options")
    assert answer.usage is None
