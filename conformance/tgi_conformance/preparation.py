"""From options to what requirements work with: fetch the deployment's document, ask the probes."""

from __future__ import annotations

from tgi_conformance.client import Client
from tgi_conformance.contract import pinned_contract
from tgi_conformance.options import Options
from tgi_conformance.probes import probe
from tgi_conformance.served import Served, fetch_served
from tgi_conformance.trial import Samples, Setting


def prepare(options: Options) -> Setting:
    """Ask the deployment what it is; raises nothing, since what went wrong is among the facts."""
    client = Client(options.target, options.bounds)
    facts = probe(client)
    served = Served(problem="the deployment cannot be reached")
    if facts.unreachable is None:
        served = fetch_served(options.target, options.bounds)
    return Setting(
        client=client,
        samples=Samples(client),
        facts=facts,
        contract=pinned_contract(),
        served=served,
        deviations=options.deviations,
        depth=options.depth,
        seed=options.seed,
    )


