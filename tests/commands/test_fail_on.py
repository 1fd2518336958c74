"""`--fail-on`: what makes a run fail."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.reports.samples import BAD, GOOD, NONE
from tests.reports.test_matrix import AFTER, BEFORE, report

from tgi_conformance.cli.exit_status import FailOn, status
from tgi_conformance.cli.run_options import _with_baseline
from tgi_conformance.results.levels import Level, Outcome, Verdict

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
def test_the_exit_status_follows_fail_on(judged: object, fail_on: FailOn, expected: int) -> None:
    code, reason = status(judged, fail_on, BEFORE)  # type: ignore[arg-type]

    assert expected == code
    assert "\n" not in reason


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
    assert meant.split() == _with_baseline(said.split())
