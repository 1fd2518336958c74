"""Errors carry what came, name the operation, and show no secret."""

from __future__ import annotations

import asyncio
import pickle
import socket
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.client.wire import WAIT, Exchange, events, serving, token_event

from tgi_client import AuthenticatedClient, Client
from tgi_client.api.text_generation_inference import generate, generate_stream, get_model_info
from tgi_client.errors import AnswerError, ErrorAnswer, ResponseError, StreamError, UnexpectedStatus
from tgi_client.models import ErrorResponse

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {"inputs": "x"}
OVERLOADED = b'{"error":"Model is overloaded","error_type":"overloaded"}'
KEY = "sesame-open"


def refusing(status: int, body: bytes, headers: str = "") -> Callable[[Exchange], None]:
    def script(exchange: Exchange) -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}"
        exchange.send(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)

    return script


def call(operation: Any, client: Client) -> Any:
    """Call an operation and give what it raises."""
    with pytest.raises(ResponseError) as raised:
        ask(operation, client)
    return raised.value


def ask(operation: Any, client: Client) -> Any:
    if hasattr(operation, "sync"):
        return operation.sync(client=client, body=BODY)
    return list(operation.stream(client=client, body=BODY))


@pytest.mark.parametrize("operation", [generate, generate_stream])
def test_an_error_carries_status_headers_body_operation_and_request_id(operation: Any) -> None:
    script = refusing(503, b"\x00busy", "Retry-After: 7\r\nX-Request-Id: r1\r\n")
    with serving(script) as wire, Client(wire.url) as client:
        error = call(operation, client)
    name = operation.__name__.rpartition(".")[2]
    for one in (error, pickle.loads(pickle.dumps(error))):  # noqa: S301 (our own bytes)
        assert isinstance(one, UnexpectedStatus)
        told = (one.operation, one.status_code, one.body, one.request_id, one.retry_after)
        assert (name, 503, b"\x00busy", "r1", 7.0) == told
        assert "7" == one.headers["retry-after"]


