"""`--max-requests` and `--max-tokens` move the bounds of a run, and are named where one was met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.library import run
from tgi_conformance.results.levels import BUDGETS, Depth, Verdict

if TYPE_CHECKING:
    from tgi_reference.server import Running


BOUNDS: list[tuple[dict[str, Any], str]] = [
    ({"max_requests": 45}, "--max-requests"),
    ({"max_tokens": 45}, "--max-tokens"),
]


@pytest.mark.parametrize(("bound", "flag"), BOUNDS)
def test_a_limit_that_is_reached_is_named(tgi_server: Running, bound: dict[str, Any], flag: str) -> None:
    report = run(tgi_server.url, depth="smoke", **bound)

    assert Verdict.COULD_NOT_TELL is report.verdict
    assert f"(raise {flag})" in report.reason


def test_a_limit_may_be_raised() -> None:
    bounds = run_config_of(Settings("http://h.test", depth="smoke", max_requests=5_000)).bounds

    assert (5_000, BUDGETS[Depth.SMOKE][1]) == (bounds.requests, bounds.generated_tokens)


def test_a_depth_without_limits_may_get_one() -> None:
    bounds = run_config_of(Settings("http://h.test", depth="load", max_requests=7, max_tokens=8)).bounds

    assert (7, 8) == (bounds.requests, bounds.generated_tokens)
