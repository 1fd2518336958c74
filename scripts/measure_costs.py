"""Write costs.json of the suite: what each requirement costs, measured on the deployment at URL."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tgi_conformance.deviations import shipped_deviations
from tgi_conformance.items import Conductor
from tgi_conformance.levels import Depth
from tgi_conformance.options import Options
from tgi_conformance.preparation import prepare
from tgi_conformance.run import under_pytest
from tgi_conformance.target import Target, parse_url

COSTS = Path(__file__).parents[1] / "conformance" / "tgi_conformance" / "costs.json"


def main(url: str) -> None:
    """Run every level but exhaustive once, and keep the price of each requirement."""
    costs: dict[str, list[int]] = {}
    for depth in (Depth.STANDARD, Depth.LOAD):
        options = Options(Target(parse_url(url)), depth, deviations=shipped_deviations())
        setting = prepare(options)
        price = setting.client.price
        costs["probes"] = [price.requests, price.generated_tokens]
        conductor = Conductor(options, setting)
        under_pytest(conductor)
        for result, trial in conductor.trials:
            costs[result.id] = [trial.price.requests, trial.price.generated_tokens]
    COSTS.write_text(json.dumps(costs, indent=0, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
