"""Measure what each requirement uses on the reference server, for the estimate of `run --plan`.

Writes conformance/tgi_conformance/config/costs.json.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from tgi_conformance.config.estimate import PROBES
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.prepare import prepare
from tgi_conformance.engine.run import Run, silenced_libraries
from tgi_conformance.http.target import Key, Target
from tgi_conformance.reports.files import write_atomically
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Depth
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    Costs = Mapping[str, tuple[int, int]]

FILE = Path(__file__).parents[1] / "conformance" / "tgi_conformance" / "config" / "costs.json"
DEPTHS = (Depth.SMOKE, Depth.STANDARD, Depth.LOAD)
KEY = "a-key-to-measure-with"


def measured(depth: Depth) -> dict[str, tuple[int, int]]:
    """Requests and generated tokens of each requirement of a run, and of the probes before them.

    An answer that several requirements look at counts for the first of them. Requirements are executed one
    by one, so that the first is always the same.
    """
    settings = Settings(quiet=True, api_key=KEY, max_concurrent_requests=128)
    with running(settings) as server:
        target = Target(server.url, Key("KEY", KEY))
        config = RunConfig(target, depth, deviations=shipped_deviations(), concurrency=1)
        whole = Run(config, prepare(config))
        usage = whole.session.sender.usage
        probes = usage.requests, usage.generated_tokens
        with silenced_libraries():
            whole.execute_all()
    costs = {one.result.id: (one.usage.requests, one.usage.generated_tokens) for one in whole.executed}
    return {PROBES: probes, **dict(sorted(costs.items()))}


def beyond_standard(load: Costs, standard: Costs) -> Costs:
    """Keep of a run of depth load what its additional requirements use, and those that send more there."""
    return {id_: cost for id_, cost in load.items() if standard.get(id_, (None,))[0] != cost[0]}


def as_text(costs: Mapping[str, Costs]) -> str:
    """Give the costs as JSON with a line for each requirement, so that a diff shows what changed."""
    sections = []
    for depth, paid in costs.items():
        lines = ",\n".join(f"{json.dumps(id_)}: {json.dumps(cost)}" for id_, cost in paid.items())
        sections.append(f"{json.dumps(depth)}: {{\n{lines}\n}}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def main() -> None:
    """Measure and write."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    costs: dict[str, Costs] = {depth.value: measured(depth) for depth in DEPTHS}
    for depth, paid in costs.items():
        requests, tokens = (sum(part) for part in zip(*paid.values(), strict=True))
        print(f"{depth}: {len(paid) - 1} requirements, {requests:,} requests, {tokens:,} generated tokens")
    costs[Depth.LOAD.value] = beyond_standard(costs[Depth.LOAD.value], costs[Depth.STANDARD.value])
    write_atomically(FILE, as_text(costs))


if __name__ == "__main__":
    main()
