"""What `run --plan` says that a run uses is what a run uses, on the reference server."""

from __future__ import annotations

import pytest

from tgi_conformance.config.estimate import expected_usage, shipped_costs
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.http.target import Target
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth
from write_costs import measured

NOWHERE = Target("http://127.0.0.1:9")
SHARE = 0.02
FEW_REQUESTS, FEW_TOKENS = 3, 15  # a new requirement is estimated until costs.json is measured again


@pytest.mark.parametrize(
    "depth",
    [
        Depth.SMOKE,
        Depth.STANDARD,
        pytest.param(Depth.LOAD, marks=pytest.mark.slow),
    ],
)
def test_estimate_is_what_a_run_uses(depth: Depth) -> None:
    requests, tokens = (sum(part) for part in zip(*measured(depth).values(), strict=True))
    expected_requests, expected_tokens = expected_usage(RunConfig(NOWHERE, depth))

    assert expected_requests == pytest.approx(requests, rel=SHARE, abs=FEW_REQUESTS)
    assert expected_tokens == pytest.approx(tokens, rel=SHARE, abs=FEW_TOKENS)


@pytest.mark.parametrize("depth", list(Depth))
def test_every_cost_is_that_of_a_requirement(depth: Depth) -> None:
    ids = {one.id for one in requirements()}

    assert {"probes"} == set(shipped_costs(depth)) - ids
