"""Counters of /metrics over many scrapes: one that falls now and then is told apart from several servers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.api import GENERATE, get
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.verify import expect, expect_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tgi_conformance.exchange import Exchange
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

    Series = tuple[str, tuple[tuple[str, str], ...]]  # name and labels
    Counters = Mapping[Series, float]
    Count = Callable[[Counters], float]

SCRAPES = 5  # in a row, with nothing between: what falls once in a handful is seen
REQUESTS = 2  # between two rows
FEWEST, MOST = 2, 5  # rows; more than the fewest only where something fell
TWICE = 1.5  # from where on growth is no error of taking one server for another, but everything counted twice


@define
class Server:
    """One server's counters, as scrapes of several rows show them, and what had been sent by each row."""

    seen: list[tuple[int, Counters]]

    def may_show(self, counters: Counters, sent: int, successes: Count) -> bool:
        """Tell whether it may show these next: nothing falls, and no more is counted than was sent."""
        before, last = self.seen[-1]
        return not fallen(last, counters) and successes(counters) - successes(last) <= sent - before


@define
class Servers:
    """The servers that scrapes may be of. With nothing sent between, one server shows the same each time."""

    successes: Count
    found: list[Server] = field(factory=list)

    def add(self, row: Iterable[Counters], sent: int) -> None:
        """Take what a row of scrapes shows, each of a server that was seen before, or of a new one."""
        shown: list[Counters] = []
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
        self, shown: Sequence[Counters], servers: tuple[Server, ...], sent: int
    ) -> tuple[Server | None, ...]:
        """Give the server of each, or None for a new one: as few new ones as may be."""
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
        """Whether each was seen in more rows than one, and so shows what it counts."""
        return all(len(server.seen) > 1 for server in self.found)

    @property
    def growth(self) -> float:
        """What they have counted together, each from its first row to its last."""
        return sum(
            self.successes(server.seen[-1][1]) - self.successes(server.seen[0][1]) for server in self.found
        )


def fallen(before: Counters, after: Counters) -> list[str]:
    """Name the series that are lower than before, or gone."""
    return [name for (name, labels), value in before.items() if after.get((name, labels), 0.0) < value]


def never_fall(catalogue: Catalogue, read: Callable[[Exchange], Counters], successes: Count) -> None:
    """Counters that fall; `read` gives those of an answer, `successes` how many requests they count."""

    @catalogue.add(
        "counters-never-fall",
        f"None of {FEWEST * SCRAPES} scrapes shows a counter below an earlier one of the same server.",
        source="#/paths/~1metrics/get/responses/200",
        needs=(GENERATE.operation,),
        alone=True,
        why="rate() takes each fall for a restart, and adds all that was ever counted once more.",
    )
    def check(trial: Trial) -> None:
        servers, sent = Servers(successes), 0
        scrapes: list[tuple[Exchange, Counters]] = []
        falls: list[tuple[Exchange, Counters]] = []
        for row in range(MOST):
            sent += _ask(trial) if row else 0
            exchanges = [trial.send(get("/metrics")) for _ in range(SCRAPES)]
            scrapes += [(exchange, read(exchange)) for exchange in exchanges]
            servers.add([counters for _, counters in scrapes[-SCRAPES:]], sent)
            falls = [later for earlier, later in pairwise(scrapes) if fallen(earlier[1], later[1])]
            if row + 1 >= FEWEST and (not falls or servers.are_seen_again):
                break
        if not falls:
            return
        # Of several servers each counts what it answers itself: together they count what was sent.
        if not servers.are_seen_again or servers.growth <= TWICE * sent:
            raise UnsupportedError("counters go up and down, as those of several servers do")
        actual = f"counters fall and rise again, and {servers.growth:g} successes in all of {sent} requests"
        expect(False, "counters that only grow", actual, falls[-1][0])


def _ask(trial: Trial) -> int:
    for _ in range(REQUESTS):
        expect_answer(GENERATE, trial.send(GENERATE.ask(tokens=1)))
    return REQUESTS
