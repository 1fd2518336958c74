"""Room for requests at a time, tried where it costs little: as many as advertised, and one too many."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, Form
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import expect, expect_answer, seen
from tgi_conformance.requirements.load import at_once, expect_served_or_told, overloaded
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import InconclusiveError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

INFO = "#/components/schemas/Info/properties/max_concurrent_requests"
FEW = 8  # requests at a time, which every level may send
MANY = 256
BEYOND = 4
ROUNDS = 3
TOKENS = 12
LONG = 32
BEGUN = 32  # tokens of an answer that nobody waits for
PATIENCE, A_WHILE = 6.0, 0.5  # seconds that slots may take to come back, and between two looks


def overload(catalogue: Catalogue, form: Form) -> None:
    """Overload where few requests fill a deployment."""

    @catalogue.add(
        words(form, "one-request-too-many-is-told"),
        f"Where `max_concurrent_requests` is at most {FEW}, a request beyond it is answered, or refused with "
        "429 and an ErrorResponse.",
        source=INFO,
        operation=form.operation,
        needs=("GET /info",),
        alone=True,
        hurts="overload",
        why="Clients wait and retry on 429 alone.",
    )
    def check(context: Context) -> None:
        limit = _few(context)
        exchanges = at_once(context, [form.ask(tokens=LONG)] * (limit + BEYOND))
        for exchange in exchanges:
            with context.case():
                expect_served_or_told(context, form, exchange)
                told = not form.streamed or bool(exchange.response.events) or overloaded(form, exchange)
                expect(told, "an event", seen(exchange), exchange)
        if not any(overloaded(form, exchange) for exchange in exchanges):
            raise UnsupportedError(f"{limit + BEYOND} requests at a time are no overload")


def _limit(context: Context) -> int:
    limit = context.capabilities.limit("max_concurrent_requests")
    if limit is None:
        raise UnsupportedError("/info advertises no max_concurrent_requests")
    return limit


def _few(context: Context, most: int = FEW) -> int:
    """Give how many requests /info allows at a time; raises UnsupportedError where they are more than few."""
    limit = _limit(context)
    if limit > most:
        raise UnsupportedError(f"/info advertises a max_concurrent_requests of {limit}")
    return limit


def served_at_a_time(catalogue: Catalogue) -> None:
    """As many requests at a time as `/info` leaves no doubt about."""

    @catalogue.add(
        "max-concurrent-requests-are-served",
        f"{FEW} requests at a time are served, or half of `max_concurrent_requests` where that is less.",
        source=INFO,
        needs=(GENERATE.operation,),
        alone=True,
        hurts="overload",
        why="Clients size their pools by what is advertised.",
    )
    def check(context: Context) -> None:
        limit = _limit(context)
        count = limit if limit <= 3 else min(limit // 2, FEW)
        if count < 2:
            raise UnsupportedError("/info advertises one request at a time")
        for _ in range(ROUNDS - 1):  # others may take the room now and then
            if not _refused(context, count):
                return
        for exchange in _refused(context, count):
            expect(False, f"{count} answers at a time", seen(exchange), exchange)


def _refused(context: Context, count: int) -> list[Exchange]:
    exchanges = at_once(context, [GENERATE.ask(tokens=TOKENS)] * count)
    return [exchange for exchange in exchanges if overloaded(GENERATE, exchange)]


def left(catalogue: Catalogue, form: Form) -> None:
    """Requests whose clients leave."""

    @catalogue.add(
        words(form, "clients-that-leave-keep-no-room"),
        "When as many clients have left in the midst of an answer as may be served at a time, the next is "
        "served.",
        source=INFO,
        operation=form.operation,
        needs=("GET /info",),
        alone=True,
        hurts="cut connections",
        why="Browsers are closed and calls time out all the time; slots that are lost so end in an outage.",
    )
    def check(context: Context) -> None:
        limit = _few(context, MANY if context.session.depth is Depth.LOAD else FEW)
        if overloaded(form, context.send_once(form.ask(tokens=1))):
            raise InconclusiveError("the deployment is overloaded by others")
        for _ in range(limit + 1):
            context.leave(form.ask(tokens=BEGUN))
        exchange = _served_by_and_by(context, form)
        expect(
            not overloaded(form, exchange), "an answer after the others have left", seen(exchange), exchange
        )
        expect_answer(form, exchange)


def _served_by_and_by(context: Context, form: Form) -> Exchange:
    """Ask until there is room again: a model may finish what nobody waits for."""
    begun = time.monotonic()
    while True:
        exchange = context.send_once(form.ask(tokens=1))
        if not overloaded(form, exchange) or time.monotonic() - begun > PATIENCE:
            return exchange
        time.sleep(A_WHILE)
