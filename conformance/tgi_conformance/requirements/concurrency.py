"""Simultaneous requests within the advertised limit: they are served, and slots become free again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, GENERATE, GENERATE_STREAM
from tgi_conformance.protocol.routes import INFO
from tgi_conformance.protocol.under_load import asking_for, is_own_text
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import PRIMARY_STREAMED
from tgi_conformance.requirements._pointers import with_grammar
from tgi_conformance.requirements._simultaneous import (
    BEYOND,
    LIMIT,
    MOST,
    concurrency_limit,
    is_overloaded,
    send_at_once,
)
from tgi_conformance.requirements._verify import expect, expect_answer, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import InconclusiveError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

SIMULTANEOUS = 24  # requests at depth load
FEWEST = 4  # of them that tell anything
FEW = 8  # simultaneous requests, which every depth may send
ROUNDS = 3  # other clients may take the slots once or twice
TOKENS = 12
UNREAD = 32  # tokens of an answer whose client disconnects
PATIENCE, PAUSE = 6.0, 0.5  # seconds that slots may take to become free, and between two requests


@requirement(
    "simultaneous-answers-are-not-mixed-up",
    f"Each of {SIMULTANEOUS} simultaneous requests gets its own answer.",
    forms=(GENERATE, GENERATE_STREAM, CHAT, CHAT_STREAM),
    source="behaviour.md#limits",
    category="load",
    depth=Depth.LOAD,
    needs=with_grammar,
    alone=True,
    hurts="overload",
    why="No user may ever receive the answer to another user's request.",
)
def simultaneous_answers_are_not_mixed_up(context: Context, form: Form) -> None:
    marks = [f"mark-{n:03d}" for n in range(SIMULTANEOUS)]
    requests = [asking_for(form, mark, tokens=24) for mark in marks]
    for mark, exchange in zip(marks, send_at_once(context, requests), strict=True):
        if not is_overloaded(form, exchange):
            with context.case():
                answer = expect_answer(form, exchange)
                text = "".join(answer.pieces) if form.streamed else answer.text or ""
                expect(is_own_text(mark, text), f"{mark!r}", text, exchange)


@requirement(
    "max-concurrent-requests-are-served",
    f"The deployment serves {FEW} simultaneous requests, or half of `max_concurrent_requests` where that is "
    "less.",
    route=INFO,
    source=LIMIT,
    category="load",
    needs=(GENERATE.operation,),
    alone=True,
    hurts="overload",
    why="Clients size their connection pools by the advertised limit.",
)
def max_concurrent_requests_are_served(context: Context) -> None:
    limit = concurrency_limit(context)
    count = limit if limit <= 3 else min(limit // 2, FEW)  # half of 3 is 1
    if count < 2:  # every other requirement sends one request at a time
        raise UnsupportedError("/info advertises a max_concurrent_requests of 1")
    exchanges = _send_until_all_are_served(context, GENERATE, count, tokens=TOKENS)
    for exchange in exchanges:
        if is_overloaded(GENERATE, exchange):
            expect(False, f"answers to {count} simultaneous requests", seen(exchange), exchange)


@requirement(
    "advertised-requests-are-served",
    f"The deployment serves half of `max_concurrent_requests` simultaneous requests, up to {SIMULTANEOUS}.",
    forms=(GENERATE, CHAT),
    source=LIMIT,
    category="load",
    depth=Depth.LOAD,
    alone=True,
    hurts="overload",
    why="Clients size their connection pools by the advertised limit.",
)
def advertised_requests_are_served(context: Context, form: Form) -> None:
    limit = context.capabilities.limit("max_concurrent_requests") or 0
    count = min(limit // 2, SIMULTANEOUS)
    if count < FEWEST:
        raise UnsupportedError(f"/info advertises a max_concurrent_requests of {limit}, which is too few")
    for exchange in _send_until_all_are_served(context, form, count, tokens=8):
        expected = f"answers to {count} simultaneous requests"
        expect(not is_overloaded(form, exchange), expected, seen(exchange), exchange)
        expect_answer(form, exchange)


def _send_until_all_are_served(context: Context, form: Form, count: int, *, tokens: int) -> list[Exchange]:
    """Send so many requests at once, a few times if some are refused; give the last exchanges."""
    exchanges = send_at_once(context, [form.ask(tokens=tokens)] * count)
    for _ in range(ROUNDS - 1):
        if any(is_overloaded(form, exchange) for exchange in exchanges):
            exchanges = send_at_once(context, [form.ask(tokens=tokens)] * count)
    return exchanges


@requirement(
    "refused-requests-take-no-room",
    "After more invalid requests than `max_concurrent_requests`, the next valid request is served.",
    forms=(CHAT, GENERATE),  # only the first can fail: a slot that it loses does not come back
    source=LIMIT,
    category="load",
    depth=Depth.LOAD,
    alone=True,
    hurts="overload",
    why="Slots that refused requests never free add up to an outage.",
)
def refused_requests_take_no_room(context: Context, form: Form) -> None:
    limit = concurrency_limit(context, MOST)
    _expect_no_other_load(context, form)
    for _ in range(limit + BEYOND):
        context.send_once(form.ask(tokens=1, temperature=-1.0))
    after = context.send_once(form.ask(tokens=1))
    expect(not is_overloaded(form, after), "an answer after the refusals", seen(after), after)
    expect_answer(form, after)


@requirement(
    "clients-that-leave-keep-no-room",
    "After more clients than `max_concurrent_requests` have disconnected mid-stream, the next request is "
    "served.",
    forms=PRIMARY_STREAMED,
    source=LIMIT,
    category="load",
    needs=("GET /info",),
    alone=True,
    hurts="cut connections",
    why="Browsers close and calls time out all the time; slots that are never freed add up to an outage.",
)
def clients_that_leave_keep_no_room(context: Context, form: Form) -> None:
    limit = concurrency_limit(context, MOST if context.session.depth is Depth.LOAD else FEW)
    _expect_no_other_load(context, form)
    for _ in range(limit + 1):
        context.send_and_disconnect(form.ask(tokens=UNREAD))
    exchange = _send_until_served(context, form)
    served = not is_overloaded(form, exchange)
    expect(served, "an answer after the other clients have disconnected", seen(exchange), exchange)
    expect_answer(form, exchange)


def _expect_no_other_load(context: Context, form: Form) -> None:
    if is_overloaded(form, context.send_once(form.ask(tokens=1))):
        raise InconclusiveError("other clients overload the deployment")


def _send_until_served(context: Context, form: Form) -> Exchange:
    """Repeat a request until it is served: a model may finish an answer whose client has disconnected."""
    begun = time.monotonic()
    while True:
        exchange = context.send_once(form.ask(tokens=1))
        if not is_overloaded(form, exchange) or time.monotonic() - begun > PATIENCE:
            return exchange
        time.sleep(PAUSE)
