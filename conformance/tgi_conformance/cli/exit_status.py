"""The exit status of a run, as `--fail-on` asks for it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tgi_conformance.results.comparison import compare
from tgi_conformance.results.levels import Level, Verdict

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report


class FailOn(str, Enum):
    """What makes a run fail."""

    MUST = "must"
    SHOULD = "should"
    REGRESSION = "regression"


def status(report: Report, fail_on: FailOn, baseline: Report | None = None) -> tuple[int, str]:
    """Return the exit status, and a line that explains it if needed; "could not tell" is never a success."""
    if report.verdict in {Verdict.COULD_NOT_TELL, Verdict.INTERNAL_ERROR}:
        return report.verdict.exit_code, ""
    if fail_on is FailOn.SHOULD:
        return _by_levels(report)
    if fail_on is FailOn.REGRESSION and baseline is not None:
        return _by_baseline(report, baseline)
    return report.verdict.exit_code, ""


def _by_levels(report: Report) -> tuple[int, str]:
    count = sum(result.level is Level.SHOULD for result in report.broken)
    if not count:
        return report.verdict.exit_code, ""
    return 1, f"--fail-on should: {count} broken at level SHOULD"


def _by_baseline(report: Report, baseline: Report) -> tuple[int, str]:
    found = compare(baseline, report)
    ids = [result.id for result in (*found.broke, *found.withdrawn)]
    if not ids:
        return (
            0,
            f"--fail-on regression: no regression against the baseline; {len(found.fixed)} fixed",
        )
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""  # noqa: PLR2004 - three fit on a line
    return 1, f"--fail-on regression: {len(ids)} broken since the baseline: {', '.join(ids[:3])}{more}"
