"""A server that keeps its promises raises no alarm, whatever is drawn by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.selftest.runs import alarms, hold, proof

from tgi_conformance.results.levels import BUDGETS, Depth, Verdict
from tgi_reference.fidelity import FIDELITIES

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = range(20)


def cases() -> list[Any]:
    return [
        pytest.param(name, seed, marks=pytest.mark.slow if seed else ())
        for name in FIDELITIES
        for seed in SEEDS
    ]


@pytest.mark.parametrize(("fidelity", "seed"), cases())
def test_unbroken_server_conforms(
    fidelity: str, seed: int, record_property: Callable[[str, object], None]
) -> None:
    report = hold(fidelity=FIDELITIES[fidelity], seed=seed)

    record_property("proof", proof(f"clean, {fidelity}", str(seed), report))
    assert {} == alarms(report)
    assert Verdict.CONFORMS is report.verdict
    requests, tokens = BUDGETS[Depth.STANDARD]
    assert report.requests <= requests
    assert report.generated_tokens <= tokens


def test_smoke_stays_within_its_budget() -> None:
    report = hold(depth=Depth.SMOKE)

    requests, tokens = BUDGETS[Depth.SMOKE]
    assert {} == alarms(report)
    assert report.requests <= requests
    assert report.generated_tokens <= tokens
