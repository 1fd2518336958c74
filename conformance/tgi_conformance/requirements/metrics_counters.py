"""Counters of /metrics never decrease, which is told apart from several servers behind one address."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.protocol.routes import METRICS
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._prometheus import (
    RESPONSE,
    SCRAPE,
    counters_of,
    is_counter,
    need_one_server,
    samples_of,
    total,
)
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._prometheus import Samples
    from tgi_conformance.session.context import Context

    Count = Callable[[Samples], float]

SCRAPES = 5  # in a row, with no request between them: enough to see a counter that decreases now and then
REQUESTS = 2  # between two rows
FEWEST, MOST = 2, 5  # rows; more than the fewest only where a counter decreased
TWICE = 1.5  # growth per request from which on everything is counted twice, however servers were told apart


@requirement(
    "counters-only-grow",
    "No counter decreases while requests are sent.",
    route=METRICS,
    source=RESPONSE,
    category="metrics",
    needs=(GENERATE.operation,),
    alone=True,
    why="`rate()` of a counter that decreases is wrong.",
)
def counters_only_grow(context: Context) -> None:
    need_one_server(context)
    before, types = samples_of(context.send(SCRAPE))
    context.send(GENERATE.ask())
    exchange = context.send(SCRAPE)
    after, _ = samples_of(exchange)
    counters = {series: value for series, value in before.items() if is_counter(series[0], types)}
    expect(
        not decreased(counters, after), "counters that only grow", decreased(counters, after)[:5], exchange
    )


@requirement(
    "counters-never-fall",
    f"In at least {FEWEST * SCRAPES} scrapes no counter is below an earlier value of the same server.",
    route=METRICS,
    source=RESPONSE,
    category="metrics",
    needs=(GENERATE.operation,),
    alone=True,
    why="`rate()` takes every decrease for a restart and counts everything again.",
)
def counters_never_fall(context: Context) -> None:
    servers, sent = Servers(_successes), 0
    scrapes: list[tuple[Exchange, Samples]] = []
    decreases: list[tuple[Exchange, Samples]] = []
    for row in range(MOST):
        sent += _send_requests(context) if row else 0
        exchanges = [context.send(SCRAPE) for _ in range(SCRAPES)]
        scrapes += [(exchange, counters_of(exchange)) for exchange in exchanges]
        servers.add([counters for _, counters in scrapes[-SCRAPES:]], sent)
        decreases = [later for earlier, later in pairwise(scrapes) if decreased(earlier[1], later[1])]
        if row + 1 >= FEWEST and (not decreases or servers.are_seen_again):
            break
    if not decreases:
        return
    # Each of several servers counts what it answers itself: their sum grows by what was sent.
    if not servers.are_seen_again or servers.growth <= TWICE * sent:
        raise UnsupportedError("counters go up and down, as those of several servers do")
    actual = f"counters go up and down, and {servers.growth:g} successes in all of {sent} requests"
    expect(False, "counters that only grow", actual, decreases[-1][0])


def _successes(counters: Samples) -> float:
    return total(counters, "tgi_request_success")


def _send_requests(context: Context) -> int:
    for _ in range(REQUESTS):
        expect_answer(GENERATE, context.send(GENERATE.ask(tokens=1)))
    return REQUESTS


def decreased(before: Samples, after: Samples) -> list[str]:
    """Name the series that are lower than before, or gone."""
    return [name for (name, labels), value in before.items() if after.get((name, labels), 0.0) < value]


@define
class Server:
    """One server's counters by row of scrapes, each with the number of requests sent before that row."""

    seen: list[tuple[int, Samples]]

    def may_show(self, counters: Samples, sent: int, successes: Count) -> bool:
        """Tell whether these may be its next counters: none decreases, and no more is counted than sent."""
        before, last = self.seen[-1]
        return not decreased(last, counters) and successes(counters) - successes(last) <= sent - before


@define
class Servers:
    """The servers that answered the scrapes; one shows equal counters in a row, where nothing is sent."""

    successes: Count
    found: list[Server] = field(factory=list)

    def add(self, row: Iterable[Samples], sent: int) -> None:
        """Add a row of scrapes, each of a known server or of a new one."""
        shown: list[Samples] = []
        for counters in row:
            if counters not in shown:
                shown.append(counters)
        matched = self._matched(shown, tuple(self.found), sent)
        self.found += [
            Server([(sent, one)]) for one, server in zip(shown, matched, strict=True) if not server
        ]
        for counters, server in zip(shown, matched, strict=True):
            if server:
                server.seen.append((sent, counters))

    def _matched(
        self, shown: Sequence[Samples], servers: tuple[Server, ...], sent: int
    ) -> tuple[Server | None, ...]:
        """Give the known server of each scrape, or None for a new one; as few new ones as possible."""
        if not shown:
            return ()
        first, *others = shown
        best: tuple[Server | None, ...] = (None, *self._matched(others, servers, sent))
        for place, server in enumerate(servers):
            if server.may_show(first, sent, self.successes):
                rest = servers[:place] + servers[place + 1 :]
                found = (server, *self._matched(others, rest, sent))
                best = min(best, found, key=lambda matched: matched.count(None))
        return best

    @property
    def are_seen_again(self) -> bool:
        """Whether each was seen in more than one row, so that its growth is known."""
        return all(len(server.seen) > 1 for server in self.found)

    @property
    def growth(self) -> float:
        """The sum of what each counted from its first row to its last."""
        return sum(
            self.successes(server.seen[-1][1]) - self.successes(server.seen[0][1]) for server in self.found
        )
