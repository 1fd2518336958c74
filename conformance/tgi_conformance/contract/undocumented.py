"""Where an answer that a check could not read does not match its documented schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.contract.contract import Contract


def undocumented(contract: Contract, exchange: Exchange) -> UnmetError | None:
    """Return the first place at which an answer does not match the document; None if it matches."""
    request, response = exchange.request, exchange.response
    operation = contract.operations.get(f"{request.method} {request.path}")
    if operation is None or response.media_type not in operation.media_types(response.status):
        return None
    pointer = operation.response_pointer(response.status, response.media_type)
    for value in _values(exchange):
        problem = contract.problem(value, pointer)
        if problem is not None:
            return UnmetError(f"an answer that matches {pointer}", problem, exchange)
    return None


def _values(exchange: Exchange) -> Iterator[Any]:
    if exchange.response.media_type == JSON:
        yield exchange.response.json
    if exchange.response.media_type == EVENT_STREAM:
        yield from (event.json_or_none for event in exchange.response.stream.events if not event.is_done)
