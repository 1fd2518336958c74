"""What a run is expected to use, from what each requirement used on the reference server."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tgi_common.plural import counted
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from tgi_conformance.config.run_config import RunConfig

SHIPPED = "costs.json"
PROBES = "probes"
UNMEASURED = [1, 4]  # stands in for a requirement that was not measured yet
Costs = dict[str, list[int]]


def shipped_costs(depth: Depth) -> Costs:
    """Requests and generated tokens of each requirement of a run by its id, and those of the probes."""
    shipped = _shipped()
    standard = shipped[Depth.STANDARD.value]
    return {**standard, **shipped.get(depth.value, {})}


@cache
def _shipped() -> dict[str, Costs]:
    costs: dict[str, Costs] = json.loads(files("tgi_conformance.config").joinpath(SHIPPED).read_text("utf-8"))
    return costs


def cost_of(requirement: str) -> list[int] | None:
    """Requests and generated tokens of one requirement, at depth standard or load; None if unmeasured."""
    return shipped_costs(Depth.STANDARD).get(requirement) or shipped_costs(Depth.LOAD).get(requirement)


def expected_usage(config: RunConfig) -> tuple[int, int]:
    """Requests and generated tokens that the run is expected to use."""
    costs = shipped_costs(config.depth)
    used = [costs.get(name, UNMEASURED) for name in (PROBES, *_chosen(config))]
    return sum(cost[0] for cost in used), sum(cost[1] for cost in used)


def estimate(config: RunConfig) -> str:
    """Say in one line what the run is expected to use; shared answers and generated data make it vary."""
    requests, tokens = expected_usage(config)
    about = "more than" if config.depth is Depth.EXHAUSTIVE else "about"
    return (
        f"{counted(len(_chosen(config)), 'requirement')} at depth {config.depth.value}: "
        f"{about} {counted(requests, 'request')} and {counted(tokens, 'generated token')}"
    )


def _chosen(config: RunConfig) -> list[str]:
    return [one.id for one in config.selected if not (config.gentle and one.hurts)]
