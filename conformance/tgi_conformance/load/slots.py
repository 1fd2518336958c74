"""Whether the deployment serves as many requests at a time after the load as before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.load.promises import FREED
from tgi_conformance.protocol.routes import INFO
from tgi_conformance.requirements._simultaneous import MOST, is_overloaded, send_at_once
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError
from tgi_conformance.session.context import Context

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.session import Session

TOKENS = 24
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
    context = Context(FREED.id_of(INFO), session)
    best = Slots(limit, limit)
    for _ in range(ROUNDS):
        try:
            exchanges = send_at_once(context, [form.ask(tokens=TOKENS)] * limit)
        except (UnmetError, InconclusiveError, NoAnswerError) as error:
            return Slots(limit, evidence=f"{limit} simultaneous requests: {error}")
        refused = [exchange for exchange in exchanges if is_overloaded(form, exchange)]
        if len(refused) <= best.refused:
            best = Slots(limit, len(refused), exchange=refused[0] if refused else None)
        if not refused:
            break
        session.sender.client.stop.wait(PAUSE)
    return best