def test_an_error_event_carries_the_head_of_its_stream() -> None:
    def script(exchange: Exchange) -> None:
        body = events(OVERLOADED.decode())
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: r2\r\n"
        exchange.send(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)

    with serving(script) as wire, Client(wire.url) as client:
        error = call(generate_stream, client)
    assert isinstance(error, StreamError)
    assert ("generate_stream", OVERLOADED, "r2") == (error.operation, error.body, error.request_id)
    assert "text/event-stream" == error.headers["content-type"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("soon", None),
        ("-1", None),
        ("", None),
        ("\u0661", None),  # a digit elsewhere
        ("9" * 400, 999999999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(told: str, expected: float | None) -> None:
    error = AnswerError("generate", 429, "x", "")
    error.headers = httpx.Headers([(b"retry-after", told.encode())])
    assert expected == error.retry_after
    error.headers = {"retry-after": formatdate(time.time() + 100, usegmt=True)}
    assert 95 < (error.retry_after or 0) <= 101
    error.headers = {"retry-after": formatdate(0, usegmt=True)}
    assert 0 == error.retry_after


def test_the_request_id_may_be_the_request_s_own() -> None:
    with serving(refusing(502, b"")) as wire, Client(wire.url, headers={"X-Request-Id": "mine"}) as client:
        assert "mine" == call(generate, client).request_id


# Errors of the connection


def silent(exchange: Exchange) -> None:
    exchange.connection.recv(1)


def test_timeouts_name_the_operation() -> None:
    timeout = httpx.Timeout(WAIT, read=0.5)

    async def ask_there(url: str) -> None:
        async with Client(url, timeout=timeout) as client:
            await get_model_info.asyncio(client=client)

    told = r"^get_model_info: read timeout after 0\.5 s$"
    with serving(silent) as wire, Client(wire.url, timeout=timeout) as client:
        with pytest.raises(httpx.ReadTimeout, match=told):
            get_model_info.sync(client=client)
        with pytest.raises(httpx.ReadTimeout, match=told) as raised:
            asyncio.run(ask_there(wire.url))
        assert f"{wire.url}/info" == str(raised.value.request.url)


def test_a_timeout_within_a_stream_names_the_operation() -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.chunk(events(token_event(1)))

    with serving(script) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=BODY, timeout=httpx.Timeout(WAIT, read=0.5))
        assert 1 == next(stream).index
        told = r"^generate_stream: read timeout after 0\.5 s$"
        with pytest.raises(httpx.ReadTimeout, match=told) as raised:
            next(stream)
        assert f"{wire.url}/generate_stream" == str(raised.value.request.url)
        with pytest.raises(httpx.ReadTimeout):
            stream.collect()


def test_errors_of_the_connection_name_the_operation() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with Client(url) as client, pytest.raises(httpx.ConnectError, match=r"^generate: ") as raised:
        generate.sync(client=client, body=BODY)
    assert "generate" == getattr(raised.value, "operation", None)


# Documented errors


@pytest.mark.parametrize("raises", [False, True])
def test_a_documented_error_is_returned_or_raised(raises: bool) -> None:
    expected = ErrorResponse(error="Model is overloaded", error_type="overloaded")

    async def ask_there(url: str) -> Any:
        async with Client(url, raise_on_error=raises) as client:
            return await generate.asyncio_detailed(client=client, body=BODY)

    with (
        serving(refusing(429, OVERLOADED, "retry-after: 3\r\n")) as wire,
        Client(wire.url, raise_on_error=raises) as client,
    ):
        if not raises:
            assert (
                expected == generate.sync(client=client, body=BODY) == asyncio.run(ask_there(wire.url)).parsed
            )
            return
        with pytest.raises(ErrorAnswer) as raised:
            generate.sync(client=client, body=BODY)
        with pytest.raises(ErrorAnswer):
            asyncio.run(ask_there(wire.url))
    error = raised.value
    assert (expected, 429, OVERLOADED) == (error.parsed, error.status_code, error.body)
    assert 3 == error.retry_after
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    assert expected == copied.parsed


# Secrets


def echo(exchange: Exchange) -> None:
    exchange.answer(200 if "/generate " in exchange.head else 401, "text/plain", exchange.head.encode())


def shown(*values: Any) -> str:
    """Give all that may end in a log."""
    causes = [getattr(value, name, None) for value in values for name in ("__cause__", "__context__")]
    return " ".join(f"{value!s} {value!r}" for value in (*values, *filter(None, causes)))


def test_no_secret_is_shown_anywhere() -> None:
    with serving(echo) as wire:
        plain = wire.url
        url = plain.replace("http://", f"http://user:{KEY}@")
        client = AuthenticatedClient(
            url,
            KEY,
            headers={"x-secret": KEY},
            cookies={"a": KEY},
            httpx_args={"headers": {"x": KEY}},
        )
        with client:
            errors = [call(generate, client), call(generate_stream, client)]
            stream = generate_stream.stream(client=client, body=BODY, headers={"x-more": "hush-hush"})
            with pytest.raises(AnswerError) as raised:
                next(stream)
            text = shown(client, client.with_timeout(1), client.generate, stream, raised.value, *errors)
    assert "hush-hush" in wire.exchanges[-1].head
    assert f"AuthenticatedClient(base_url='{plain}')" == repr(client)
    assert KEY not in text
    assert "hush-hush" not in text


@pytest.mark.parametrize("value", [f"{KEY}\n", f"{KEY}é", f"{KEY}\x00"])
def test_a_header_that_cannot_be_sent_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ValueError, match=r"^header x: expected printable ASCII characters$") as raised:
        Client("http://x", headers={"x": value})
    with pytest.raises(ValueError, match=r"^header a: ") as cookie:
        Client("http://x", cookies={"a": value})
    with Client("http://x") as client, pytest.raises(ValueError, match=r"^header y: ") as called:
        generate.sync(client=client, body=BODY, headers={"y": value})
    assert KEY not in shown(raised.value, cookie.value, called.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:3000",
        "localhost",
        "//x",
        "ftp://x",
        "http://",
        "http:///a",
        "http://x:port",
        "http://[::1",
    ],
)
def test_a_url_without_scheme_or_host_fails_at_construction(url: str) -> None:
    with pytest.raises(ValueError, match=r"^base_url: expected a URL with a scheme and a host"):
        Client(url)


def test_the_repr_of_a_client_shows_its_url() -> None:
    assert "Client(base_url='http://x:1/a')" == repr(Client("http://x:1/a/"))
    assert "AuthenticatedClient(base_url='https://x')" == repr(AuthenticatedClient("https://x", KEY))
