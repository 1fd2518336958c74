"""Who is told to come back later does; what is lost on the way is asked for once more, not twice."""

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
from tgi_conformance.session.failures import BELIEVED, HEALTH
from tgi_conformance.session.retries import send_patiently
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
def test_who_is_put_off_comes_back(first: bytes, senders: list[Sender]) -> None:
    with answering_in_turn(first, FINE) as server:
        exchange = send_patiently(sender_to(server, senders), REQUEST)

    assert 200 == exchange.response.status


def test_a_connection_that_is_lost_once_is_opened_again(senders: list[Sender]) -> None:
    with answering_in_turn(FINE, CLOSED, CLOSED, FINE) as server:
        sender = sender_to(server, senders)
        statuses = [send_patiently(sender, REQUEST).response.status for _ in range(2)]

    assert [200, 200] == statuses


def test_a_gateway_that_loses_the_same_request_again_is_told(senders: list[Sender]) -> None:
    with losing_generation() as server:
        sender = sender_to(server, senders)
        exchange = send_patiently(sender, REQUEST)

    assert 502 == exchange.response.status
    assert 1 == sender.usage.again


def test_one_that_loses_many_is_not_asked_again(senders: list[Sender]) -> None:
    with losing_generation() as server:
        sender = sender_to(server, senders)
        for _ in range(BELIEVED + 2):
            assert 502 == send_patiently(sender, REQUEST).response.status

    assert BELIEVED == sender.usage.again
    assert 0 == sender.usage.asleep


def test_a_restart_is_waited_for(senders: list[Sender]) -> None:
    with answering_in_turn(FINE, *[LOST] * 5, FINE) as server:
        sender = sender_to(server, senders)
        sender.send(HEALTH)
        exchange = send_patiently(sender, REQUEST)

    assert 200 == exchange.response.status


def test_a_connection_that_always_breaks_is_told(senders: list[Sender]) -> None:
    with answering_in_turn(CLOSED) as server, pytest.raises(NoAnswerError):
        send_patiently(sender_to(server, senders), REQUEST)


def test_one_that_stays_busy_tells_nothing(senders: list[Sender]) -> None:
    with answering_in_turn(LATER % 429) as server, pytest.raises(InconclusiveError):
        send_patiently(sender_to(server, senders), REQUEST)


def test_a_pause_is_for_every_request(senders: list[Sender]) -> None:
    with answering_in_turn(FINE) as server:
        sender = sender_to(server, senders)
        sender.client.pause(0.2)
        started = time.monotonic()
        sender.send(REQUEST)

    assert 0.2 <= time.monotonic() - started
