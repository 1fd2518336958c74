"""Measure what each requirement costs on the reference server, which `tgi-conformance run --plan` goes by.

Writes conformance/tgi_conformance/costs.json: for each level the requests and generated tokens of each
requirement, and of the probes before them.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from tgi_conformance.deviations import shipped_deviations
from tgi_conformance.items import Conductor
from tgi_conformance.levels import Depth
from tgi_conformance.options import Options
from tgi_conformance.outputs import write_atomically
from tgi_conformance.plan import PROBES
from tgi_conformance.preparation import prepare
from tgi_conformance.runner import under_pytest
from tgi_conformance.target import Key, Target
from tgi_reference.compose import running
from tgi_reference.settings import Settings

COSTS = Path(__file__).parents[1] / "conformance" / "tgi_conformance" / "costs.json"
LEVELS = (Depth.SMOKE, Depth.STANDARD, Depth.LOAD)
KEY = "a-key-to-measure-with"


def measured(depth: Depth) -> dict[str, tuple[int, int]]:
    """Requests and tokens of each requirement of a level; a sample counts where it was asked for first."""
    settings = Settings(quiet=True, api_key=KEY, max_concurrent_requests=128)
    with running(settings) as server:
        options = Options(Target(server.url, Key("KEY", KEY)), depth, deviations=shipped_deviations())
        conductor = Conductor(options, prepare(options))
        price = conductor.setting.client.price
        probes = price.requests, price.generated_tokens
        try:
            under_pytest(conductor)
        finally:
            conductor.setting.client.close()
    trials = sorted(conductor.trials, key=lambda one: one[0].id)
    costs = {result.id: (trial.price.requests, trial.price.generated_tokens) for result, trial in trials}
    return {PROBES: probes, **costs}


def main() -> None:
    """Measure and write."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    costs = {depth.value: measured(depth) for depth in LEVELS}
    write_atomically(COSTS, json.dumps(costs, indent=0) + "\n")
    for level, paid in costs.items():
        requests, tokens = (sum(part) for part in zip(*paid.values(), strict=True))
        print(f"{level}: {len(paid) - 1} requirements, {requests:,} requests, {tokens:,} generated tokens")


if __name__ == "__main__":
    main()
