"""From options to what requirements work with: fetch the deployment's document, ask the probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.client import Client
from tgi_conformance.contract import contract_of, pinned_contract
from tgi_conformance.older import older
from tgi_conformance.probes import probe, probe_reach
from tgi_conformance.samples import Samples
from tgi_conformance.served import Served, fetch_served
from tgi_conformance.trial import Setting

if TYPE_CHECKING:
    from tgi_conformance.options import Options


def cannot_begin(setting: Setting) -> str:
    """Tell in one line why no requirement can be held against the deployment; empty where they can."""
    if setting.facts.unreachable:
        return f"the deployment cannot be reached: {setting.facts.unreachable}"
    if setting.facts.locked:
        key = setting.client.target.key
        held = f"the key in ${key.name} was refused" if key else "it wants an API key (--api-key-env NAME)"
        return f"{held}: {setting.facts.locked}"
    if setting.facts.unrecognizable:
        return setting.facts.unrecognizable
    if setting.facts.foreign:
        return f"this is no TGI: {setting.facts.foreign}"
    if not setting.facts.generates:
        return "no generation route of TGI is there: each answered 404, 405 or 501"
    return ""


def prepare(options: Options) -> Setting:
    """Ask the deployment what it is; raises nothing, since what went wrong is among the facts."""
    client = Client(options.target, options.bounds)
    samples = Samples(client)
    served = Served(problem="the deployment cannot be reached")
    facts = probe_reach(samples)
    contract = pinned_contract()
    if facts.unreachable is None:
        served = fetch_served(options.target, options.bounds)
        facts = evolve(facts, documented=served.release)
        contract = contract_of(served.document, facts.version)
        client.older = older(contract)
        facts = probe(samples, facts)
    return Setting(
        client=client,
        samples=samples,
        facts=facts,
        contract=contract,
        served=served,
        deviations=options.deviations,
        depth=options.depth,
        seed=options.seed,
        required=frozenset(options.require),
        gentle=options.gentle,
    )
