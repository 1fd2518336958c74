"""What each requirement costs on the reference server: requests and generated tokens, for `run --plan`.

`python benchmarks/costs.py --write` keeps them in the suite's costs.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.pytest_plugin.items import Conductor
from tgi_conformance.results.levels import Depth
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.prepare import prepare
from tgi_conformance.engine.run import under_pytest
from tgi_conformance.http.target import Target, parse_url
from tgi_reference.server import running
from tgi_reference.settings import Settings

COSTS = Path(__file__).parents[1] / "conformance" / "tgi_conformance" / "costs.json"


def measure(url: str) -> dict[str, dict[str, list[int]]]:
    """Run every level but exhaustive, and give the price of each requirement by level."""
    measured: dict[str, dict[str, list[int]]] = {}
    for depth in (Depth.SMOKE, Depth.STANDARD, Depth.LOAD):
        costs = measured.setdefault(depth.value, {})
        options = RunConfig(Target(parse_url(url)), depth, deviations=shipped_deviations())
        session = prepare(options)
        usage = session.sender.usage
        costs["probes"] = [usage.requests, usage.generated_tokens]
        conductor = Conductor(options, session)
        under_pytest(conductor)
        for result, context in conductor.contexts:
            costs[result.id] = [context.usage.requests, context.usage.generated_tokens]
    return measured


def main() -> None:
    """Measure, print the sum, and keep the parts where asked to."""
    with running(Settings()) as server:
        measured = measure(server.url)
    for level, costs in measured.items():
        requests, tokens = (sum(cost[place] for cost in costs.values()) for place in (0, 1))
        sys.stdout.write(f"{level}: {len(costs) - 1} requirements, {requests} requests, {tokens} tokens\n")
    if "--write" in sys.argv:
        COSTS.write_text(json.dumps(measured, indent=0, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
