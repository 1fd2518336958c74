"""What a stream does when it cannot go on: an error that is told apart from tokens, and an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import member
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, UNPROCESSABLE, expect, seen
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.requirements.validation import bad_values

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context


def errors_in_streams(catalogue: Catalogue, form: Form) -> None:
    """The promises of a stream that is refused."""

    @catalogue.add(
        words(form, "error-ends-the-stream"),
        "A request that is refused yields one error with a text, no token, and the stream's end.",
        source="behaviour.md#streams",
        operation=form.operation,
        why="Clients read an error event as a token, or wait for ever (huggingface_hub#1651).",
    )
    def ends(context: Context) -> None:
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
    expect(len(done) == (0 if form.dialect == "generate" else 1), "its terminator", seen(exchange), exchange)
    types = {event.type for event in events}
    expect(types <= {"message"}, "events of type message", sorted(types), exchange)
    bodies = _events(exchange)
    expect(len(bodies) == 1, "one event, the error", seen(exchange), exchange)
    error = member(bodies[0], "error")
    text = error if form.dialect == "generate" else member(error, "message")
    expect(isinstance(text, str) and bool(text), "an `error` that says something", seen(exchange), exchange)
    expect(member(bodies[0], "token") is None, "no token", seen(exchange), exchange)
    if form.dialect != "generate":
        status = member(error, "http_status_code")
        expect(status == UNPROCESSABLE, "an `http_status_code` of 422", seen(exchange), exchange)


def _events(exchange: Exchange) -> list[Any]:
    return [event.json_or_none for event in exchange.response.stream.events if not event.is_done]
