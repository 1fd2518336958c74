"""What each requirement costs on the reference server: requests and generated tokens, for `run --plan`.

`python benchmarks/costs.py --write` keeps them in the suite's costs.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tgi_conformance.deviations import shipped_deviations
from tgi_conformance.items import Conductor
from tgi_conformance.levels import Depth
from tgi_conformance.options import Options
from tgi_conformance.preparation import prepare
from tgi_conformance.runner import under_pytest
from tgi_conformance.target import Target, parse_url
from tgi_reference.compose import running
from tgi_reference.settings import Settings

COSTS = Path(__file__).parents[1] / "conformance" / "tgi_conformance" / "costs.json"


def measure(url: str) -> dict[str, dict[str, list[int]]]:
    """Run every level but exhaustive, and give the price of each requirement by level."""
    measured: dict[str, dict[str, list[int]]] = {}
    for depth in (Depth.SMOKE, Depth.STANDARD, Depth.LOAD):
        costs = measured.setdefault(depth.value, {})
        options = Options(Target(parse_url(url)), depth, deviations=shipped_deviations())
        setting = prepare(options)
        price = setting.client.price
        costs["probes"] = [price.requests, price.generated_tokens]
        conductor = Conductor(options, setting)
        under_pytest(conductor)
        for result, trial in conductor.trials:
            costs[result.id] = [trial.price.requests, trial.price.generated_tokens]
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
