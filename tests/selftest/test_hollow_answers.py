"""No check fails by itself where some answers of a good server are emptied, cut off or hollowed by chance."""

from __future__ import annotations

import pytest
from tests.conformance.requirements.test_degenerate_answers import GENERATED, errors
from tests.selftest.altered import altered
from tests.selftest.hollow import CATALOGUE

from tgi_conformance.requirements import requirements
from tgi_reference.settings import Settings

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_check_fails_by_itself(seed: int) -> None:
    with altered(tuple(CATALOGUE), Settings(quiet=True), seed) as url:
        assert {} == errors(url, [one for one in requirements() if one.category != GENERATED])
