"""Recognise refusals that are due to a short context or a small payload limit of the deployment."""

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

NEEDED = 400  # tokens of the longest prompt and its answer, where the deployment does not count them
SMALL = 1_500  # bytes of a body that every deployment accepts
OK, TOO_LARGE = 200, 413
TOTAL, INPUT = "max_total_tokens", "max_input_tokens"


def beyond_the_limits(context: Context, unmet: UnmetError) -> str:
    """Explain a refusal by the limit of the deployment that the request exceeds; empty if it does not."""
    exchange = unmet.exchange
    if exchange is None:
        return ""
    size = len(exchange.request.content or b"")
    if exchange.response.status == TOO_LARGE and size > SMALL:
        return f"a body of {size} bytes exceeds the deployment's payload limit"
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
    """Compare the tokens of a prompt, and those requested after it, with the limits of /info."""
    asked = _asked(request.json)
    for name, needed in ((INPUT, length), (TOTAL, length + asked)):
        limit = context.capabilities.limit(name)
        if limit is not None and needed > limit:
            more = f" plus {asked} requested" if name == TOTAL else ""
            return f"a prompt of {length} tokens{more} exceeds the deployment's {name} of {limit}"
    return ""


def _asked(body: Any) -> int:
    values = (
        member(body, "max_tokens"),
        member(body, "max_completion_tokens"),
        member(body, "parameters", "max_new_tokens"),
    )
    return next((value for value in values if type(value) is int), 0)


def _length(context: Context, request: Request) -> int | None:
    """Count the tokens of the (longest) prompt with the deployment's tokenizer; None if it offers none."""
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
    left = min(limits) - _template(context, exchange)
    return f"a context of {left} tokens is too short for this requirement" if left < NEEDED else ""


def _template(context: Context, exchange: Exchange) -> int:
    """Count the tokens that the chat template adds, such as a system prompt."""
    if exchange.request.path != CHAT.path:
        return 0
    try:
        return read_answer(CHAT, context.cached(MINIMAL[CHAT.operation])).prompt or 0
    except (NoAnswerError, InconclusiveError):
        return 0
