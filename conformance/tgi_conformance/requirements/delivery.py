"""Delivery of streams: each event arrives when it was generated, and no cache keeps it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import STREAMED
from tgi_conformance.requirements._counting import ask, bare, counted, long_limit
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import PRIMARY_STREAMED
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.requirements.streams import short_stream
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

SLOW = 0.25  # seconds; a stream that is generated faster may arrive in one piece
LONG_ENOUGH = 2 * SLOW  # for a short stream, with its prompt; otherwise a long one is measured
FEWEST_EVENTS = 2
LATEST = 0.9  # of the time that an answer takes, by which its first event has to arrive
ATTEMPTS = 3  # a busy machine may delay one stream, but not each of several
TOKENS = 24
FEWEST = 12  # events, with fewer of which bursts cannot be told
APART = 0.01  # seconds between events, from which on their arrivals can be told apart
FRACTION = 0.25  # of the average pause, below which two events may have been sent at once
AT_ONCE = 4  # events that speculative decoding may produce in one step


@requirement(
    "stream-is-not-held-back",
    "Events are sent as they are generated, not all at the end of a slow answer.",
    forms=STREAMED,
    source="behaviour.md#streams",
    category="streams",
    level=SHOULD,
    why="A proxy that buffers turns a stream into a long wait.",
)
def stream_is_not_held_back(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    if exchange.response.seconds < LONG_ENOUGH:
        exchange, _ = ask(context, form, long_limit(form), **bare(form))
    for _ in range(ATTEMPTS):
        if _comes_in_pieces(exchange, 0.0):
            return
        # Reading the prompt alone may take long; an answer of one token shows how long.
        reading = context.send(form.ask(tokens=1, **counted(form))).response.seconds
        _need_slow(exchange, reading)
        if _comes_in_pieces(exchange, reading):
            return
        exchange = context.send(exchange.request)
    first, seconds = exchange.response.first, exchange.response.seconds
    expect(False, "the first event well before the last", f"{first:.2f} of {seconds:.2f} s", exchange)


def _need_slow(exchange: Exchange, reading: float) -> None:
    """Raise UnsupportedError unless generation took long enough for a delay to be noticed."""
    count, generating = len(exchange.response.stream.events), exchange.response.seconds - reading
    if generating < SLOW or count <= FEWEST_EVENTS:
        measured = f"{count} events were generated within {max(generating, 0):.2f} s"
        raise UnsupportedError(f"{measured}, too fast to tell whether they are held back")


def _comes_in_pieces(exchange: Exchange, reading: float) -> bool:
    """Tell whether the first event came well before the last, without the time to read the prompt."""
    response = exchange.response
    generating = response.seconds - reading
    return generating >= SLOW and response.first - reading <= LATEST * generating


@requirement(
    "stream-is-not-cached",
    "The response header `cache-control` forbids caching.",
    forms=STREAMED,
    source="behaviour.md#streams",
    category="streams",
    level=SHOULD,
    why="A cache could delay events, or send them to another client.",
)
def stream_is_not_cached(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    control = exchange.response.headers.get("cache-control", "").lower()
    forbidden = "no-cache" in control or "no-store" in control
    expect(forbidden, "cache-control: no-cache", control or "none", exchange)


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
    if events < FEWEST or duration < APART * events / 2:  # a first burst is generated before anything arrives
        measured = f"{events} events in {duration:.3f} s"
        raise UnsupportedError(f"{measured} are too few, or too fast to be told apart")
    return events, _distinct(moments), exchange


def _distinct(moments: Sequence[float]) -> int:
    """Count the moments that can be told from the one before.

    Where the events come about as often as can be told apart, most of them may be a little closer than that;
    what is sent at once is far closer than the average.
    """
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    shortest = min(APART / 2, FRACTION * sum(pauses) / len(pauses))
    return 1 + sum(pause > shortest for pause in pauses)
