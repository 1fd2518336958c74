"""Whether a deployment has room for what the suite asks: its context may be short, its bodies small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.answer import read_answer
from tgi_conformance.api import CHAT, listed, member, post
from tgi_conformance.exchange import NoAnswerError
from tgi_conformance.outcomes import InconclusiveError
from tgi_conformance.probes import MINIMAL

if TYPE_CHECKING:
    from tgi_conformance.exchange import Exchange, Request
    from tgi_conformance.outcomes import UnmetError
    from tgi_conformance.trial import Trial

ROOM = 400  # tokens that the longest question and its answer need, where nobody counts them
SMALL = 1_500  # bytes of a body that every deployment has room for
OK, TOO_LARGE = 200, 413
TOTAL, INPUT = "max_total_tokens", "max_input_tokens"


def no_room(trial: Trial, unmet: UnmetError) -> str:
    """Say for want of what a request was refused that a deployment with more room answers; or nothing."""
    exchange = unmet.exchange
    if exchange is None:
        return ""
    size = len(exchange.request.content or b"")
    if exchange.response.status == TOO_LARGE and size > SMALL:
        return f"a body of {size} bytes is beyond the deployment's payload limit"
    if not _refused(exchange):
        return ""
    length = _length(trial, exchange.request)
    return _too_short(trial, exchange) if length is None else _beyond(trial, length, exchange.request)


def _refused(exchange: Exchange) -> bool:
    response = exchange.response
    bodies = [response.json, *(event.json_or_none for event in response.events[:1])]
    return any(
        member(body, "error_type") == "validation" or member(body, "error", "message") for body in bodies
    )


def _beyond(trial: Trial, length: int, request: Request) -> str:
    """Compare a prompt's length, and the tokens asked for after it, with what is advertised."""
    asked = _asked(request.json)
    for name, needed in ((INPUT, length), (TOTAL, length + asked)):
        limit = trial.facts.limit(name)
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


def _length(trial: Trial, request: Request) -> int | None:
    """Count a prompt's tokens, of several the longest's, by the deployment's own tokenizer if it has one."""
    body = request.json
    if isinstance(member(body, "messages"), list):
        return _counted(trial, post("/chat_tokenize", body), "tokenize_response")
    prompt = member(body, "inputs") or member(body, "prompt")
    texts = [text for text in (prompt if isinstance(prompt, list) else [prompt]) if isinstance(text, str)]
    counts = [_counted(trial, post("/tokenize", {"inputs": text})) for text in texts]
    return max((count for count in counts if count is not None), default=None)


def _counted(trial: Trial, request: Request, *way: str) -> int | None:
    if f"POST {request.path}" in trial.facts.absent:
        return None
    try:
        response = trial.sample(request).response
    except (NoAnswerError, InconclusiveError):
        return None
    return len(listed(response.json, *way)) or None if response.status == OK else None


def _too_short(trial: Trial, exchange: Exchange) -> str:
    limits = [limit for name in (TOTAL, INPUT) if (limit := trial.facts.limit(name)) is not None]
    if not limits:
        return ""
    room = min(limits) - _template(trial, exchange)
    return f"a context with room for {room} tokens is too short for what is asked here" if room < ROOM else ""


def _template(trial: Trial, exchange: Exchange) -> int:
    """Count the tokens that the chat template itself costs, a system prompt of its own among them."""
    if exchange.request.path != CHAT.path:
        return 0
    try:
        return read_answer(CHAT, trial.sample(MINIMAL[CHAT.operation])).prompt or 0
    except (NoAnswerError, InconclusiveError):
        return 0
