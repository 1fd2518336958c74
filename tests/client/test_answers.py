"""Answers that do not stream: typed where they are documented, errors that tell what is needed where not."""

from __future__ import annotations

import asyncio
import pickle
import socket
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.client.wire import WAIT, Exchange, serving

from tgi_client import AuthenticatedClient, Client
from tgi_client.api.text_generation_inference import generate, get_model_info, health, metrics
from tgi_client.errors import AnswerError, EncodeError, UnexpectedContent, UnexpectedStatus
from tgi_client.models import ErrorResponse, GenerateParameters, GenerateRequest, GenerateResponse

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = GenerateRequest(inputs="x")
KEY = "sesame-open"


def hanging(exchange: Exchange) -> None:
    exchange.connection.recv(1)


def echoing(status: int) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(status, "text/plain", exchange.head.encode())


def answering(status: int, media_type: str | None, body: str) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(status, media_type, body.encode())


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", None])
def test_an_answer_is_a_model(media_type: str | None) -> None:
    with (
        serving(answering(200, media_type, '{"generated_text":"é","x":1}')) as wire,
        Client(wire.url) as client,
    ):
        answer = generate.sync(client=client, body=BODY)
        detailed = generate.sync_detailed(client=client, body=BODY)
    assert isinstance(answer, GenerateResponse)
    assert ("é", {"x": 1}) == (answer.generated_text, answer.additional_properties)
    assert (200, answer) == (detailed.status_code, detailed.parsed)
    assert b'"x":1' in detailed.content


def test_an_answer_is_a_model_asynchronously() -> None:
    async def ask(url: str) -> tuple[object, object]:
        async with Client(url) as client:
            answer = await generate.asyncio(client=client, body=BODY)
            return answer, (await generate.asyncio_detailed(client=client, body=BODY)).parsed

    with serving(answering(200, "application/json", '{"generated_text":"a"}')) as wire:
        expected = GenerateResponse(generated_text="a")
        assert (expected, expected) == asyncio.run(ask(wire.url))


@pytest.mark.parametrize("status", [422, 424, 429, 500])
def test_a_documented_error_comes_back_typed(status: int) -> None:
    body = '{"error":"Model is overloaded","error_type":"overloaded"}'
    with serving(answering(status, "application/json", body)) as wire, Client(wire.url) as client:
        detailed = generate.sync_detailed(client=client, body=BODY)
    assert ErrorResponse(error="Model is overloaded", error_type="overloaded") == detailed.parsed
    assert status == detailed.status_code


@pytest.mark.parametrize(
    ("status", "media_type", "body", "kind", "told"),
    [
        (400, "text/plain", "Failed to parse", UnexpectedStatus, "no documented body: Failed to parse"),
        (401, None, "", UnexpectedStatus, "status 401"),
        (418, "application/json", "{}", UnexpectedStatus, "status 418"),
        (204, None, "", UnexpectedStatus, "(empty body)"),
        (502, "text/html", "<h1>Bad\r\n\x1b[31mgateway", UnexpectedStatus, "Bad\\r\\n\\x1b[31mgateway"),
        (422, "text/plain", "missing field `inputs`", UnexpectedContent, "missing field `inputs`"),
        (422, "application/json", '{"detail":[]}', UnexpectedContent, "required member 'error' is missing"),
        (200, "application/json", "[]", UnexpectedContent, "an array, expected an object"),
        (200, "application/json", "null", UnexpectedContent, "null, expected an object"),
        (200, "application/json", "{", UnexpectedContent, "the body is not JSON"),
        (200, "application/json", "[" * 100_000, UnexpectedContent, "the body is not JSON"),
        (
            200,
            "application/json",
            '{"generated_text":"a","details":3}',
            UnexpectedContent,
            "a number, expected",
        ),
        (200, "text/html", "<html>", UnexpectedContent, "expected JSON"),
        (200, None, "", UnexpectedContent, "the body is not JSON"),
    ],
)
def test_anything_else_raises_with_status_excerpt_and_operation(
    status: int, media_type: str | None, body: str, kind: type[AnswerError], told: str
) -> None:
    script = answering(status, media_type, body)
    with serving(script) as wire, Client(wire.url) as client, pytest.raises(kind) as raised:
        generate.sync(client=client, body=BODY)
    error = raised.value
    assert f"generate: status {status}, " in str(error)
    assert told in str(error)
    assert ("generate", status) == (error.operation, error.status_code)
    assert str(error).isprintable()
    assert len(str(error)) < 1000
    assert str(error) == str(pickle.loads(pickle.dumps(error)))  # noqa: S301 (our own bytes)


