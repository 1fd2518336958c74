"""What a call may be told, the methods of a client, and the connections that clients share."""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.client.wire import Exchange, events, final_event, serving

from tgi_client import Client
from tgi_client.api.text_generation_inference import chat_completions, generate, generate_stream, tokenize
from tgi_client.errors import EncodeError, UnexpectedContent
from tgi_client.models import ChatRequest, GenerateParameters, GenerateRequest, GenerateResponse, Info

if TYPE_CHECKING:
    from tgi_reference.server import Running

BODY = GenerateRequest("x", GenerateParameters(max_new_tokens=3))
PLAIN: dict[str, Any] = {"inputs": "x", "parameters": {"max_new_tokens": 3}}


def answering(exchange: Exchange) -> None:
    if "/generate_stream" in exchange.head:
        exchange.answer(200, "text/event-stream", events(final_event(1)))
    else:
        exchange.answer(200, "application/json", b'{"generated_text":"a"}')


def timeouts(request: httpx.Request) -> Any:
    return request.extensions["timeout"]


# Per call


def test_a_call_may_have_a_timeout_and_headers_of_its_own() -> None:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"generated_text": "a"})

    http = httpx.Client(transport=httpx.MockTransport(handle), timeout=3.0)
    with http:
        client = Client("http://x", httpx_client=http, headers={"x-mine": "1", "x-other": "2"})
        generate.sync(client=client, body=BODY, timeout=1.5, headers={"X-Mine": "3"})
        generate.sync(client=client, body=BODY, timeout=httpx.Timeout(9.0, read=None))
        generate.sync(client=client.with_timeout(2.0), body=BODY)
        generate.sync(client=client, body=BODY, timeout=None)
        generate.sync(client=client, body=BODY)
    told = [(item["connect"], item["read"]) for item in map(timeouts, requests)]
    assert [(1.5, 1.5), (9.0, None), (2.0, 2.0), (None, None), (3.0, 3.0)] == told
    assert [("3", "2"), ("1", "2")] == [
        (item.headers["x-mine"], item.headers["x-other"]) for item in (requests[0], requests[-1])
    ]


def test_the_content_type_may_be_another_one() -> None:
    with serving(answering) as wire, Client(wire.url) as client:
        generate.sync(client=client, body=BODY, headers={"Content-Type": "application/json; charset=utf-8"})
    assert 1 == wire.exchanges[0].head.lower().count("content-type:")
    assert "application/json; charset=utf-8" == wire.exchanges[0].headers["content-type"]


@pytest.mark.parametrize("body", [BODY, PLAIN])
def test_further_members_are_joined_with_the_body(body: Any) -> None:
    extra = {"new": [1], "parameters": {"adapter": "a", "max_new_tokens": 4}, "none": None}
    with serving(answering) as wire, Client(wire.url) as client:
        generate.sync(client=client, body=body, extra_body=extra)
        list(generate_stream.stream(client=client, body=body, extra_body=extra))
    expected = {"inputs": "x", "parameters": {"max_new_tokens": 4, "adapter": "a"}, "new": [1], "none": None}
    assert [expected, expected] == [json.loads(exchange.body) for exchange in wire.exchanges]
    assert {"inputs": "x", "parameters": {"max_new_tokens": 3}} == PLAIN == BODY.to_dict()


def test_further_members_do_not_make_a_stream() -> None:
    with serving(answering) as wire, Client(wire.url) as client, pytest.raises(UnexpectedContent):
        chat_completions.sync(client=client, body={"messages": []}, extra_body={"stream": True})
    assert json.loads(wire.exchanges[0].body)["stream"] is False


def test_members_for_what_is_no_object_are_refused() -> None:
    body: Any = ["a"]
    with pytest.raises(EncodeError, match="extra_body: members for an array"):
        tokenize.sync(client=Client("http://x"), body=body, extra_body={"a": 1})


# Bodies


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"messages": [], "stream_options": None}, {"messages": []}),
        ({"messages": [], "stream_options": {"include_usage": None}}, {"messages": [], "stream_options": {}}),
        ({"messages": [], "stream": None, "seed": None}, {"messages": [], "seed": None}),
        (ChatRequest([], stream_options=None), {"messages": []}),  # type: ignore[arg-type]
    ],
)
def test_null_is_left_out_where_the_server_refuses_it(body: Any, expected: dict[str, Any]) -> None:
    with serving(answering) as wire, Client(wire.url) as client, pytest.raises(UnexpectedContent):
        chat_completions.sync(client=client, body=body)
    assert expected == json.loads(wire.exchanges[0].body)


def test_null_is_left_out_of_parameters_too() -> None:
    parameters = {"details": None, "do_sample": None, "seed": None, "watermark": None, "stop": None}
    with serving(answering) as wire, Client(wire.url) as client:
        generate.sync(client=client, body={"inputs": "x", "parameters": parameters})
    assert {"inputs": "x", "parameters": {"seed": None}} == json.loads(wire.exchanges[0].body)


def test_what_is_sent_without_nulls_is_accepted(tgi_server: Running) -> None:
    chat = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 2, "stream_options": None}
    parameters = {"max_new_tokens": 2, "details": None, "do_sample": None, "stop": None, "watermark": None}
    with Client(tgi_server.url, raise_on_error=True) as client:
        assert 2 == client.chat.completions(chat).usage.completion_tokens  # type: ignore[union-attr]
        assert isinstance(client.generate({"inputs": "x", "parameters": parameters}), GenerateResponse)


