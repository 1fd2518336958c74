"""What a page about many targets shows of each: little, so that memory does not grow with their reports."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from tgi_common.plural import counted
from tgi_conformance.reports.route_matrix import urgent_outcomes, worst_outcome
from tgi_conformance.results.cause_key import cause_key
from tgi_conformance.results.causes import causes_of
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.report import WHOLE_RUN
from tgi_conformance.results.summary import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.results.cause_key import CauseKey
    from tgi_conformance.results.comparison import Column
    from tgi_conformance.results.profiles import ProfileResult
    from tgi_conformance.results.report import Report, Result

LONGEST = 400  # characters of what a finding expected, and of what came
MOST_MODEL = 120
LEVELS = list(Level)
BADNESS = (Verdict.INTERNAL_ERROR, Verdict.DOES_NOT_CONFORM, Verdict.COULD_NOT_TELL, Verdict.CONFORMS)
CONFORMS, FAILS, UNKNOWN = "conform", "do not conform", "could not be judged"


@frozen
class RouteSummary:
    """The worst outcome of a route, how many requirements have it, and whether it needs attention."""

    worst: Outcome
    count: int
    urgent: bool


@frozen
class TargetSummary:
    """What is shown of a target.

    Attributes:
        reason: Why the exit status is what it is, in one line.
        broken: How many requirements of each level are broken.
        profiles: The verdict on each profile.
        routes: A summary of each route that was checked.
        causes: The keys of what is wrong, and how many requirements each breaks.
    """

    name: str
    url: str
    model: str
    verdict: Verdict
    reason: str
    facts: str
    broken: Mapping[Level, int]
    profiles: Mapping[str, ProfileResult]
    routes: Mapping[str, RouteSummary]
    causes: Mapping[CauseKey, int]

    @property
    def badness(self) -> tuple[int, ...]:
        """What targets are sorted by: the verdict, then how many MUST and other requirements are broken."""
        return (BADNESS.index(self.verdict), *(-self.broken.get(level, 0) for level in LEVELS))


@define
class SharedCause:
    """Something that is wrong with one or more targets.

    Attributes:
        example: The requirement of the first target that stands for it, without its exchange.
        level: The most binding level that it breaks on a target.
        targets: How many requirements it breaks on each target, by the target's name.
        ids: The requirements that it breaks anywhere.
    """

    example: Result
    level: Level
    targets: dict[str, int] = field(factory=dict)
    ids: dict[str, None] = field(factory=dict)

    @property
    def told(self) -> str:
        """How far it reaches."""
        return f"{counted(len(self.ids), 'requirement')} on {counted(len(self.targets), 'target')}"


@define
class FleetSummary:
    """The targets of a fleet and what is wrong with them, taken one report at a time."""

    targets: list[TargetSummary] = field(factory=list)
    causes: dict[CauseKey, SharedCause] = field(factory=dict)
    depths: dict[str, None] = field(factory=dict)
    version: str = ""

    def add(self, column: Column, reason: str) -> None:
        """Take in the report of a target; `reason` is why it passes or does not."""
        report = column.report
        self.version = report.version
        self.depths[report.depth.value] = None
        self.targets.append(
            TargetSummary(
                name=column.name,
                url=report.target,
                model=cut(str(report.server.get("model_id", "")), MOST_MODEL),
                verdict=report.verdict,
                reason=cut(reason, LONGEST),
                facts=_facts(report),
                broken=Counter(result.level for result in report.broken),
                profiles={one.name: one for one in report.profiles},
                routes=_routes(report),
                causes=self._causes(column),
            )
        )

    @property
    def worst_first(self) -> list[TargetSummary]:
        """The targets, the most broken first; those that are equally broken in the order of the fleet."""
        return sorted(self.targets, key=lambda target: target.badness)

    @property
    def causes_by_reach(self) -> list[tuple[CauseKey, SharedCause]]:
        """What breaks a MUST first, then what breaks most targets, then most requirements."""

        def place(item: tuple[CauseKey, SharedCause]) -> tuple[int, int, int]:
            cause = item[1]
            return LEVELS.index(cause.level), -len(cause.targets), -len(cause.ids)

        return sorted(self.causes.items(), key=place)

    @property
    def routes(self) -> list[str]:
        """The routes of all targets; what is about a whole run comes last."""
        found = {route for target in self.targets for route in target.routes}
        return sorted(found, key=lambda route: (route == WHOLE_RUN, route))

    @property
    def profiles(self) -> list[str]:
        """The profiles of all targets, in the order in which they have them."""
        return list(dict.fromkeys(name for target in self.targets for name in target.profiles))

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many targets have each verdict."""
        return Counter(target.verdict for target in self.targets)

    @property
    def sentence(self) -> str:
        """Say in one line how many targets conform, and how deep they were checked."""
        counts = self.counts
        unknown = counts[Verdict.COULD_NOT_TELL] + counts[Verdict.INTERNAL_ERROR]
        told = [f"{counts[Verdict.CONFORMS]} conform"]
        told += [f"{counts[Verdict.DOES_NOT_CONFORM]} {FAILS}"] if counts[Verdict.DOES_NOT_CONFORM] else []
        told += [f"{unknown} {UNKNOWN}"] if unknown else []
        depths = "depth" if len(self.depths) == 1 else "depths"
        at = f" at {depths} {listed(list(self.depths))}" if self.depths else ""
        return f"{counted(len(self.targets), 'target')}{at}: {', '.join(told)}"

    def _causes(self, column: Column) -> Mapping[CauseKey, int]:
        found: dict[CauseKey, int] = {}
        for cause in causes_of(column.report.broken):
            key = tuple(map(sys.intern, cause_key(cause.first)))
            found[key] = len(cause.results)
            if key not in self.causes:
                self.causes[key] = SharedCause(_example(cause.first), cause.level)
            shared = self.causes[key]
            shared.level = min(shared.level, cause.level, key=LEVELS.index)
            shared.targets[column.name] = len(cause.results)
            shared.ids.update(dict.fromkeys(map(sys.intern, cause.ids)))
        return found


def _example(result: Result) -> Result:
    return evolve(
        result,
        expected=cut(result.expected, LONGEST),
        actual=cut(result.actual, LONGEST),
        curl=cut(result.curl, LONGEST * 4),
        request=None,
        response=None,
        symptoms=(),
    )


def _facts(report: Report) -> str:
    words = [
        f"depth {report.depth.value}",
        counted(len(report.requirements), "requirement"),
        report.requests_summary,
        f"{report.seconds:.1f} s",
    ]
    return ", ".join(words)


def _routes(report: Report) -> Mapping[str, RouteSummary]:
    urgent = urgent_outcomes(report)
    counts: dict[str, Counter[Outcome]] = {}
    for result in report.requirements:
        counts.setdefault(sys.intern(result.route), Counter())[result.outcome] += 1
    return {route: _route(of_route, urgent) for route, of_route in counts.items()}


def _route(counts: Counter[Outcome], urgent: Sequence[Outcome]) -> RouteSummary:
    worst = worst_outcome(counts, urgent)
    return RouteSummary(worst, counts[worst], worst in urgent)
