"""Start a session: fetch the deployment's document and probe its capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.contract.contract import contract_of, pinned_contract
from tgi_conformance.contract.request_adapter import adapter_of
from tgi_conformance.contract.served import Served, fetch_served
from tgi_conformance.http.client import Client
from tgi_conformance.session.probes import probe, probe_reach
from tgi_conformance.session.response_cache import ResponseCache
from tgi_conformance.session.sender import Sender
from tgi_conformance.session.session import Session

if TYPE_CHECKING:
    from tgi_conformance.config.run_config import RunConfig


def find_blocker(session: Session) -> str:
    """Explain in one line why the deployment cannot be checked; empty if it can."""
    if session.capabilities.unreachable:
        return f"the deployment cannot be reached: {session.capabilities.unreachable}"
    if session.capabilities.locked:
        key = session.sender.target.key
        problem = (
            f"the key in ${key.name} was refused"
            if key
            else "the deployment requires an API key (--api-key-env NAME)"
        )
        return f"{problem}: {session.capabilities.locked}"
    if session.capabilities.unrecognizable:
        return session.capabilities.unrecognizable
    if session.capabilities.foreign:
        return f"this is not TGI: {session.capabilities.foreign}"
    if not session.capabilities.generates:
        return "no generation route of TGI is offered: each answered 404, 405 or 501"
    return ""


def prepare(config: RunConfig) -> Session:
    """Probe the deployment; raises nothing, since the capabilities say what went wrong."""
    sender = Sender(Client(config.target, config.bounds))
    cache = ResponseCache(sender)
    served = Served(problem="the deployment cannot be reached")
    capabilities = probe_reach(cache)
    contract = pinned_contract()
    if capabilities.unreachable is None:
        served = fetch_served(config.target, config.bounds)
        capabilities = evolve(capabilities, documented=served.release)
        contract = contract_of(served.document, capabilities.version)
        sender.adapter = adapter_of(contract)
        capabilities = probe(cache, capabilities)
    return Session(
        sender=sender,
        cache=cache,
        capabilities=capabilities,
        contract=contract,
        served=served,
        deviations=config.deviations,
        depth=config.depth,
        seed=config.seed,
        required=frozenset(config.require),
        gentle=config.gentle,
    )
