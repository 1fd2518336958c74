"""Streams that come token by token, and not several at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.requirements.tokens import counted
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

TOKENS = 24
FEWEST = 12  # events of which bursts can be told
SLOW = 0.01  # seconds an event takes, from which on several of them can be told apart
AT_A_TIME = 4  # events that guessing ahead may make in one step


def bursts(catalogue: Catalogue, form: Form) -> None:
    """How the events of a form are spread over time."""

    @catalogue.add(
        words(form, "events-do-not-come-in-bursts"),
        f"Events arrive one after another as they are made, more than {AT_A_TIME} together only by chance.",
        source="behaviour.md#streams",
        operation=form.operation,
        level=Level.SHOULD,
        why="A buffer between makes a text stutter that was written evenly.",
    )
    def check(context: Context) -> None:
        request = form.ask(tokens=TOKENS, **counted(form))
        events, moments, exchange = _spread(context, form, request)
        if events > AT_A_TIME * moments:  # a busy machine may hold back one stream
            events, moments, exchange = _spread(context, form, request)
        together = events > AT_A_TIME * moments
        expect(not together, f"{events} events at as many moments", f"at {moments} moments", exchange)


def _spread(context: Context, form: Form, request: Request) -> tuple[int, int, Exchange]:
    """Count the events of an answer, and the moments at which they arrived."""
    exchange = context.send(request)
    expect_answer(form, exchange)
    response = exchange.response
    events = len(response.stream.events)
    moments = [moment for _, moment in response.arrivals]
    spread = moments[-1] - moments[0] if moments else 0.0
    if events < FEWEST or spread < SLOW * events / 2:  # a first burst is made before anything arrives
        told = f"{events} events in {spread:.3f} s"
        raise UnsupportedError(f"{told} are too few, or too quick to be told apart")
    return events, _told_apart(moments), exchange


def _told_apart(moments: Sequence[float]) -> int:
    """Count the moments that can be told from the one before."""
    return 1 + sum(later - earlier > SLOW / 2 for earlier, later in pairwise(moments))
