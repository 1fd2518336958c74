"""Measure what each requirement costs on the reference server, which `tgi-conformance run --plan` goes by.

Writes conformance/tgi_conformance/costs.json: for each level the requests and generated tokens of each
requirement, and of the probes before them.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from tgi_conformance.config.estimate import PROBES
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.prepare import prepare
from tgi_conformance.engine.run import Run, quiet
from tgi_conformance.http.target import Key, Target
from tgi_conformance.reports.files import write_atomically
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Depth
from tgi_reference.compose import running
from tgi_reference.settings import Settings

COSTS = Path(__file__).parents[1] / "conformance" / "tgi_conformance" / "config" / "costs.json"
LEVELS = (Depth.SMOKE, Depth.STANDARD, Depth.LOAD)
KEY = "a-key-to-measure-with"


def measured(depth: Depth) -> dict[str, tuple[int, int]]:
    """Requests and tokens of each requirement of a depth; a cached answer counts where it was first asked.

    Nothing runs side by side, so that the same requirement is always the first to ask.
    """
    settings = Settings(quiet=True, api_key=KEY, max_concurrent_requests=128)
    with running(settings) as server:
        target = Target(server.url, Key("KEY", KEY))
        config = RunConfig(target, depth, deviations=shipped_deviations(), concurrency=1)
        whole = Run(config, prepare(config))
        usage = whole.session.sender.usage
        probes = usage.requests, usage.generated_tokens
        with quiet():
            whole.through()
    executed = sorted(whole.executed, key=lambda one: one.result.id)
    costs = {
        one.result.id: (one.context.usage.requests, one.context.usage.generated_tokens) for one in executed
    }
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
