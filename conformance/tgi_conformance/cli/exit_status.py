"""When a run fails: what `--fail-on` and `--on-inconclusive` ask for, as an exit status and a last line."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.text import escaped
from tgi_conformance.results.comparison import compare
from tgi_conformance.results.levels import Level, Outcome, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.results.report import Report

FEW = 3  # ids in the last line
INCONCLUSIVE = {"pass": 0, "fail": 1}


class FailOn(str, Enum):
    """What makes a run fail."""

    MUST = "must"
    SHOULD = "should"
    REGRESSION = "regression"


@frozen
class Gate:
    """What decides about the exit status.

    Attributes:
        fail_on: What fails.
        baseline: The report that a regression is measured against; None for the other gates.
        file: Where the baseline was read from.
        stale: Whether known deviations of the user that no longer show fail the run.
        on_inconclusive: What a run that could not tell counts as, `pass` or `fail`; None for its own status.
    """

    fail_on: FailOn = FailOn.MUST
    baseline: Report | None = None
    file: Path | None = None
    on_inconclusive: str | None = None
    stale: bool = False

    def status(self, report: Report) -> tuple[int, str]:
        """Give the exit status and a line that says why."""
        if report.verdict is Verdict.INTERNAL_ERROR:
            return report.verdict.exit_code, f"internal error: {report.reason}"
        if report.verdict is Verdict.COULD_NOT_TELL:
            code = report.verdict.exit_code
            if self.on_inconclusive is None:
                return code, f"inconclusive: {report.reason}"
            told = "passed" if self.on_inconclusive == "pass" else "failed"
            return INCONCLUSIVE[self.on_inconclusive], f"{told}, though inconclusive: {report.reason}"
        code, reason = self._judged(report)
        if code == 0 and self.stale and report.stale_deviations:
            return 1, _stale(report.stale_deviations)
        return code, reason

    def _judged(self, report: Report) -> tuple[int, str]:
        if self.baseline is not None and self.file is not None:
            return _by_baseline(report, self.baseline, self.file.name)
        levels = (Level.MUST, Level.SHOULD) if self.fail_on is FailOn.SHOULD else (Level.MUST,)
        return _by_levels(report, levels)


def _by_levels(report: Report, levels: tuple[Level, ...]) -> tuple[int, str]:
    counts = {level: sum(result.level is level for result in report.broken) for level in levels}
    failing = [f"{count} {level.value}" for level, count in counts.items() if count]
    clauses = [f"{' and '.join(failing)} {_requirements(sum(counts.values()))}"] if failing else []
    if report.reason:  # a profile that the run was asked for is not offered
        clauses.append(report.reason)
    if clauses:
        return 1, f"failed: {'; '.join(clauses)}"
    names = " or ".join(level.value for level in levels)
    return 0, f"passed: no {names} requirement fails{_known(report)}"


def _requirements(count: int) -> str:
    return "requirement fails" if count == 1 else "requirements fail"


def _by_baseline(report: Report, baseline: Report, name: str) -> tuple[int, str]:
    found = compare(baseline, report)
    ids = [result.id for result in (*found.broke, *found.withdrawn)]
    if not ids:
        failures = len(report.having(Outcome.FAILED))
        more = f", {failures} known failure{'' if failures == 1 else 's'}" if failures else ""
        return 0, f"passed: no regression against {name}{more}"
    rest = f" and {len(ids) - FEW} more" if len(ids) > FEW else ""
    plural = "" if len(ids) == 1 else "s"
    return 1, f"failed: {len(ids)} regression{plural} against {name}: {', '.join(ids[:FEW])}{rest}"


def _stale(names: tuple[str, ...]) -> str:
    verb = "deviation no longer shows" if len(names) == 1 else "deviations no longer show"
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"failed: {len(names)} known {verb}: {escaped(names[0])}{rest}"


def _known(report: Report) -> str:
    count = 0 if report.strict else len(report.having(Outcome.KNOWN_DEVIATION))
    return f", {count} known deviation{'' if count == 1 else 's'}" if count else ""
