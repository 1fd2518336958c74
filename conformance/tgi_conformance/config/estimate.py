"""What a run would cost, from what each requirement cost on the reference server."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from tgi_conformance.config.run_config import RunConfig

SHIPPED = "costs.json"
PROBES = "probes"
Costs = dict[str, list[int]]


def shipped_costs() -> dict[str, Costs]:
    """Requests and generated tokens by level and requirement id, and those of the probes."""
    costs: dict[str, Costs] = json.loads(files("tgi_conformance.config").joinpath(SHIPPED).read_text("utf-8"))
    return costs


def cost_of(requirement: str) -> list[int] | None:
    """Requests and generated tokens of one requirement, at level standard or load; None if unmeasured."""
    shipped = shipped_costs()
    return shipped[Depth.STANDARD.value].get(requirement) or shipped[Depth.LOAD.value].get(requirement)


def estimate(options: RunConfig) -> str:
    """Say in one line what the run would cost; generated data and shared answers make it approximate."""
    shipped = shipped_costs()
    costs = shipped.get(options.depth.value, shipped[Depth.STANDARD.value])
    chosen = [
        requirement.id
        for requirement in requirements()
        if options.selects(requirement) and not (options.gentle and requirement.hurts)
    ]
    paid = [costs.get(name, [1, 4]) for name in (PROBES, *chosen)]
    requests, tokens = sum(cost[0] for cost in paid), sum(cost[1] for cost in paid)
    about = "more than" if options.depth is Depth.EXHAUSTIVE else "about"
    return (
        f"{len(chosen)} requirements at depth {options.depth.value}: "
        f"{about} {requests} requests and {tokens} generated tokens"
    )
