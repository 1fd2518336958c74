"""Combine what several processes found about one target into the report that one process would have given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tgi_conformance.config.profiles import profiles
from tgi_conformance.engine.profiles import counting, judging, verdict_with_profiles
from tgi_conformance.engine.run import INTERRUPTED
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tgi_conformance.results.profiles import ProfileResult
    from tgi_conformance.results.report import Report, Result

# Of what looks back on a whole run and was therefore checked by several processes, the first that one found.
WORST = (
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.INCONCLUSIVE,
    Outcome.INTERMITTENT,
    Outcome.KNOWN_DEVIATION,
    Outcome.PASSED,
    Outcome.UNSUPPORTED,
)


@frozen
class Found:
    """What was found about a piece of a target.

    Attributes:
        report: Its report, with the results of all its sessions.
        gap: What is missing of it; empty if nothing is.
        whole: Whether one run gave all of the report, so that its verdict is about all its results.
    """

    report: Report
    gap: str = ""
    whole: bool = True


PLACES = {profile.name: place for place, profile in enumerate(profiles())}


def combined(found: Sequence[Found]) -> Report:
    """Combine reports of one target, each about other requirements; the order does not matter.

    A gap makes the verdict "could not tell", since what was not checked may fail.
    """
    reports = [one.report for one in found]
    gaps = [one.gap for one in found if one.gap]
    if len(reports) == 1 and not gaps and found[0].whole:
        return reports[0]
    results = _in_order(result for report in reports for result in report.requirements)
    blockers = [
        one.report.reason for one in found if _is_blocked(one.report) and one.report.reason != INTERRUPTED
    ]  # an interrupted run has a gap, which says so
    reason = "; ".join(dict.fromkeys([*gaps, *sorted(blockers)]))
    first = min(reports, key=lambda one: (not one.server, one.started))
    judged = _profiles(reports, results, reason, strict=first.strict)
    verdict, reason = verdict_of(results, reason, strict=first.strict)
    verdict, reason = verdict_with_profiles(verdict, reason, judged)
    broken = next((one for one in reports if _is_crashed(one)), None)
    if broken is not None:
        verdict, reason = Verdict.INTERNAL_ERROR, broken.reason
    return evolve(
        first,
        started=min((one.started for one in reports if one.started), default=""),
        seconds=sum(one.seconds for one in reports),
        requests=sum(one.requests for one in reports),
        generated_tokens=sum(one.generated_tokens for one in reports),
        overloads=sum(one.overloads for one in reports),
        verdict=verdict,
        reason=reason,
        requirements=results,
        profiles=judged,
        stale_deviations=_in_all(one.stale_deviations for one in reports),
    )


def _in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return one result for each requirement, in the order of the catalogue."""
    worst: dict[str, Result] = {}
    for result in results:
        other = worst.get(result.id)
        if other is None or WORST.index(result.outcome) < WORST.index(other.outcome):
            worst[result.id] = result
    places = {requirement.id: place for place, requirement in enumerate(requirements())}
    return tuple(sorted(worst.values(), key=lambda result: (places.get(result.id, len(places)), result.id)))


def _profiles(
    reports: Sequence[Report], results: Sequence[Result], reason: str, *, strict: bool
) -> tuple[ProfileResult, ...]:
    """Judge the profiles of all processes by all results; one that is not offered is so to each of them."""
    found = {one.name: one for report in reports for one in report.profiles}
    asked = any(one.asked for one in found.values())
    ordered = sorted(found.values(), key=lambda one: PLACES.get(one.name, len(PLACES)))
    return tuple(
        counting(one, results)
        if one.verdict is None
        else judging(one, results, reason, strict=strict, asked=asked)
        for one in ordered
    )


def _is_blocked(report: Report) -> bool:
    """Whether a run checked nothing, for a reason that concerns the whole deployment."""
    return report.verdict is Verdict.COULD_NOT_TELL and not report.requirements and bool(report.reason)


def _is_crashed(report: Report) -> bool:
    """Whether the suite failed as a whole, and not in one requirement."""
    return report.verdict is Verdict.INTERNAL_ERROR and not report.having(Outcome.ERROR)


def _in_all(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what every process found; a deviation that shows in one piece is not stale."""
    first, *rest = names
    return tuple(name for name in first if all(name in other for other in rest))
