"""Overload: more simultaneous requests than the deployment allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, GENERATE, GENERATE_STREAM
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import PRIMARY
from tgi_conformance.requirements._simultaneous import (
    BEYOND,
    LIMIT,
    MOST,
    concurrency_limit,
    expect_served_or_overloaded,
    is_overloaded,
    send_at_once,
)
from tgi_conformance.requirements._verify import expect, expect_answer, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

FEW = 8  # simultaneous requests, which every depth may send
BEYOND_FEW = 4  # requests above a limit that low
TOKENS, TOKENS_UNDER_LOAD = 32, 64


@requirement(
    "one-request-too-many-is-told",
    f"Where `max_concurrent_requests` is at most {FEW}, a request beyond it is answered, or refused with 429 "
    "and an ErrorResponse.",
    forms=PRIMARY,
    source=LIMIT,
    category="load",
    needs=("GET /info",),
    alone=True,
    hurts="overload",
    why="Clients wait and retry on 429 only.",
)
def one_request_too_many_is_told(context: Context, form: Form) -> None:
    count = concurrency_limit(context, FEW) + BEYOND_FEW
    exchanges = send_at_once(context, [form.ask(tokens=TOKENS)] * count)
    for exchange in exchanges:
        with context.case():
            expect_served_or_overloaded(context, form, exchange)
            told = not form.streamed or bool(exchange.response.events) or is_overloaded(form, exchange)
            expect(told, "an event", seen(exchange), exchange)
    if not any(is_overloaded(form, exchange) for exchange in exchanges):
        raise UnsupportedError(f"{count} simultaneous requests do not overload the deployment")


@requirement(
    "overload-is-told-and-passes",
    "Requests beyond `max_concurrent_requests` are refused with 429 and an ErrorResponse, and only while the "
    "load lasts.",
    forms=(GENERATE, GENERATE_STREAM, CHAT, CHAT_STREAM),
    source=LIMIT,
    category="load",
    depth=Depth.LOAD,
    alone=True,
    hurts="overload",
    why="Clients wait and retry on 429 only; a slot that is never freed is an outage.",
)
def overload_is_told_and_passes(context: Context, form: Form) -> None:
    count = concurrency_limit(context, MOST) + BEYOND
    exchanges = send_at_once(context, [form.ask(tokens=TOKENS_UNDER_LOAD)] * count)
    for exchange in exchanges:
        with context.case():
            expect_served_or_overloaded(context, form, exchange)
    if not any(is_overloaded(form, exchange) for exchange in exchanges):
        raise UnsupportedError(f"{count} simultaneous requests were all served")
    after = context.send(form.ask(tokens=2))
    expect(not is_overloaded(form, after), "an answer once the load is over", seen(after), after)
    expect_answer(form, after)
