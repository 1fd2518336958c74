"""Requests refused for overload and lost connections are retried, within limits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.conformance.hostile import JSON, answer, hostile

from tgi_conformance.http.client import Bounds, Client
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.results.outcomes import InconclusiveError
from tgi_conformance.session.failures import CONFIRMED, HEALTH
from tgi_conformance.session.retries import send_with_retries
from tgi_conformance.session.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from tests.conformance.hostile import Connection, Hostile

REQUEST = GENERATE.ask()
FINE = answer(b"{}", JSON)
LATER = b"HTTP/1.1 %d Later\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
LOST = b"HTTP/1.1 502 Lost\r\nContent-Length: 0\r\n\r\n"
CLOSED = b""


def answering_in_turn(*answers: bytes) -> AbstractContextManager[Hostile]:
    """Answer one after the other, the last one for ever; an empty one closes the connection."""
    waiting = [*answers]

    def handler(connection: Connection) -> None:
        while connection.request():
            sent = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if sent == CLOSED:
                return
            connection.send(sent)

    return hostile(handler)


def losing_generation() -> AbstractContextManager[Hostile]:
    """Lose every POST, and answer whatever else is asked."""

    def handler(connection: Connection) -> None:
        while request := connection.request():
            connection.send(LOST if request.startswith(b"POST") else FINE)

    return hostile(handler)


@pytest.fixture
def senders() -> Iterator[list[Sender]]:
    opened: list[Sender] = []
    yield opened
    for sender in opened:
        sender.client.close()


def sender_to(server: Hostile, senders: list[Sender]) -> Sender:
    senders.append(Sender(Client(Target(server.url), Bounds(request_seconds=5))))
    return senders[-1]


@pytest.mark.parametrize("first", [LATER % 429, LATER % 503, LOST])
def test_a_request_refused_for_overload_is_retried(first: bytes, senders: list[Sender]) -> None:
    with answering_in_turn(first, FINE) as server:
        exchange = send_with_retries(sender_to(server, senders), REQUEST)

    assert 200 == exchange.response.status


def test_a_connection_lost_once_is_reopened(senders: list[Sender]) -> None:
    with answering_in_turn(FINE, CLOSED, CLOSED, FINE) as server:
        sender = sender_to(server, senders)
        statuses = [send_with_retries(sender, REQUEST).response.status for _ in range(2)]

    assert [200, 200] == statuses


def test_a_request_lost_twice_is_reported(senders: list[Sender]) -> None:
    with losing_generation() as server:
        sender = sender_to(server, senders)
        exchange = send_with_retries(sender, REQUEST)

    assert 502 == exchange.response.status
    assert 1 == sender.usage.again


def test_a_gateway_that_loses_many_requests_gets_no_retries(senders: list[Sender]) -> None:
    with losing_generation() as server:
        sender = sender_to(server, senders)
        for _ in range(CONFIRMED + 2):
            assert 502 == send_with_retries(sender, REQUEST).response.status

    assert CONFIRMED == sender.usage.again
    assert 0 == sender.usage.asleep


def test_a_restart_is_waited_for(senders: list[Sender]) -> None:
    with answering_in_turn(FINE, *[LOST] * 5, FINE) as server:
        sender = sender_to(server, senders)
        sender.send(HEALTH)
        exchange = send_with_retries(sender, REQUEST)

    assert 200 == exchange.response.status


def test_a_connection_that_always_breaks_is_reported(senders: list[Sender]) -> None:
    with answering_in_turn(CLOSED) as server, pytest.raises(NoAnswerError):
        send_with_retries(sender_to(server, senders), REQUEST)


def test_a_deployment_that_stays_overloaded_is_inconclusive(senders: list[Sender]) -> None:
    with answering_in_turn(LATER % 429) as server, pytest.raises(InconclusiveError):
        send_with_retries(sender_to(server, senders), REQUEST)


def test_a_pause_applies_to_every_request(senders: list[Sender]) -> None:
    with answering_in_turn(FINE) as server:
        sender = sender_to(server, senders)
        sender.client.pause(0.2)
        started = time.monotonic()
        sender.send(REQUEST)

    assert 0.2 <= time.monotonic() - started
