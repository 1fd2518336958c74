"""Whether a deployment has room for what the suite asks: its context may be short, its bodies small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.answer import read_answer
from tgi_conformance.api import CHAT, member
from tgi_conformance.exchange import NoAnswerError
from tgi_conformance.outcomes import InconclusiveError
from tgi_conformance.probes import MINIMAL

if TYPE_CHECKING:
    from tgi_conformance.exchange import Exchange
    from tgi_conformance.outcomes import UnmetError
    from tgi_conformance.trial import Trial

ROOM = 400  # tokens that the longest question and its answer need
SMALL = 1_500  # bytes of a body that every deployment has room for
TOO_LARGE = 413
LIMITS = ("max_total_tokens", "max_input_tokens")


def no_room(trial: Trial, unmet: UnmetError) -> str:
    """Say for want of what a request was refused that a deployment with more room answers; or nothing."""
    exchange = unmet.exchange
    if exchange is None:
        return ""
    size = len(exchange.request.content or b"")
    if exchange.response.status == TOO_LARGE and size > SMALL:
        return f"a body of {size} bytes is beyond the deployment's payload limit"
    limits = [limit for name in LIMITS if (limit := trial.facts.limit(name)) is not None]
    if not limits or not _refused(exchange):
        return ""
    room = min(limits) - _template(trial, exchange)
    if room >= ROOM:
        return ""
    return f"a context with room for {room} tokens is too short for what is asked here"


def _refused(exchange: Exchange) -> bool:
    response = exchange.response
    bodies = [response.json, *(event.json_or_none for event in response.events[:1])]
    return any(
        member(body, "error_type") == "validation" or member(body, "error", "message") for body in bodies
    )


def _template(trial: Trial, exchange: Exchange) -> int:
    """Count the tokens that the chat template itself costs, a system prompt of its own among them."""
    if exchange.request.path != CHAT.path:
        return 0
    try:
        return read_answer(CHAT, trial.sample(MINIMAL[CHAT.operation])).prompt or 0
    except (NoAnswerError, InconclusiveError):
        return 0
