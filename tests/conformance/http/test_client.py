"""The client against servers that hang, trickle, flood, reset and lie: bounded in time, size and memory."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.hostile import EVENTS, JSON, OK, Connection, answer, answering, hostile

from tgi_conformance.http.client import Bounds, Client
from tgi_conformance.http.exchange import NOT_JSON, NoAnswerError, Request
from tgi_conformance.http.target import Key, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.hostile import Handler, Hostile

GET = Request("GET", "/info")
POST = Request("POST", "/generate", (("content-type", "application/json"),), b'{"inputs":"x"}')
SHORT = Bounds(request_seconds=0.4)
PATIENCE = 3.0  # seconds; what a short deadline may take on a busy machine


@contextmanager
def client_of(
    handler: Handler,
    bounds: Bounds = SHORT,
    *,
    key: Key | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Iterator[tuple[Client, Hostile]]:
    with hostile(handler) as server:
        client = Client(Target(server.url, key, headers), bounds)
        try:
            yield client, server
        finally:
            client.close()


def failure(client: Client, request: Request = GET) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as caught:
        client.send(request)
    return caught.value


def wait(connection: Connection) -> None:
    connection.request()
    connection.over.wait(30)


def trickle(connection: Connection, data: bytes) -> None:
    connection.request()
    for byte in data:
        connection.send(bytes([byte]))
        if connection.over.wait(0.05):
            return


def flood(connection: Connection, head: bytes, piece: bytes) -> None:
    connection.request()
    connection.send(head)
    while not connection.over.is_set():
        connection.send(piece)


def never_reads(connection: Connection) -> None:
    connection.over.wait(30)


HANGING = {
    "says nothing": wait,
    "trickles its status line": lambda c: trickle(c, OK * 100),
    "trickles its headers": lambda c: trickle(c, OK + b"x: y\r\n" * 100),
    "trickles its body": lambda c: trickle(c, OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000),
    "says 100 forever": lambda c: flood(c, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "comments forever": lambda c: trickle(c, EVENTS + b"\r\n" + b":\n\n" * 500),
}


@pytest.mark.parametrize("handler", HANGING.values(), ids=HANGING.keys())
def test_waiting_ends_at_the_deadline(handler: Handler) -> None:
    with client_of(handler) as (client, _):
        started = time.monotonic()
        error = failure(client)

        assert "timeout" == error.kind
        assert time.monotonic() - started < PATIENCE


def test_sending_to_a_server_that_never_reads_ends_at_the_deadline() -> None:
    with client_of(never_reads) as (client, _):
        large = Request("POST", "/generate", (), b"x" * 20_000_000)

        assert "timeout" == failure(client, large).kind


def test_the_run_has_its_own_deadline() -> None:
    with client_of(wait, Bounds(request_seconds=30, run_seconds=0.3)) as (client, _):
        assert "timeout" == failure(client).kind
        assert "budget" == failure(client).kind
        assert 1 == client.usage.requests


FLOODS = {
    "an endless body": lambda c: flood(c, OK + b"\r\n", b"x" * 65536),
    "an endless stream": lambda c: flood(c, EVENTS + b"\r\n", b"data: {}\n\n" * 5000),
    "endless chunks": lambda c: flood(c, OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000),
    "ten gigabytes": lambda c: flood(c, OK + b"Content-Length: 10000000000\r\n\r\n", b"x" * 65536),
}


@pytest.mark.parametrize("handler", FLOODS.values(), ids=FLOODS.keys())
def test_endless_answers_end_at_the_size_limit(handler: Handler) -> None:
    with client_of(handler, Bounds(request_seconds=20, answer_bytes=100_000)) as (client, _):
        assert "too-large" == failure(client).kind


def test_all_answers_together_have_a_size_limit() -> None:
    bounds = Bounds(answer_bytes=50_000, run_bytes=100_000)
    with client_of(answering(answer(b"x" * 40_000)), bounds) as (client, _):
        for _ in range(3):
            client.send(GET)

        assert "budget" == failure(client).kind
        assert 120_000 == client.usage.received_bytes


def bomb(layers: int) -> bytes:
    data = b"\0" * 50_000_000
    for _ in range(layers):
        data = gzip.compress(data)
    return data


def test_a_gzip_bomb_stays_small_in_memory() -> None:
    answered = answer(bomb(1), OK + b"Content-Encoding: gzip\r\n")
    with client_of(answering(answered), Bounds(answer_bytes=1_000_000)) as (client, _):
        tracemalloc.start()
        try:
            error = failure(client)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert "too-large" == error.kind
    assert peak < 8_000_000


@pytest.mark.parametrize("encoding", [b"gzip, gzip", b"br", b"zstd", b"deflate"])
def test_other_encodings_are_not_decoded(encoding: bytes) -> None:
    answered = answer(bomb(2), OK + b"Content-Encoding: " + encoding + b"\r\n")
    with client_of(answering(answered)) as (client, _):
        error = failure(client)

    assert "broken" == error.kind
    assert encoding.decode() in str(error)


def test_gzip_is_decoded() -> None:
    body = b'{"a": "%s"}' % (b"b" * 300_000)
    answered = answer(gzip.compress(body), JSON + b"Content-Encoding: gzip\r\n")
    with client_of(answering(answered), Bounds()) as (client, _):
        assert body == client.send(GET).response.body


def test_an_empty_gzip_body_is_empty() -> None:
    with client_of(answering(answer(b"", JSON + b"Content-Encoding: gzip\r\n"))) as (client, _):
        assert b"" == client.send(GET).response.body


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b"x" * 1000)[:-9], gzip.compress(b"x") + b"more"],
    ids=["no-gzip", "cut-off", "more-behind"],
)
def test_broken_gzip_is_a_broken_answer(body: bytes) -> None:
    with client_of(answering(answer(body, JSON + b"Content-Encoding: gzip\r\n"))) as (client, _):
        assert "broken" == failure(client).kind


def cut_off(connection: Connection) -> None:
    connection.request()
    connection.send(OK + b"Content-Length: 100\r\n\r\nhalf")


def reset_in_the_midst(connection: Connection) -> None:
    connection.request()
    connection.send(OK + b"Content-Length: 100\r\n\r\nhalf")
    connection.reset()


def reset_at_once(connection: Connection) -> None:
    connection.request()
    connection.reset()


def garbage(connection: Connection) -> None:
    connection.request()
    connection.send(bytes(range(256)) * 40)


def endless_header(connection: Connection) -> None:
    flood(connection, OK + b"x: ", b"y" * 65536)


BREAKS = {
    "cut off": cut_off,
    "reset in the midst": reset_in_the_midst,
    "reset at once": reset_at_once,
    "closed at once": lambda c: c.request() and None,
    "garbage": garbage,
    "bad chunks": answering(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "two lengths": answering(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
}


@pytest.mark.parametrize("handler", BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_answer_is_reported_and_not_sent_again(handler: Handler) -> None:
    with client_of(handler, Bounds(request_seconds=5)) as (client, server):
        error = failure(client, POST)

        assert "broken" == error.kind
        assert POST == error.request
        assert (1, 1) == (client.usage.requests, len(server.connections))


def test_a_header_without_end_is_bounded() -> None:
    with client_of(endless_header, Bounds(request_seconds=20)) as (client, _):
        assert "broken" == failure(client).kind


def test_a_closed_kept_connection_is_reopened() -> None:
    def once(connection: Connection) -> None:
        connection.request()
        connection.send(answer(b"{}"))
        if connection.number == 1:
            connection.request()  # the second request arrives, and is dropped with the connection

    with client_of(once, Bounds(request_seconds=5)) as (client, server):
        bodies = [client.send(POST).response.body for _ in range(2)]

        assert [b"{}", b"{}"] == bodies
        assert 2 == len(server.connections)
        assert client.usage.requests == 3


def test_a_closed_port_is_refused() -> None:
    with hostile(wait) as server:
        url = server.url
    client = Client(Target(url), SHORT)

    assert "refused" == failure(client).kind


def test_cookies_are_not_kept() -> None:
    heads: list[bytes] = []

    def session(connection: Connection) -> None:
        while head := connection.request():
            heads.append(head)
            connection.send(answer(b"{}", JSON + b"Set-Cookie: a=b\r\n"))

    with client_of(session) as (client, _):
        client.send(GET)
        client.send(GET)

    assert [] == [head for head in heads if b"cookie" in head.lower()]


def test_redirects_are_answers_and_not_followed() -> None:
    moved = answer(b"", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n")
    with client_of(answering(moved)) as (client, _):
        assert 302 == client.send(GET).response.status
        assert 1 == client.usage.requests


def test_key_and_headers_are_sent() -> None:
    heads: list[bytes] = []

    def noting(connection: Connection) -> None:
        while head := connection.request():
            heads.append(head)
            connection.send(answer(b"{}"))

    with client_of(noting, key=Key("KEY", "sesame-open"), headers=(("X-Team", "red"),)) as (client, _):
        client.send(GET)
        client.send(evolve(GET, anonymous=True))
        client.send(Request("GET", "/info", (("authorization", "Basic eA=="),)))
    keys = [b"Authorization: Bearer sesame-open" in head for head in heads]

    assert [True, False, False] == keys
    assert all(b"X-Team: red" in head for head in heads)
    assert b"authorization: Basic eA==" in heads[2]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 5000,
        b"[" * 300 + b"]" * 300,
        b"[1" + b",1" * 300_000 + b"]",
        b"NaN",
        b'{"a": Infinity}',
        b"\xff",
    ],
    ids=["deep and cut", "deep", "many", "NaN", "Infinity", "no UTF-8"],
)
def test_excessive_json_is_not_json(body: bytes) -> None:
    with client_of(answering(answer(body))) as (client, _):
        assert NOT_JSON is client.send(GET).response.json


def test_brackets_in_strings_do_not_count_as_depth() -> None:
    body = b'{"a": "%s", "b": "\\"%s"}' % (b"[" * 500, b"{" * 500)
    with client_of(answering(answer(body))) as (client, _):
        assert {"a": "[" * 500, "b": '"' + "{" * 500} == client.send(GET).response.json


@pytest.mark.parametrize("bounds", [Bounds(requests=2), Bounds(generated_tokens=2)])
def test_a_run_stays_within_its_budget(bounds: Bounds) -> None:
    body = b'{"generated_text": "x", "details": {"generated_tokens": 1}}'
    with client_of(answering(answer(body, JSON)), bounds) as (client, _):
        for _ in range(2):
            client.send(POST)
        error = failure(client, POST)

    assert "budget" == error.kind
    assert "2 " in str(error)
    assert 2 == client.usage.requests


def test_requests_refused_for_overload_count_in_no_budget() -> None:
    refused = answer(b"slow down", b"HTTP/1.1 429 Too Many Requests\r\n")
    with client_of(answering(refused), Bounds(requests=2)) as (client, _):
        for _ in range(4):
            assert 429 == client.send(POST).response.status

    assert 4 == client.usage.requests
    assert 4 == client.usage.overloads


def test_stale_connections_are_no_failure() -> None:
    def closing(connection: Connection) -> None:
        connection.request()
        connection.send(answer(b"{}", JSON))  # and no word that the connection ends

    with client_of(closing) as (client, _):
        assert [{}] * 5 == [client.send(GET).response.json for _ in range(5)]
