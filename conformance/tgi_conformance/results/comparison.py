"""Compare two reports: what broke, what was fixed, what is new, what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report, Result

KEPT = {Outcome.PASSED, Outcome.KNOWN_DEVIATION, Outcome.INTERMITTENT}


@frozen
class Column:
    """A report, and its name in the comparison."""

    name: str
    report: Report


@frozen
class Comparison:
    """What changed from one report to another.

    Attributes:
        broke: Requirements that passed before and are broken now.
        withdrawn: Requirements that passed before and are unsupported now.
        fixed: Requirements that were broken before and pass now.
        new: Broken requirements that were not checked, or could not be, before.
        left_out: Ids of requirements that are not checked any more.
    """

    broke: tuple[Result, ...]
    withdrawn: tuple[Result, ...]
    fixed: tuple[Result, ...]
    new: tuple[Result, ...]
    left_out: tuple[str, ...]

    @property
    def regressed(self) -> bool:
        """Whether something that worked does not work any more."""
        return bool(self.broke or self.withdrawn)


def compare(before: Report, after: Report) -> Comparison:
    """Compare a report with an earlier one."""
    old, now = _by_id(before), _by_id(after)
    broken = {result.id for result in after.broken}
    were_broken = {result.id for result in before.broken}
    were_kept = {i for i, result in old.items() if result.outcome in KEPT} - were_broken
    return Comparison(
        broke=tuple(r for i, r in now.items() if i in broken and i in were_kept),
        withdrawn=tuple(r for i, r in now.items() if i in were_kept and r.outcome is Outcome.UNSUPPORTED),
        fixed=tuple(r for i, r in now.items() if i in were_broken and r.outcome in KEPT and i not in broken),
        new=tuple(r for i, r in now.items() if i in broken and i not in were_kept | were_broken),
        left_out=tuple(i for i in old if i not in now),
    )


def differing(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the ids whose outcome differs between reports, or is a failure in one, in order."""
    outcomes = [{r.id: r.outcome for r in column.report.requirements} for column in columns]
    ids = dict.fromkeys(result.id for column in columns for result in column.report.requirements)
    reached = [column for column in outcomes if column]
    return tuple(
        i
        for i in ids
        if len({column.get(i) for column in reached}) > 1
        or Outcome.FAILED in {column.get(i) for column in reached}
    )


def _by_id(report: Report) -> dict[str, Result]:
    return {result.id: result for result in report.requirements}
