"""Who is told to come back later does; what is lost on the way is asked for once more, not twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.conformance.hostile import JSON, answer, hostile

from tgi_conformance.session.failures import BELIEVED, HEALTH
from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.http.client import Bounds, Client
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.results.outcomes import InconclusiveError
from tgi_conformance.session.retries import send_patiently
from tgi_conformance.http.target import Target

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
def clients() -> Iterator[list[Client]]:
    opened: list[Client] = []
    yield opened
    for client in opened:
        client.close()


def client_of(server: Hostile, clients: list[Client]) -> Client:
    clients.append(Client(Target(server.url), Bounds(request_seconds=5)))
    return clients[-1]


@pytest.mark.parametrize("first", [LATER % 429, LATER % 503, LOST])
def test_who_is_put_off_comes_back(first: bytes, clients: list[Client]) -> None:
    with answering_in_turn(first, FINE) as server:
        exchange = send_patiently(client_of(server, clients), REQUEST)

    assert 200 == exchange.response.status


def test_a_connection_that_is_lost_once_is_opened_again(clients: list[Client]) -> None:
    with answering_in_turn(FINE, CLOSED, CLOSED, FINE) as server:
        client = client_of(server, clients)
        statuses = [send_patiently(client, REQUEST).response.status for _ in range(2)]

    assert [200, 200] == statuses


def test_a_gateway_that_loses_the_same_request_again_is_told(clients: list[Client]) -> None:
    with losing_generation() as server:
        client = client_of(server, clients)
        exchange = send_patiently(client, REQUEST)

    assert 502 == exchange.response.status
    assert 1 == client.usage.again


def test_one_that_loses_many_is_not_asked_again(clients: list[Client]) -> None:
    with losing_generation() as server:
        client = client_of(server, clients)
        for _ in range(BELIEVED + 2):
            assert 502 == send_patiently(client, REQUEST).response.status

    assert BELIEVED == client.usage.again
    assert 0 == client.usage.asleep


def test_a_restart_is_waited_for(clients: list[Client]) -> None:
    with answering_in_turn(FINE, *[LOST] * 5, FINE) as server:
        client = client_of(server, clients)
        client.send(HEALTH)
        exchange = send_patiently(client, REQUEST)

    assert 200 == exchange.response.status


def test_a_connection_that_always_breaks_is_told(clients: list[Client]) -> None:
    with answering_in_turn(CLOSED) as server, pytest.raises(NoAnswerError):
        send_patiently(client_of(server, clients), REQUEST)


def test_one_that_stays_busy_tells_nothing(clients: list[Client]) -> None:
    with answering_in_turn(LATER % 429) as server, pytest.raises(InconclusiveError):
        send_patiently(client_of(server, clients), REQUEST)


def test_a_pause_is_for_every_request(clients: list[Client]) -> None:
    with answering_in_turn(FINE) as server:
        client = client_of(server, clients)
        client.pause(0.2)
        started = time.monotonic()
        client.send(REQUEST)

    assert 0.2 <= time.monotonic() - started
