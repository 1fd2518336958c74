"""Many requests at a time (level load): no answer is another's, overload is told, and the server recovers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, TOO_MANY, Exchange, NoAnswerError, Request
from tgi_conformance.protocol import forms as api
from tgi_conformance.protocol.forms import member
from tgi_conformance.requirements._naming import grammar_name, with_grammar, words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_fits, seen
from tgi_conformance.requirements.refusals import ERROR_RESPONSE
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

AT_A_TIME = 24
BEYOND = 8
LONG = 64
FEWEST, ROUNDS = 4, 3
MOST = 256  # simultaneous requests; a deployment that allows more is not overloaded by this suite
INFO = "#/components/schemas/Info/properties/max_concurrent_requests"


def load(catalogue: Catalogue, form: Form) -> None:
    """The promises of a form under load."""
    _identity(catalogue, form)
    _overload(catalogue, form)
    if not form.streamed:
        _room(catalogue, form)
        _refusals(catalogue, form)


def _identity(catalogue: Catalogue, form: Form) -> None:
    name = grammar_name(form)

    @catalogue.add(
        words(form, "simultaneous-answers-are-not-mixed-up"),
        f"Of {AT_A_TIME} simultaneous requests each gets its own answer.",
        source="behaviour.md#limits",
        operation=form.operation,
        depth=Depth.LOAD,
        needs=with_grammar(form),
        alone=True,
        hurts="overload",
        why="One user reading another's answer is the worst that a server can do.",
    )
    def check(context: Context) -> None:
        marks = [f"mark-{n:03d}" for n in range(AT_A_TIME)]
        requests = [form.ask(tokens=24, **{name: {"type": "regex", "value": mark}}) for mark in marks]
        for mark, exchange in zip(marks, at_once(context, requests), strict=True):
            if not overloaded(form, exchange):
                with context.case():
                    answer = expect_answer(form, exchange)
                    text = "".join(answer.pieces) if form.streamed else answer.text or ""
                    expect(mark.startswith(text.strip()) and bool(text), f"{mark!r}", text, exchange)


def _overload(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "overload-is-told-and-passes"),
        "Beyond `max_concurrent_requests` a request is refused with 429 and an ErrorResponse, for a while.",
        source=INFO,
        operation=form.operation,
        depth=Depth.LOAD,
        alone=True,
        hurts="overload",
        why="Clients wait and retry on 429 alone; a slot that is never freed is an outage.",
    )
    def check(context: Context) -> None:
        limit = _limit(context)
        exchanges = at_once(context, [form.ask(tokens=LONG)] * (limit + BEYOND))
        for exchange in exchanges:
            with context.case():
                expect_served_or_told(context, form, exchange)
        if not any(overloaded(form, exchange) for exchange in exchanges):
            raise UnsupportedError(f"{len(exchanges)} requests at a time were all served")
        after = context.send(form.ask(tokens=2))
        expect(not overloaded(form, after), "an answer when the load is over", seen(after), after)
        expect_answer(form, after)


def _limit(context: Context) -> int:
    """Give how many requests /info allows at a time; raises UnsupportedError if none, or too many to send."""
    limit = context.capabilities.limit("max_concurrent_requests")
    if limit is None or limit > MOST:
        raise UnsupportedError(f"/info advertises a max_concurrent_requests of {limit}")
    return limit


def _room(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "advertised-requests-are-served"),
        f"Half as many requests as `max_concurrent_requests`, {AT_A_TIME} at the most, are served at a time.",
        source=INFO,
        operation=form.operation,
        depth=Depth.LOAD,
        alone=True,
        hurts="overload",
        why="Clients size their pools by what is advertised.",
    )
    def check(context: Context) -> None:
        count = min((context.capabilities.limit("max_concurrent_requests") or 0) // 2, AT_A_TIME)
        if count < FEWEST:
            raise UnsupportedError("/info advertises too few requests at a time to leave room for others")
        exchanges = at_once(context, [form.ask(tokens=8)] * count)
        for _ in range(ROUNDS - 1):  # others may take the room once
            if any(overloaded(form, one) for one in exchanges):
                exchanges = at_once(context, [form.ask(tokens=8)] * count)
        for exchange in exchanges:
            expect(not overloaded(form, exchange), f"{count} answers at a time", seen(exchange), exchange)
            expect_answer(form, exchange)


def _refusals(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "refused-requests-take-no-room"),
        "As many refused requests as may be served at a time leave room for the next good one.",
        source=INFO,
        operation=form.operation,
        depth=Depth.LOAD,
        alone=True,
        hurts="overload",
        why="A slot that a refusal keeps is an outage by and by.",
    )
    def check(context: Context) -> None:
        limit = _limit(context)
        before = context.send_once(form.ask(tokens=1))
        if overloaded(form, before):
            raise InconclusiveError("the deployment is overloaded by others")
        for _ in range(limit + BEYOND):
            context.send_once(form.ask(tokens=1, temperature=-1.0))
        after = context.send_once(form.ask(tokens=1))
        expect(not overloaded(form, after), "an answer after the refusals", seen(after), after)
        expect_answer(form, after)


def at_once(context: Context, requests: list[Request]) -> list[Exchange]:
    """Send all of them at a time; raises UnmetError where one has no answer."""
    with ThreadPoolExecutor(len(requests)) as pool:
        futures = [pool.submit(context.send_once, request, crowded=True) for request in requests]
    try:
        return [future.result() for future in futures]
    except NoAnswerError as error:
        if error.kind in {"refused", "budget", "gone"}:
            raise InconclusiveError(str(error)) from None
        raise UnmetError(
            "an answer to each simultaneous request", str(error), request=error.request
        ) from None


def overloaded(form: Form, exchange: Exchange) -> bool:
    """Tell whether a request was refused for overload, by its status or by what its stream begins with."""
    if exchange.response.status == TOO_MANY:
        return True
    events = exchange.response.stream.events if form.streamed and exchange.response.status == OK else ()
    first: Any = events[0].json_or_none if events else None
    error = member(first, "error")
    if form.dialect == "generate":
        return bool(error) and member(first, "error_type") == "overloaded"
    return isinstance(member(error, "message"), str)


def expect_served_or_told(context: Context, form: Form, exchange: Exchange) -> None:
    """Raise UnmetError unless a request was answered, or refused for overload as documented."""
    if exchange.response.status == TOO_MANY:
        body = exchange.response.json
        if exchange.response.media_type not in {JSON, EVENT_STREAM}:
            return  # a gateway's own 429 is one as well
        if exchange.response.is_stream:
            body = (
                exchange.response.stream.events[0].json_or_none if exchange.response.stream.events else None
            )
        expect_fits(context, exchange, body, ERROR_RESPONSE)
        expect(
            member(body, "error_type") == "overloaded", "error_type 'overloaded'", seen(exchange), exchange
        )
    elif not overloaded(form, exchange):
        expect_answer(form, exchange)


HEALTH = api.get("/health")


def health_under_load(catalogue: Catalogue, form: Form) -> None:
    """`/health` answers 200 at once while as many requests as allowed are generated."""

    @catalogue.add(
        "health-is-200-under-load",
        "While requests are generated /health answers 200.",
        source="behaviour.md#limits",
        depth=Depth.LOAD,
        needs=(form.operation,),
        alone=True,
        hurts="overload",
        why="A probe that fails under load restarts a server that works (text-generation-inference#3241).",
    )
    def check(context: Context) -> None:
        limit = min(context.capabilities.limit("max_concurrent_requests") or AT_A_TIME, MOST)
        requests = [form.ask(tokens=LONG)] * (limit + BEYOND)
        for place in range(0, len(requests), 4):
            requests[place] = HEALTH
        for request, exchange in zip(requests, at_once(context, requests), strict=True):
            if request is HEALTH:
                expect(exchange.response.status == OK, "status 200", seen(exchange), exchange)
