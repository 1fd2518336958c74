"""Start a session: fetch the deployment's document and probe its capabilities."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.contract.contract import contract_of, pinned_contract
from tgi_conformance.contract.request_adapter import MODEL, adapter_of
from tgi_conformance.contract.served import Served, fetch_served
from tgi_conformance.http.client import Client
from tgi_conformance.http.exchange import Exchange, NoAnswerError
from tgi_conformance.protocol.forms import member
from tgi_conformance.session.probes import MINIMAL, minimal_answer, probe, probe_reach
from tgi_conformance.session.probes_on_demand import probe_for
from tgi_conformance.session.recognition import could_be_tgi
from tgi_conformance.session.response_cache import ResponseCache
from tgi_conformance.session.sender import Sender
from tgi_conformance.session.session import Session

if TYPE_CHECKING:
    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.http.target import Target


# What people paste behind a base URL; the longest first.
SUFFIXES = sorted(
    {operation.partition(" ")[2] for operation in MINIMAL} - {"/"}
    | {"/v1", "/docs", "/api-doc/openapi.json"},
    key=len,
    reverse=True,
)


def find_blocker(session: Session) -> str:
    """Explain in one line why the deployment cannot be checked, with a shorter URL if that one works."""
    problem = _problem(session)
    if not problem or session.capabilities.locked:
        return problem
    url = session.sender.target.url
    suffix = next((one for one in SUFFIXES if url.endswith(one)), None)
    if suffix is None:
        return problem
    shorter = evolve(session.sender.target, url=url.removesuffix(suffix))
    return (
        f"{problem}; TGI answers at {shorter.shown_url}: use that URL"
        if _answers(session, shorter)
        else problem
    )


def _answers(session: Session, target: Target) -> bool:
    client = Client(target, session.sender.client.bounds, stop=session.sender.client.stop)
    try:
        response = client.send(MINIMAL["GET /info"], seconds=client.bounds.first_seconds).response
    except NoAnswerError:
        return False
    finally:
        client.close()
    return could_be_tgi("GET /info", response)


def _problem(session: Session) -> str:
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


def prepare(config: RunConfig, stop: threading.Event | None = None) -> Session:
    """Probe the deployment; raises nothing, since the capabilities say what went wrong."""
    client = Client(config.target, config.bounds, stop=stop or threading.Event())
    sender = Sender(client)
    cache = ResponseCache(sender)
    served = Served(problem="the deployment cannot be reached")
    capabilities = probe_reach(cache)
    contract = pinned_contract()
    if capabilities.unreachable is None:
        seconds = max(min(config.bounds.request_seconds, client.left), 0.001)
        served = fetch_served(config.target, seconds, client.stop)
        capabilities = evolve(capabilities, documented=served.release)
        contract = contract_of(served.document, capabilities.version)
        sender.adapter = adapter_of(contract)
        if config.beyond_tgi:
            sender.adapter = sender.adapter.naming_everywhere(_listed_model(cache) or MODEL)
        needs = {
            need for one in config.selected if config.selection.ids for need in (one.operation, *one.needs)
        }
        capabilities = probe_for(needs, cache, capabilities) if needs else probe(cache, capabilities)
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
        beyond_tgi=config.beyond_tgi,
    )


def _listed_model(cache: ResponseCache) -> str:
    """The first model that /v1/models lists; empty if none."""
    try:
        body = minimal_answer(cache, MINIMAL["GET /v1/models"])
    except NoAnswerError:
        return ""
    if not isinstance(body, Exchange):
        return ""
    listed = body.response.json
    found = member(listed, "data", 0, "id") or member(listed, "id")
    return found if isinstance(found, str) else ""
