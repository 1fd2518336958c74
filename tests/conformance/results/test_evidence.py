"""The evidence of a finding has the exchange, no secret, and a limited size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.conformance.factories import GET, make_requirement, make_session
from tests.conformance.hostile import EVENTS, Connection, hostile

from tgi_conformance.engine.execute import execute
from tgi_conformance.http.client import MOST_ARRIVALS, Client
from tgi_conformance.http.exchange import Request, Response
from tgi_conformance.http.target import Key, Target
from tgi_conformance.requirements._verify import expect_status
from tgi_conformance.results.evidence import (
    FIRST_EVENTS,
    LAST_EVENTS,
    LONGEST_BODY,
    MOST_HEADERS,
    RequestSeen,
    arrival,
    request_seen,
    response_seen,
)
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

KEY = Key("MY_KEY", "sesame-open-7")
TARGET = Target("http://user:pass-word@h.test", KEY, (("X-Team", "blue-secret"),))
LEAK = "sesame-open-7 blue-secret pass-word c2VzYW1l"


def response(body: bytes, media_type: str = "application/json", **rest: object) -> Response:
    headers = httpx.Headers({"content-type": media_type, "x-said": LEAK, "set-cookie": "session=7"})
    return Response(200, headers, body, 0.5, **rest)  # type: ignore[arg-type]


def test_a_request_shows_where_secrets_were() -> None:
    request = Request("POST", "/generate", (("x-said", LEAK),), json.dumps({"inputs": LEAK}).encode())

    assert RequestSeen(
        "POST",
        "/generate",
        (("x-said", "*** *** *** c2VzYW1l"), ("Authorization", "Bearer $MY_KEY"), ("X-Team", "***")),
        '{"inputs": "*** *** *** c2VzYW1l"}',
    ) == request_seen(TARGET, request)
    anonymous = Request("GET", "/info", anonymous=True)
    assert (("X-Team", "***"),) == request_seen(TARGET, anonymous).headers


def test_a_response_shows_no_secret() -> None:
    seen = response_seen(TARGET, response(LEAK.encode()))
    stream = response_seen(TARGET, response(f"data: {LEAK}\n\n".encode(), "text/event-stream"))

    for shown in (repr(seen), repr(stream)):
        assert not [word for word in LEAK.split()[:3] if word in shown]
        assert "session=7" not in shown
    assert "*** *** *** c2VzYW1l" == seen.body == stream.events[0].data


@pytest.mark.parametrize("body", [b"x" * 1_000_000, b"\xff" * 1_000_000])
def test_a_long_body_is_cut_and_its_length_shown(body: bytes) -> None:
    seen = response_seen(TARGET, response(body))

    assert LONGEST_BODY < len(seen.body) < LONGEST_BODY + 40
    assert seen.body.endswith("… (1000000 characters)")


def test_a_secret_at_the_cut_is_hidden() -> None:
    for length in range(15_980, 16_001):
        assert "sesame" not in response_seen(TARGET, response(b"x" * length + b"sesame-open-7" * 900)).body


def test_many_headers_are_cut() -> None:
    headers = httpx.Headers([(f"x-{n}", "y" * 2000) for n in range(500)])
    seen = response_seen(TARGET, Response(200, headers, b"", 0.1))

    assert MOST_HEADERS == len(seen.headers)
    assert max(len(value) for _, value in seen.headers) < 400


def test_a_stream_keeps_both_ends() -> None:
    body = b"".join(b"data: %d\n\n" % n for n in range(200))
    seen = response_seen(TARGET, response(body, "text/event-stream"))

    assert FIRST_EVENTS + LAST_EVENTS == len(seen.events)
    assert 150 == seen.omitted_events
    assert ["0", "39", "190", "199"] == [seen.events[n].data for n in (0, 39, 40, -1)]


def test_an_event_arrives_with_its_last_byte() -> None:
    arrived = response(b"abcdef", arrivals=((2, 0.1), (4, 0.2), (6, 0.3)))

    assert [0.1, 0.1, 0.2, 0.2, 0.3, 0.3] == [arrival(arrived, n) for n in range(1, 7)]
    assert 0.5 == arrival(arrived, 7)


def test_events_have_the_time_of_their_arrival() -> None:
    def handler(connection: Connection) -> None:
        connection.request()
        connection.send(EVENTS + b"\r\ndata: 1\n\n")
        connection.over.wait(0.2)
        connection.send(b"data: 2\n\n")

    with hostile(handler) as server:
        exchange = Client(Target(server.url)).send(GET)
    first, second = response_seen(TARGET, exchange.response).events

    assert exchange.response.first == pytest.approx(first.seconds, abs=0.001)
    assert second.seconds - first.seconds >= 0.15


def test_arrivals_are_bounded() -> None:
    def handler(connection: Connection) -> None:
        connection.request()
        connection.send(EVENTS + b"Transfer-Encoding: chunked\r\n\r\n")
        connection.send(b"1\r\nx\r\n" * (3 * MOST_ARRIVALS) + b"0\r\n\r\n")

    with hostile(handler) as server:
        exchange = Client(Target(server.url)).send(GET)

    assert 3 * MOST_ARRIVALS == len(exchange.response.body)
    assert len(exchange.response.arrivals) <= MOST_ARRIVALS


def test_a_failure_has_its_exchange() -> None:
    def check(context: Context) -> None:
        expect_status(context.send(GET), 204)

    def handler(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")

    with hostile(handler) as server:
        result = execute(make_requirement(check), make_session(Target(server.url))).result

    assert Outcome.FAILED is result.outcome
    assert result.request is not None
    assert result.response is not None
    assert ("GET", "/info") == (result.request.method, result.request.path)
    assert (200, "hi") == (result.response.status, result.response.body)


def test_a_failure_without_an_answer_has_only_its_request() -> None:
    def check(context: Context) -> None:
        context.send(GET)

    with hostile(lambda connection: connection.reset() if connection.request() else None) as server:
        result = execute(make_requirement(check), make_session(Target(server.url))).result

    assert (Outcome.FAILED, "GET", None) == (
        result.outcome,
        result.request and result.request.method,
        result.response,
    )
