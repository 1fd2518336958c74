"""When a run fails: what `--fail-on` and `--on-inconclusive` ask for, as an exit status and a last line."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.text import escaped
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.reports.read_json import read_report
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

    @property
    def inconclusive_code(self) -> int:
        """The exit status of a run that could not tell."""
        if self.on_inconclusive is None:
            return Verdict.COULD_NOT_TELL.exit_code
        return INCONCLUSIVE[self.on_inconclusive]

    def status(self, report: Report) -> tuple[int, str]:
        """Give the exit status and a line that says why."""
        if report.verdict is Verdict.INTERNAL_ERROR:
            return report.verdict.exit_code, f"internal error: {report.reason}"
        if report.verdict is Verdict.COULD_NOT_TELL:
            if self.on_inconclusive is None:
                return self.inconclusive_code, f"inconclusive: {report.reason}"
            told = "passed" if self.on_inconclusive == "pass" else "failed"
            return self.inconclusive_code, f"{told}, though inconclusive: {report.reason}"
        code, reason = self._judged(report)
        if code == 0 and self.stale and report.stale_deviations:
            return 1, _stale(report.stale_deviations)
        return code, reason

    def _judged(self, report: Report) -> tuple[int, str]:
        if self.baseline is not None and self.file is not None:
            return _by_baseline(report, self.baseline, self.file.name)
        levels = (Level.MUST, Level.SHOULD) if self.fail_on is FailOn.SHOULD else (Level.MUST,)
        return _by_levels(report, levels)


def baseline_of(fail_on: FailOn, file: Path | None, *, of_load: bool = False) -> Report | None:
    """Read the report of `--baseline`, which `--fail-on regression` needs; raises UsageError, ReportError.

    `of_load` says that it must be of a load run, which has other requirements than `run` checks.
    """
    if (fail_on is FailOn.REGRESSION) != (file is not None):
        raise UsageError("--fail-on regression and --baseline FILE require each other")
    if file is None:
        return None
    report = read_report(file)
    if report.requirements and of_load != (report.load is not None):
        kinds = ("a load run", "`tgi-conformance run`")
        found, expected = kinds if report.load is not None else kinds[::-1]
        raise UsageError(f"--baseline {file}: of {found}, expected a report of {expected}")
    return report


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
    them = "it" if len(names) == 1 else "them"
    return (
        f"failed: {len(names)} known {verb}: {escaped(names[0])}{rest}; remove {them} from --deviations FILE"
    )


def _known(report: Report) -> str:
    count = 0 if report.strict else len(report.having(Outcome.KNOWN_DEVIATION))
    return f", {count} known deviation{'' if count == 1 else 's'}" if count else ""