# Methods


def test_a_client_has_the_operations_as_methods(tgi_server: Running) -> None:
    async def ask() -> tuple[Any, Any, int]:
        async with Client(tgi_server.url) as client:
            whole = await client.generate.asyncio(BODY)
            detailed = await client.generate.asyncio_detailed(PLAIN)
            return (
                whole,
                detailed.parsed,
                len([event async for event in client.generate_stream.astream(BODY)]),
            )

    with Client(tgi_server.url) as client:
        answer = client.generate(BODY)
        assert isinstance(answer, GenerateResponse)
        assert answer == client.generate(PLAIN) == client.generate.sync_detailed(PLAIN).parsed
        assert 3 == len(list(client.generate_stream(PLAIN))) == len(list(client.generate_stream.stream(BODY)))
        assert (answer, answer, 3) == asyncio.run(ask())
        chat = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 2}
        assert "chat.completion" == client.chat.completions(chat).object_  # type: ignore[union-attr]
        assert 3 >= len(list(client.chat.completions.stream(chat)))
        assert isinstance(client.info(), Info)
        assert [answer.generated_text] == [
            item.generated_text.removeprefix("x")
            for item in client.compat_generate(PLAIN)  # type: ignore[union-attr]
        ]
        assert client.health() is None


def test_a_client_is_imported_without_its_operations() -> None:
    heavy = ("tgi_client.", "orjson", "tenacity", "opentelemetry")
    code = f"import sys, tgi_client; print([name for name in sys.modules if name.startswith({heavy})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert "['tgi_client.operations', 'tgi_client.types', 'tgi_client.client']" == done.stdout.strip()


# Connections


def test_clients_of_one_another_share_connections() -> None:
    with serving(answering) as wire, Client(wire.url) as client:
        others = [
            client,
            client.with_timeout(5),
            client.with_headers({"x-a": "1"}),
            client.with_cookies({"b": "2"}),
        ]
        for one in others:
            generate.sync(client=one, body=BODY)
        assert 1 == len({id(one.get_httpx_client()) for one in others})
        assert 1 == len({id(one.get_async_httpx_client()) for one in others})
    assert 1 == len({id(exchange.connection) for exchange in wire.exchanges})
    assert ["1", None] == [wire.exchanges[n].headers.get("x-a") for n in (2, 3)]


def test_shared_connections_close_with_the_outermost_block() -> None:
    with serving(answering) as wire:
        with Client(wire.url) as client:
            with client.with_timeout(5) as other:
                generate.sync(client=other, body=BODY)
            http = client.get_httpx_client()
            assert not http.is_closed
        assert http.is_closed
        with client.with_timeout(5) as alone:
            generate.sync(client=alone, body=BODY)
            http = alone.get_httpx_client()
        assert http.is_closed


def test_shared_connections_close_asynchronously() -> None:
    async def leave(url: str) -> tuple[bool, bool]:
        async with Client(url) as client:
            async with client.with_timeout(5) as other:
                await generate.asyncio(client=other, body=BODY)
            http = client.get_async_httpx_client()
            inner = http.is_closed
        return inner, http.is_closed

    with serving(answering) as wire:
        assert (False, True) == asyncio.run(leave(wire.url))


def test_copies_have_connections_of_their_own() -> None:
    with Client("http://x", headers={"a": "1"}) as client:
        http = client.get_httpx_client()
        pickled = pickle.loads(pickle.dumps(client))  # noqa: S301 (our own bytes)
        for copied in (copy.deepcopy(client), pickled):
            assert copied == client
            with copied:
                assert http is not copied.get_httpx_client()
        assert not http.is_closed


# Hooks


def test_event_hooks_of_httpx_see_requests_and_answers() -> None:
    seen: list[str] = []
    hooks: dict[str, list[Any]] = {
        "request": [lambda request: seen.append(f"{request.method} {request.url.path}")],
        "response": [lambda response: seen.append(str(response.status_code))],
    }
    with serving(answering) as wire, Client(wire.url, httpx_args={"event_hooks": hooks}) as client:
        generate.sync(client=client, body=BODY)
        list(generate_stream.stream(client=client, body=BODY))
    assert ["POST /generate", "200", "POST /generate_stream", "200"] == seen


def test_a_hook_may_read_a_stream() -> None:
    hooks: dict[str, list[Any]] = {"response": [lambda response: response.read()]}
    with serving(answering) as wire, Client(wire.url, httpx_args={"event_hooks": hooks}) as client:
        assert 1 == len(list(generate_stream.stream(client=client, body=BODY)))


def test_a_compressed_stream_is_read() -> None:
    def script(exchange: Exchange) -> None:
        body = gzip.compress(events(final_event(1)))
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
        exchange.send(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)

    async def read(url: str) -> int:
        async with Client(url) as client:
            return len([event async for event in generate_stream.astream(client=client, body=BODY)])

    with serving(script) as wire, Client(wire.url) as client:
        assert 1 == len(list(generate_stream.stream(client=client, body=BODY)))
        assert 1 == asyncio.run(read(wire.url))
