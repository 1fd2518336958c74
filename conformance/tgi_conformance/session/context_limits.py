"""Whether a deployment has room for what the suite asks: its context may be short, its bodies small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import CHAT, listed, member, post
from tgi_conformance.results.outcomes import InconclusiveError
from tgi_conformance.session.probes import MINIMAL

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.results.outcomes import UnmetError
    from tgi_conformance.session.context import Context

ROOM = 400  # tokens that the longest question and its answer need, where nobody counts them
SMALL = 1_500  # bytes of a body that every deployment has room for
OK, TOO_LARGE = 200, 413
TOTAL, INPUT = "max_total_tokens", "max_input_tokens"


def beyond_the_limits(context: Context, unmet: UnmetError) -> str:
    """Say for want of what a request was refused that a deployment with more room answers; or nothing."""
    exchange = unmet.exchange
    if exchange is None:
        return ""
    size = len(exchange.request.content or b"")
    if exchange.response.status == TOO_LARGE and size > SMALL:
        return f"a body of {size} bytes is beyond the deployment's payload limit"
    if not _refused(exchange):
        return ""
    length = _length(context, exchange.request)
    return _too_short(context, exchange) if length is None else _beyond(context, length, exchange.request)


def _refused(exchange: Exchange) -> bool:
    response = exchange.response
    bodies = [response.json, *(event.json_or_none for event in response.events[:1])]
    return any(
        member(body, "error_type") == "validation" or member(body, "error", "message") for body in bodies
    )


def _beyond(context: Context, length: int, request: Request) -> str:
    """Compare a prompt's length, and the tokens asked for after it, with what is advertised."""
    asked = _asked(request.json)
    for name, needed in ((INPUT, length), (TOTAL, length + asked)):
        limit = context.capabilities.limit(name)
        if limit is not None and needed > limit:
            more = f" and {asked} asked for" if name == TOTAL else ""
            return f"a prompt of {length} tokens{more} is beyond the deployment's {name} of {limit}"
    return ""


def _asked(body: Any) -> int:
    values = (
        member(body, "max_tokens"),
        member(body, "max_completion_tokens"),
        member(body, "parameters", "max_new_tokens"),
    )
    return next((value for value in values if type(value) is int), 0)


def _length(context: Context, request: Request) -> int | None:
    """Count a prompt's tokens, of several the longest's, by the deployment's own tokenizer if it has one."""
    body = request.json
    if isinstance(member(body, "messages"), list):
        return _counted(context, post("/chat_tokenize", body), "tokenize_response")
    prompt = member(body, "inputs") or member(body, "prompt")
    texts = [text for text in (prompt if isinstance(prompt, list) else [prompt]) if isinstance(text, str)]
    counts = [_counted(context, post("/tokenize", {"inputs": text})) for text in texts]
    return max((count for count in counts if count is not None), default=None)


def _counted(context: Context, request: Request, *way: str) -> int | None:
    if f"POST {request.path}" in context.capabilities.absent:
        return None
    try:
        response = context.cached(request).response
    except (NoAnswerError, InconclusiveError):
        return None
    return len(listed(response.json, *way)) or None if response.status == OK else None


def _too_short(context: Context, exchange: Exchange) -> str:
    limits = [limit for name in (TOTAL, INPUT) if (limit := context.capabilities.limit(name)) is not None]
    if not limits:
        return ""
    room = min(limits) - _template(context, exchange)
    return f"a context with room for {room} tokens is too short for what is asked here" if room < ROOM else ""


def _template(context: Context, exchange: Exchange) -> int:
    """Count the tokens that the chat template itself costs, a system prompt of its own among them."""
    if exchange.request.path != CHAT.path:
        return 0
    try:
        return read_answer(CHAT, context.cached(MINIMAL[CHAT.operation])).prompt or 0
    except (NoAnswerError, InconclusiveError):
        return 0
