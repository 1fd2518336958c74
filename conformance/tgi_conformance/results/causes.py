"""Group failed requirements by cause, so that a reader sees a few causes instead of hundreds of findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.results.cause_key import cause_key, without_values
from tgi_conformance.results.levels import Level
from tgi_conformance.results.report import WHOLE_RUN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.results.cause_key import CauseKey
    from tgi_conformance.results.report import Result

LEVELS = list(Level)


@frozen
class Cause:
    """Something that is wrong with a deployment, and the failed requirements that show it.

    It holds requirements of every level, since it is one thing to mend; `counts` has the levels apart.

    Attributes:
        results: The failed requirements, never empty; the most binding first, then those with the promise
            most of them make, names of members aside, then those with a promise of many routes.
    """

    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        """The requirement that stands for the cause."""
        return self.results[0]

    @property
    def level(self) -> Level:
        """The most binding level of the requirements."""
        return self.first.level

    @property
    def title(self) -> str:
        """The promise that is broken: the statement of the first requirement."""
        return self.first.statement

    @property
    def expected(self) -> str:
        """What the first requirement expected."""
        return self.first.expected

    @property
    def actual(self) -> str:
        """What came instead."""
        return self.first.actual

    @property
    def why(self) -> str:
        """Why clients care, if all the requirements give the same reason; else empty."""
        return _shared(result.why for result in self.results)

    @property
    def source(self) -> str:
        """Where the promise of the first requirement is made."""
        return self.first.source

    @property
    def curl(self) -> str:
        """A line that reproduces the request of the first requirement; empty if there is none."""
        return self.first.curl

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the requirements."""
        return tuple(result.id for result in self.results)

    @property
    def routes(self) -> tuple[str, ...]:
        """The routes where it shows."""
        return tuple(dict.fromkeys(result.route for result in self.results))

    @property
    def counts(self) -> Mapping[Level, int]:
        """How many requirements of each level it breaks; the most binding level first."""
        counts = Counter(result.level for result in self.results)
        return {level: counts[level] for level in LEVELS if counts[level]}


def causes_of(results: Iterable[Result]) -> tuple[Cause, ...]:
    """Group failed requirements by cause: those that break a MUST first, then the largest first.

    Causes about the whole run come first, since they may explain the rest.
    """
    groups: dict[CauseKey, list[Result]] = defaultdict(list)
    for result in results:
        groups[cause_key(result)].append(result)
    return tuple(sorted(map(_cause, groups.values()), key=_place))


def _cause(results: list[Result]) -> Cause:
    """Put first what stands for the others: the title of an odd one would mislead."""
    promises = {result.id: without_values(result.statement) for result in results}
    main = _majority(promises.values())
    routes: dict[str, set[str]] = defaultdict(set)
    for result in results:
        routes[promises[result.id]].add(result.route)

    def order(result: Result) -> tuple[int, bool, int]:
        promise = promises[result.id]
        return LEVELS.index(result.level), promise != main, -len(routes[promise])

    return Cause(tuple(sorted(results, key=order)))


def _majority(texts: Iterable[str]) -> str | None:
    """Return what more than half of the texts are, if there is such a text."""
    counts = Counter(texts)
    ((text, count),) = counts.most_common(1)
    return text if count * 2 > counts.total() else None


def _place(cause: Cause) -> tuple[int, bool, int]:
    return LEVELS.index(cause.level), WHOLE_RUN not in cause.routes, -len(cause.results)


def _shared(texts: Iterable[str]) -> str:
    different = set(texts)
    return different.pop() if len(different) == 1 else ""
