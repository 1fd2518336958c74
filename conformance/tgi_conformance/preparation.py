"""From options to what requirements work with: fetch the deployment's document, ask the probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.client import Client
from tgi_conformance.contract import contract_of
from tgi_conformance.probes import probe
from tgi_conformance.samples import Samples
from tgi_conformance.served import Served, fetch_served
from tgi_conformance.trial import Setting

if TYPE_CHECKING:
    from tgi_conformance.options import Options


def prepare(options: Options) -> Setting:
    """Ask the deployment what it is; raises nothing, since what went wrong is among the facts."""
    client = Client(options.target, options.bounds)
    samples = Samples(client)
    facts = probe(samples)
    served = Served(problem="the deployment cannot be reached")
    if facts.unreachable is None:
        served = fetch_served(options.target, options.bounds)
    return Setting(
        client=client,
        samples=samples,
        facts=facts,
        contract=contract_of(served.document, facts.version),
        served=served,
        deviations=options.deviations,
        depth=options.depth,
        seed=options.seed,
        required=frozenset(options.require),
    )
