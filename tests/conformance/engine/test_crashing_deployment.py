"""A deployment that a request crashes: one finding says so, and names the request."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.conformance.engine.crashing_server import crashing_server
from tests.conformance.reports.samples import RESULTS

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.selection import Selection
from tgi_conformance.engine.run import run
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target
from tgi_conformance.results.causes import causes_of
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Depth, Outcome, Verdict
from tgi_conformance.session import resend

ID = "deployment.survives-every-request"
FATAL = '"max_tokens":12,"temperature":0.0,"stream":true'  # of completions, at depth smoke


def options(url: str) -> RunConfig:
    return RunConfig(
        Target(url), Depth.SMOKE, deviations=shipped_deviations(), bounds=Bounds(request_seconds=10)
    )


def test_the_request_that_crashes_a_restarted_deployment_is_named() -> None:
    with crashing_server(FATAL, restarts=True) as url:
        report = run(options(url))
    (finding,) = report.having(Outcome.FAILED)

    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert ID == finding.id
    assert finding.actual.startswith("it went down each time after POST /v1/completions ")
    assert FATAL in finding.actual
    assert FATAL in finding.curl
    assert {"the deployment stops answering after this request"} == {
        one.reason for one in report.having(Outcome.INCONCLUSIVE)
    }
    assert len(report.having(Outcome.PASSED)) > len(report.having(Outcome.INCONCLUSIVE))


def test_requests_in_flight_are_named_if_it_is_not_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resend, "LONGEST_SLEEP", 1.0)
    with crashing_server(FATAL, restarts=False) as url:
        report = run(options(url))
    (finding,) = report.having(Outcome.FAILED)

    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert ID == finding.id
    assert "the deployment stopped answering, and did not answer for" in finding.actual
    assert "POST /v1/completions " in finding.actual
    assert FATAL in finding.actual
    reasons = {one.reason for one in report.having(Outcome.INCONCLUSIVE)}
    assert 1 == len(reasons)
    assert reasons.pop() in finding.actual


@pytest.mark.parametrize("restarts", [True, False])
def test_the_request_is_named_as_it_was_sent(monkeypatch: pytest.MonkeyPatch, *, restarts: bool) -> None:
    monkeypatch.setattr(resend, "LONGEST_SLEEP", 1.0)
    spaced = FATAL.replace(",", ", ").replace(":", ": ")  # as a body is written that a model was added to
    with crashing_server(spaced, restarts=restarts) as url:
        report = run(evolve(options(url), profiles=("openai",)))
    (finding,) = report.having(Outcome.FAILED)

    assert '"model":' in finding.curl


def test_a_finding_about_the_whole_run_comes_first() -> None:
    whole = evolve(RESULTS[1], id=ID, actual="it stopped answering")

    assert ID == causes_of([*RESULTS[1:3], whole])[0].first.id


def test_it_is_reported_with_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resend, "LONGEST_SLEEP", 1.0)
    with crashing_server(FATAL, restarts=False) as url:
        report = run(evolve(options(url), selection=Selection(only=("completions",))))

    assert [ID] == [finding.id for finding in report.having(Outcome.FAILED)]
