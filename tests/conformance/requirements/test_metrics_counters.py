"""Several servers behind one address are distinguished from one whose counters decrease."""

from __future__ import annotations

import random

import pytest

from tgi_conformance.requirements.metrics_counters import REQUESTS, TWICE, Servers

SUCCESSES = ("tgi_request_success", ())
ROW = 5


def seen(rows: list[list[float]]) -> Servers:
    servers = Servers(lambda counters: counters[SUCCESSES])
    for number, row in enumerate(rows):
        servers.add([{SUCCESSES: value} for value in row], number * REQUESTS)
    return servers


def test_one_server_counts_what_was_sent() -> None:
    servers = seen([[5.0] * ROW, [5.0 + REQUESTS] * ROW])

    assert (1, REQUESTS) == (len(servers.found), servers.growth)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("start", [(50.0, 7.0, 30.0), (5.0, 6.0), (0.0, 0.0), (100.0, 101.0, 102.0, 103.0)])
def test_several_servers_are_not_accused(start: tuple[float, ...], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a balancer's, and repeatable
    counts, rows = [*start], []
    for _ in range(5):
        rows.append(chance.choices(counts, k=ROW))
        for _ in range(REQUESTS):
            counts[chance.randrange(len(counts))] += 1

    servers = seen(rows)

    assert not servers.are_seen_again or servers.growth <= TWICE * 4 * REQUESTS


def test_what_fell_and_grows_again_counts_everything_twice() -> None:
    before = [5.0, 5.0, 4.0, 5.0]
    servers = seen([before, [count + REQUESTS for count in before]])

    assert servers.are_seen_again
    assert 2 * REQUESTS == servers.growth


def test_a_single_fall_says_nothing_yet() -> None:
    servers = seen([[5.0, 5.0, 4.0, 5.0], [8.0, 8.0, 8.0, 8.0]])

    assert not servers.are_seen_again


def test_what_others_ask_is_nobodys_fall() -> None:
    servers = seen([[5.0, 6.0, 9.0, 14.0], [30.0, 31.0, 33.0]])

    assert not servers.are_seen_again
