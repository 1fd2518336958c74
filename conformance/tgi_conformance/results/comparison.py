"""Two reports held against each other: what broke, what was mended, what is new, what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report, Result

KEPT = {Outcome.PASSED, Outcome.KNOWN_DEVIATION, Outcome.INTERMITTENT}


@frozen
class Column:
    """A report under the name that it is compared by."""

    name: str
    report: Report


@frozen
class Comparison:
    """What changed from one report to another.

    Attributes:
        broke: Promises that were kept and are not any more.
        withdrawn: Promises that were kept, and what they are about is not offered any more.
        mended: Promises that were broken and are kept.
        new: Broken promises that were not held, or could not be, before.
        left_out: Ids that are not held any more.
    """

    broke: tuple[Result, ...]
    withdrawn: tuple[Result, ...]
    mended: tuple[Result, ...]
    new: tuple[Result, ...]
    left_out: tuple[str, ...]

    @property
    def regressed(self) -> bool:
        """Whether clients lost something that they had."""
        return bool(self.broke or self.withdrawn)


def compare(before: Report, after: Report) -> Comparison:
    """Hold a report against an earlier one."""
    old, now = _by_id(before), _by_id(after)
    broken = {result.id for result in after.broken}
    were_broken = {result.id for result in before.broken}
    were_kept = {i for i, result in old.items() if result.outcome in KEPT} - were_broken
    return Comparison(
        broke=tuple(r for i, r in now.items() if i in broken and i in were_kept),
        withdrawn=tuple(r for i, r in now.items() if i in were_kept and r.outcome is Outcome.UNSUPPORTED),
        mended=tuple(r for i, r in now.items() if i in were_broken and r.outcome in KEPT and i not in broken),
        new=tuple(r for i, r in now.items() if i in broken and i not in were_kept | were_broken),
        left_out=tuple(i for i in old if i not in now),
    )


def differing(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Give the ids whose outcome is not the same everywhere, or is a failure somewhere, in their order."""
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