@pytest.mark.parametrize("status", [200, 401, 500])
def test_no_key_is_shown(status: int) -> None:
    def echo(exchange: Exchange) -> None:
        exchange.answer(status, "text/plain", exchange.head.encode())

    with serving(echo) as wire:
        client = AuthenticatedClient(
            wire.url, KEY, headers={"x-secret": "other-secret"}, cookies={"a": "cookie-secret"}
        )
        with client, pytest.raises(AnswerError) as raised:
            generate.sync(client=client, body=BODY)
    assert f"Bearer {KEY}" == wire.exchanges[0].headers["authorization"]
    assert "a=cookie-secret" == wire.exchanges[0].headers["cookie"]
    for shown in (str(raised.value), repr(raised.value), repr(client)):
        assert KEY not in shown
        assert "secret" not in shown.replace("x-secret", "")


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "schlüssel"])
def test_a_key_that_no_header_takes_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match=r"^token: expected visible ASCII characters$"):
        AuthenticatedClient("http://x", key)


def test_text_and_empty_bodies() -> None:
    with (
        serving(answering(200, "text/plain; version=0.0.4", "tgi_queue_size 0\n")) as wire,
        Client(wire.url) as client,
    ):
        assert "tgi_queue_size 0\n" == metrics.sync(client=client)
        assert health.sync(client=client) is None


def test_errors_of_the_connection_are_those_of_httpx() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with Client(url) as client, pytest.raises(httpx.ConnectError):
        generate.sync(client=client, body=BODY)


def test_timeouts_are_those_of_httpx() -> None:
    timeout = httpx.Timeout(WAIT, read=0.05)
    with serving(hanging) as wire, Client(wire.url).with_timeout(timeout) as client:
        with pytest.raises(httpx.ReadTimeout) as raised:
            get_model_info.sync(client=client)
        assert raised.type.__module__ == "httpx"


def test_an_httpx_client_can_be_passed_in() -> None:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"generated_text": "a"})

    http = httpx.Client(transport=httpx.MockTransport(handle), headers={"x-mine": "1"}, timeout=3.0)
    client = AuthenticatedClient("http://gw/models/foo/", KEY, httpx_client=http)
    with client.with_headers({"x-more": "2"}) as with_more:
        generate.sync(client=with_more, body=BODY)
    assert "http://gw/models/foo/generate" == str(requests[0].url)
    told = {name: requests[0].headers[name] for name in ("authorization", "x-mine", "x-more", "content-type")}
    assert {
        "authorization": f"Bearer {KEY}",
        "x-mine": "1",
        "x-more": "2",
        "content-type": "application/json",
    } == told
    assert {"connect": 3.0, "read": 3.0, "write": 3.0, "pool": 3.0} == requests[0].extensions["timeout"]
    assert not http.is_closed
    http.close()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_floats_that_json_cannot_carry_are_refused(value: float) -> None:
    body = GenerateRequest(inputs="x", parameters=GenerateParameters(temperature=value))
    with pytest.raises(EncodeError, match=r"^/parameters/temperature: .*, JSON has neither"):
        generate.sync(client=Client("http://127.0.0.1:9"), body=body)


def test_text_that_utf_8_cannot_carry_is_refused() -> None:
    with pytest.raises(EncodeError, match=r"^/inputs: text with half a surrogate pair$"):
        generate.sync(client=Client("http://127.0.0.1:9"), body=GenerateRequest(inputs="\ud800"))


def test_values_of_other_types_are_refused() -> None:
    body = GenerateRequest(inputs="x", parameters=GenerateParameters(stop=[{"a"}]))  # type: ignore[list-item]
    with pytest.raises(EncodeError, match=r"^/parameters/stop/0: a set, expected a value of JSON$"):
        generate.sync(client=Client("http://127.0.0.1:9"), body=body)
