"""Whether the deployment serves as many requests at a time after the load as before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol.routes import INFO
from tgi_conformance.protocol.under_load import is_routers_own
from tgi_conformance.requirements._simultaneous import MOST, is_overloaded, send_at_once
from tgi_conformance.requirements._under_load import FREED
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError
from tgi_conformance.session.context import Context

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.session import Session

FEW, MOST_TOKENS = 24, 480  # tokens of an answer
HELD = 1.0  # seconds that an answer should hold its slot, so that all are held at the same time
LEFT = 64  # tokens of the context that are left to the prompt
ROUNDS = 4  # other clients may take slots once or twice
PAUSE = 1.0  # seconds before the next round; a model may finish an answer whose client has gone


@frozen
class Slots:
    """How many simultaneous requests were refused.

    Attributes:
        sent: How many requests were sent at a time.
        refused: In the best of a few rounds, how many of them were refused.
        evidence: Why that could not be found out; empty if it could.
        exchange: One that was refused; None if none was.
    """

    sent: int
    refused: int = 0
    evidence: str = ""
    exchange: Exchange | None = None


def count_slots(session: Session, form: Form) -> Slots:
    """Send as many requests at a time as the deployment advertises, until all are served, a few times."""
    limit = session.capabilities.limit("max_concurrent_requests")
    if limit is None:
        return Slots(0, evidence="/info advertises no max_concurrent_requests")
    if not 1 <= limit <= MOST:
        return Slots(0, evidence=f"/info advertises a max_concurrent_requests of {limit}")
    context = Context(FREED.at(INFO).id, session)
    best, tokens = Slots(limit, limit), _tokens(session, form)
    for _ in range(ROUNDS):
        try:
            exchanges = send_at_once(context, [form.ask(tokens=tokens)] * limit)
        except (UnmetError, InconclusiveError, NoAnswerError) as error:
            return Slots(limit, evidence=f"{limit} simultaneous requests: {error}")
        refused = [exchange for exchange in exchanges if is_overloaded(form, exchange)]
        if len(refused) <= best.refused:
            others = [exchange for exchange in refused if not is_routers_own(exchange.response)]
            evidence = f"a gateway refused {len(others)} of {limit} simultaneous requests" if others else ""
            best = Slots(limit, len(refused), evidence, refused[0] if refused else None)
        if not refused:
            break
        session.sender.client.stop.wait(PAUSE)
    return best


def _tokens(session: Session, form: Form) -> int:
    """Choose how long answers must be to hold their slots for a while, by how long a short one takes."""
    most = max(min(MOST_TOKENS, (session.capabilities.limit("max_total_tokens") or MOST_TOKENS) - LEFT), FEW)
    try:
        seconds = session.sender.send(form.ask(tokens=FEW)).response.seconds
    except NoAnswerError:
        return FEW
    return min(max(round(FEW * HELD / max(seconds, 0.001)), FEW), most)
