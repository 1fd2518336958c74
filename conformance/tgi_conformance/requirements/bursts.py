"""Streams that send each event as it is generated, not several at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import PRIMARY_STREAMED
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.requirements.tokens import counted
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

TOKENS = 24
FEWEST = 12  # events, with fewer of which bursts cannot be told
SLOW = 0.01  # seconds between events, from which on their arrivals can be told apart
AT_ONCE = 4  # events that speculative decoding may produce in one step


@requirement(
    "events-do-not-come-in-bursts",
    f"Stream events arrive as they are generated, on average at most {AT_ONCE} at the same moment.",
    forms=PRIMARY_STREAMED,
    source="behaviour.md#streams",
    category="streams",
    level=SHOULD,
    why="A buffer on the way makes evenly generated text stutter.",
)
def events_do_not_come_in_bursts(context: Context, form: Form) -> None:
    request = form.ask(tokens=TOKENS, **counted(form))
    events, moments, exchange = _arrivals(context, form, request)
    if events > AT_ONCE * moments:  # a busy machine may delay one stream
        events, moments, exchange = _arrivals(context, form, request)
    bursts = events > AT_ONCE * moments
    expect(not bursts, f"{events} events at about as many moments", f"at {moments} moments", exchange)


def _arrivals(context: Context, form: Form, request: Request) -> tuple[int, int, Exchange]:
    """Count the events of an answer, and the moments at which they arrived."""
    exchange = context.send(request)
    expect_answer(form, exchange)
    response = exchange.response
    events = len(response.stream.events)
    moments = [moment for _, moment in response.arrivals]
    duration = moments[-1] - moments[0] if moments else 0.0
    if events < FEWEST or duration < SLOW * events / 2:  # a first burst is generated before anything arrives
        measured = f"{events} events in {duration:.3f} s"
        raise UnsupportedError(f"{measured} are too few, or too quick to be told apart")
    return events, _distinct(moments), exchange


def _distinct(moments: Sequence[float]) -> int:
    """Count the moments that can be told from the one before."""
    return 1 + sum(later - earlier > SLOW / 2 for earlier, later in pairwise(moments))
