"""Streams of refused requests: one error event that cannot be mistaken for a token, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import STREAMED, member
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import OK, UNPROCESSABLE, expect, seen
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.requirements.validation import bad_values

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context


@requirement(
    "error-ends-the-stream",
    "The stream of a refused request has one error event with a message, no token, and then ends.",
    forms=STREAMED,
    source="behaviour.md#streams",
    category="streams",
    why="Clients mistake an error event for a token, or wait forever (huggingface_hub#1651).",
)
def error_ends_the_stream(context: Context, form: Form) -> None:
    for name, value in bad_values(context, form):
        with context.case():
            exchange = context.cached(form.ask(tokens=2, **{name: value}))
            if exchange.response.status == OK:
                _expect_only_error(form, exchange)
            else:
                expect_refused(context, form.operation, exchange)


def _expect_only_error(form: Form, exchange: Exchange) -> None:
    events = exchange.response.stream.events
    done = [event for event in events if event.is_done]
    terminated, terminator = (0, "no [DONE]") if form.dialect == "generate" else (1, "one [DONE]")
    expect(len(done) == terminated, terminator, seen(exchange), exchange)
    types = {event.type for event in events}
    expect(types <= {"message"}, "events of type message", sorted(types), exchange)
    bodies = [event.json_or_none for event in events if not event.is_done]
    expect(len(bodies) == 1, "one event, the error", seen(exchange), exchange)
    error = member(bodies[0], "error")
    text = error if form.dialect == "generate" else member(error, "message")
    expect(isinstance(text, str) and bool(text), "an `error` with a message", seen(exchange), exchange)
    expect(member(bodies[0], "token") is None, "no token", seen(exchange), exchange)
    if form.dialect != "generate":
        status = member(error, "http_status_code")
        expect(status == UNPROCESSABLE, "an `http_status_code` of 422", seen(exchange), exchange)
