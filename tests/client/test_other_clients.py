"""httpx clients of other packages, and what OpenTelemetry sees of the client's calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.client.test_reference_server import STREAMS, UNARY, kind_of
from tests.client.wire import WAIT, Exchange, events, serving, token_event

from tgi_client import Client
from tgi_client.api.text_generation_inference import chat_completions, generate, generate_stream
from tgi_client.errors import IncompleteStream, StreamError, UnexpectedStatus
from tgi_client.retries import FailedAttempt, Retries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running

BODY = {"inputs": "What is Deep Learning?", "parameters": {"max_new_tokens": 3, "details": True}}


def with_httpx2(url: str, http: Any = None, other: Any = None, **options: Any) -> Client:
    return Client(url, httpx_client=http, async_httpx_client=other, **options)


@pytest.fixture
def client(tgi_server: Running) -> Iterator[Client]:
    with httpx2.Client() as http:
        yield with_httpx2(tgi_server.url, http)


@pytest.mark.parametrize(("operation", "arguments", "expected"), UNARY)
def test_an_operation_answers(
    operation: Any, arguments: dict[str, Any], expected: Any, client: Client, tgi_server: Running
) -> None:
    async def ask() -> Any:
        async with httpx2.AsyncClient() as http:
            return await operation.asyncio(client=with_httpx2(tgi_server.url, other=http), **arguments)

    assert expected == kind_of(operation.sync(client=client, timeout=WAIT, **arguments))
    assert expected == kind_of(asyncio.run(ask()))


@pytest.mark.parametrize(("operation", "body", "expected"), STREAMS)
def test_an_operation_streams(
    operation: Any, body: Any, expected: type, client: Client, tgi_server: Running
) -> None:
    async def ask() -> list[Any]:
        async with httpx2.AsyncClient() as http:
            other = with_httpx2(tgi_server.url, other=http)
            return [event async for event in operation.astream(client=other, body=body)]

    for found in (list(operation.stream(client=client, body=body)), asyncio.run(ask())):
        assert 4 <= len(found) <= 5
        assert {expected} == set(map(type, found))


def test_streams_tell_their_head_and_their_whole(client: Client) -> None:
    stream = generate_stream.stream(client=client, body=BODY)
    assert 200 == stream.status_code
    assert generate.sync(client=client, body=BODY) == stream.collect()


def test_refusals_and_errors_are_the_same(client: Client) -> None:
    with pytest.raises(StreamError):
        list(generate_stream.stream(client=client, body={"inputs": ""}))
    with pytest.raises(StreamError):
        chat_completions.stream(client=client, body={"messages": [], "max_tokens": 0}).collect()
    with httpx2.Client() as http, pytest.raises(UnexpectedStatus) as raised:
        generate.sync(client=with_httpx2(f"{client.base_url}/nowhere", http), body=BODY)
    assert 404 == raised.value.status_code


def test_a_stream_without_its_end_is_told() -> None:
    def script(exchange: Exchange) -> None:
        exchange.answer(200, "text/event-stream", events(token_event(1)))

    with serving(script) as wire, httpx2.Client() as http, pytest.raises(IncompleteStream):
        list(generate_stream.stream(client=with_httpx2(wire.url, http), body=BODY))


def test_timeouts_are_those_of_the_package_and_name_the_operation() -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.chunk(events(token_event(1)))

    timeout = httpx2.Timeout(WAIT, read=0.5)
    with serving(script) as wire, httpx2.Client(timeout=timeout) as http:
        stream = generate_stream.stream(client=with_httpx2(wire.url, http), body=BODY)
        next(stream)
        with pytest.raises(httpx2.ReadTimeout, match=r"^generate_stream: read timeout after 0\.5 s$"):
            next(stream)


def test_retries_know_the_errors_of_the_package() -> None:
    told: list[FailedAttempt] = []
    policy = Retries(backoff=0.0, jitter=0.0, callback=told.append)
    with httpx2.Client() as http:
        client = with_httpx2("http://127.0.0.1:9", http, retries=policy)
        with pytest.raises(httpx2.ConnectError):
            generate.sync(client=client, body=BODY)
    assert [1, 2] == [item.number for item in told]


# OpenTelemetry


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    try:
        yield exporter
    finally:
        HTTPXClientInstrumentor().uninstrument()
        provider.shutdown()


def test_opentelemetry_sees_each_call(spans: InMemorySpanExporter, tgi_server: Running) -> None:
    async def ask() -> None:
        async with Client(tgi_server.url) as client:
            await client.generate_stream.astream(BODY).collect()

    with Client(tgi_server.url) as client:
        client.generate(BODY)
        client.generate_stream(BODY).collect()
    asyncio.run(ask())
    found = [span.attributes or {} for span in spans.get_finished_spans()]
    paths = [str(item.get("http.url", item.get("url.full"))).removeprefix(tgi_server.url) for item in found]
    assert ["/generate", "/generate_stream", "/generate_stream"] == paths
    assert {200} == {item.get("http.status_code", item.get("http.response.status_code")) for item in found}
