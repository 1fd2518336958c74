"""Counters of /metrics over many scrapes: one that falls now and then is told apart from several servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.api import GENERATE, get
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.verify import expect, expect_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tgi_conformance.exchange import Exchange
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

    Series = tuple[str, tuple[tuple[str, str], ...]]  # name and labels
    Counters = Mapping[Series, float]

SCRAPES = 5  # in a row, with nothing between: what falls once in a handful is seen
REQUESTS = 2  # between two rows
FEWEST, MOST = 2, 5  # rows; more than the fewest only where something fell


@define
class Servers:
    """The servers that scrapes may be of: each scrape is of one whose counters it does not fall below."""

    scrapes: list[list[Counters]] = field(factory=list)

    def add(self, counters: Counters) -> None:
        """Take a scrape for one of the server that it is nearest to, or of one not seen before."""
        possible = [one for one in self.scrapes if not fallen(one[-1], counters)]
        if possible:
            min(possible, key=lambda one: _distance(one[-1], counters)).append(counters)
        else:
            self.scrapes.append([counters])

    @property
    def are_one(self) -> bool:
        """Whether nothing ever fell."""
        return len(self.scrapes) <= 1

    @property
    def are_seen_again(self) -> bool:
        """Whether each was scraped more than once, and so shows what it has counted."""
        return all(len(one) > 1 for one in self.scrapes)

    def growth(self, count: Callable[[Counters], float]) -> float:
        """Sum what they have counted, each from its first scrape to its last."""
        return sum(count(one[-1]) - count(one[0]) for one in self.scrapes)


def fallen(before: Counters, after: Counters) -> list[str]:
    """Name the series that are lower than before, or gone."""
    return [str(key) for key, value in before.items() if after.get(key, 0.0) < value]


def _distance(before: Counters, after: Counters) -> float:
    return sum(after.get(key, 0.0) - value for key, value in before.items())


def never_fall(
    catalogue: Catalogue, read: Callable[[Exchange], Counters], successes: Callable[[Counters], float]
) -> None:
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
        servers, sent, disturbed = Servers(), 0, False
        exchanges: list[Exchange] = []
        for row in range(MOST):
            sent += _ask(trial) if row else 0
            exchanges = [trial.send(get("/metrics")) for _ in range(SCRAPES)]
            for exchange in exchanges:
                servers.add(read(exchange))
            disturbed = disturbed or _disturbed([successes(read(one)) for one in exchanges])
            if row + 1 >= FEWEST and (servers.are_one or servers.are_seen_again):
                break
        if servers.are_one:
            return
        grown = servers.growth(successes)
        # Of several servers each counts what it answers itself: together they count what was sent.
        if disturbed or not servers.are_seen_again or grown <= sent:
            raise UnsupportedError("counters go up and down, as those of several servers do")
        actual = f"counters fall and rise again, and what fell counts too: {grown:g} successes of {sent}"
        expect(False, "counters that only grow", actual, exchanges[-1])


def _disturbed(counts: list[float]) -> bool:
    """Tell whether somebody else's requests are counted: with none of ours, few values alternate."""
    return sorted(set(counts)) == counts and len(set(counts)) > 1


def _ask(trial: Trial) -> int:
    for _ in range(REQUESTS):
        expect_answer(GENERATE, trial.send(GENERATE.ask(tokens=1)))
    return REQUESTS
