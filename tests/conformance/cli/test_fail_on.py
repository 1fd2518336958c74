"""`--fail-on`: what makes a run fail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.reports.samples import BAD, GOOD, NONE
from tests.conformance.reports.test_matrix import AFTER, BEFORE, report

from tgi_conformance.cli.exit_status import FailOn, Gate
from tgi_conformance.cli.run_options import with_baseline
from tgi_conformance.results.levels import Level, Outcome, Verdict

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report

AGAINST, FILE = BEFORE, Path("before.json")
SHOULD = evolve(GOOD, requirements=tuple(r for r in BAD.requirements if r.level is Level.SHOULD))
KEPT = evolve(report(("stays", Outcome.PASSED)), verdict=Verdict.CONFORMS)


@pytest.mark.parametrize(
    ("judged", "fail_on", "expected"),
    [
        (BAD, FailOn.MUST, 1),
        (GOOD, FailOn.MUST, 0),
        (SHOULD, FailOn.MUST, 0),
        (SHOULD, FailOn.SHOULD, 1),
        (GOOD, FailOn.SHOULD, 0),
        (BAD, FailOn.SHOULD, 1),
        (NONE, FailOn.MUST, 3),
        (NONE, FailOn.SHOULD, 3),
        (NONE, FailOn.REGRESSION, 3),
        (AFTER, FailOn.REGRESSION, 1),
        (BEFORE, FailOn.REGRESSION, 0),
        (KEPT, FailOn.REGRESSION, 0),
    ],
)
def test_the_status_is_what_was_asked_for(judged: Report, fail_on: FailOn, expected: int) -> None:
    baseline = BEFORE if fail_on is FailOn.REGRESSION else None
    code, reason = Gate(fail_on, baseline, Path("before.json")).status(judged)

    assert expected == code
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("gate", "judged", "line"),
    [
        (Gate(), GOOD, "passed: no MUST requirement fails, 1 known deviation"),
        (Gate(), BAD, "failed: 4 MUST requirements fail"),
        (Gate(FailOn.SHOULD), BAD, "failed: 4 MUST and 1 SHOULD requirements fail"),
        (Gate(FailOn.SHOULD), GOOD, "passed: no MUST or SHOULD requirement fails, 1 known deviation"),
        (
            Gate(FailOn.REGRESSION, AGAINST, FILE),
            AFTER,
            "failed: 3 regressions against before.json: generate.breaks, ",
        ),
        (
            Gate(FailOn.REGRESSION, AGAINST, FILE),
            BEFORE,
            "passed: no regression against before.json, 2 known failures",
        ),
        (Gate(), NONE, "inconclusive: the deployment cannot be reached: no connection"),
        (Gate(on_inconclusive="pass"), NONE, "passed, though inconclusive: the deployment cannot"),
    ],
)
def test_the_last_line_names_the_gate(gate: Gate, judged: Report, line: str) -> None:
    assert line in gate.status(judged)[1]


@pytest.mark.parametrize(("chosen", "expected"), [(None, 3), ("pass", 0), ("fail", 1)])
def test_what_could_not_be_told_may_pass_or_fail(chosen: str | None, expected: int) -> None:
    assert expected == Gate(on_inconclusive=chosen).status(NONE)[0]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("URL --fail-on regression a.json", "URL --fail-on regression --baseline a.json"),
        ("--fail-on regression a.json http://h", "--fail-on regression --baseline a.json http://h"),
        ("--fail-on regression http://h --baseline a", "--fail-on regression http://h --baseline a"),
        ("--fail-on regression --baseline a http://h", "--fail-on regression --baseline a http://h"),
        ("--fail-on should http://h", "--fail-on should http://h"),
        ("URL --fail-on regression", "URL --fail-on regression"),
    ],
)
def test_a_baseline_may_follow_regression(said: str, meant: str) -> None:
    assert meant.split() == with_baseline(said.split())
