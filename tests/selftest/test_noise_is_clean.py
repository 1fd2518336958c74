"""Decoding that is not exact raises no alarm, and leaves little unjudged."""

from __future__ import annotations

import pytest
from tests.selftest.runs import BOUNDS, alarms, deviations

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.run import run
from tgi_conformance.http.target import Target
from tgi_conformance.results.levels import Outcome, Verdict
from tgi_reference.compose import running
from tgi_reference.settings import Settings

MORE_UNJUDGED = 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_server_with_noise_conforms(seed: int) -> None:
    reports = []
    for noise in (0.0, 0.05):
        with running(Settings(quiet=True, noise=noise)) as server:
            target = Target(server.url)
            reports.append(run(RunConfig(target, seed=seed, deviations=deviations(), bounds=BOUNDS)))
    exact, noisy = reports

    assert {} == alarms(noisy)
    assert Verdict.CONFORMS is noisy.verdict
    unjudged = [len(report.having(Outcome.UNSUPPORTED)) for report in (exact, noisy)]
    assert unjudged[1] <= unjudged[0] + MORE_UNJUDGED
