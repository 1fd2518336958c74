"""What the document says of an answer: its status, its media type, its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_common.json_pointer import escape
from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange, Request
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, expect, expect_fits, expect_media_type, expect_status
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context


def documented_answer(
    catalogue: Catalogue, request: Request, *, media_type: str = JSON, also: tuple[str, ...] = ()
) -> None:
    """The answer to a plain request is the documented one; `also` are newer names of its media type."""

    @catalogue.add(
        "answer-fits-the-document",
        f"A plain request is answered with 200, {media_type} and the documented schema.",
        source=response_source(catalogue.operation, media_type),
        depth=Depth.SMOKE,
        why="A typed client cannot read anything else.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(request)
        expect_status(exchange, OK)
        expect_media_type(exchange, media_type, *also)
        pointer = context.contract.operations[catalogue.operation].response_pointer(OK, media_type)
        if media_type == JSON:
            expect_fits(context, exchange, exchange.response.json, pointer)
            expect(exchange.response.json != [], "an answer", "an empty array", exchange)


def documented_stream(catalogue: Catalogue, form: Form) -> None:
    """Every event of a stream is the documented one."""

    @catalogue.add(
        words(form, "events-fit-the-document"),
        "A streamed request is answered with 200, text/event-stream, and every event fits its schema.",
        source=response_source(form.operation, EVENT_STREAM),
        depth=Depth.SMOKE,
        why="A typed client cannot read anything else.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(form.ask())
        expect_status(exchange, OK)
        expect_media_type(exchange, EVENT_STREAM)
        pointer = context.contract.operations[form.operation].response_pointer(OK, EVENT_STREAM)
        for event in json_events(exchange):
            expect_fits(context, exchange, event, pointer)


def rich(form: Form) -> tuple[dict[str, Any], ...]:
    """Give what makes a form show every member that its answers may have."""
    if form.dialect == "generate" and form.streamed:
        return ({"details": True, "top_n_tokens": 2},)
    if form.dialect == "generate":
        return (
            {"details": True, "top_n_tokens": 2},
            {"details": True, "decoder_input_details": True},
            {"details": True, "do_sample": True, "best_of": 2, "top_n_tokens": 2},
        )
    if form.dialect == "chat":
        usage = {"stream_options": {"include_usage": True}} if form.streamed else {}
        return ({"temperature": 0.0, "logprobs": True, "top_logprobs": 2, **usage},)
    return ({"temperature": 0.0},)


def detailed(catalogue: Catalogue, form: Form) -> None:
    """An answer with everything that may be asked for is the documented one too."""
    media_type = EVENT_STREAM if form.streamed else JSON
    form_name = "the events of a stream" if form.streamed else "an answer"

    @catalogue.add(
        words(form, "details-fit-the-document"),
        f"With everything that can be asked for, {form_name} still fits the documented schema.",
        source=response_source(form.operation, media_type),
        operation=form.operation,
        why="A typed client cannot read anything else.",
    )
    def check(context: Context) -> None:
        pointer = context.contract.operations[form.operation].response_pointer(OK, media_type)
        for asked in context.sample(rich(form)):
            if asked.get("best_of", 1) > (context.capabilities.limit("max_best_of") or 2):
                continue
            if "top-tokens" in context.capabilities.absent:
                asked = {name: value for name, value in asked.items() if not name.startswith("top_")}  # noqa: PLW2901
            with context.case():
                exchange = context.cached(form.ask(**asked))
                expect_status(exchange, OK)
                for value in json_events(exchange) if form.streamed else [exchange.response.json]:
                    expect_fits(context, exchange, value, pointer)
                    expect(value != [], "an answer", "an empty array", exchange)


def json_events(exchange: Exchange, *, empty: bool = False) -> list[object]:
    """Every event of a stream but the terminator, as JSON; raises UnmetError where one is none.

    A stream without events is none either, unless it may be `empty`.
    """
    events = []
    for event in exchange.response.stream.events:
        if not event.is_done:
            try:
                events.append(event.json)
            except (ValueError, RecursionError):
                raise UnmetError("JSON in each event", event.data[:200], exchange) from None
    expect(bool(events) or empty, "at least one event", "none", exchange)
    return events


def response_source(operation: str, media_type: str, status: int = OK) -> str:
    """Point to an answer in the document."""
    method, path = operation.split(" ")
    responses = f"#/paths/{escape(path)}/{method.lower()}/responses"
    return f"{responses}/{status}/content/{escape(media_type)}"
