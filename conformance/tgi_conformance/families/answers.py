"""What the document says of an answer: its status, its media type, its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.exchange import EVENT_STREAM, JSON, Exchange, Request
from tgi_conformance.families.naming import words
from tgi_conformance.levels import Depth
from tgi_conformance.outcomes import UnmetError
from tgi_conformance.verify import OK, expect, expect_fits, expect_media_type, expect_status

if TYPE_CHECKING:
    from tgi_conformance.api import Form
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial


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
    def check(trial: Trial) -> None:
        exchange = trial.sample(request)
        expect_status(exchange, OK)
        expect_media_type(exchange, media_type, *also)
        pointer = trial.contract.operations[catalogue.operation].response_pointer(OK, media_type)
        if media_type == JSON:
            expect_fits(trial, exchange, exchange.response.json, pointer)
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
    def check(trial: Trial) -> None:
        exchange = trial.sample(form.ask())
        expect_status(exchange, OK)
        expect_media_type(exchange, EVENT_STREAM)
        pointer = trial.contract.operations[form.operation].response_pointer(OK, EVENT_STREAM)
        for event in json_events(exchange):
            expect_fits(trial, exchange, event, pointer)


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
    def check(trial: Trial) -> None:
        pointer = trial.contract.operations[form.operation].response_pointer(OK, media_type)
        for asked in trial.share(rich(form)):
            if asked.get("best_of", 1) > (trial.facts.limit("max_best_of") or 2):
                continue
            if "top-tokens" in trial.facts.absent:
                asked = {name: value for name, value in asked.items() if not name.startswith("top_")}  # noqa: PLW2901
            with trial.case():
                exchange = trial.sample(form.ask(**asked))
                expect_status(exchange, OK)
                for value in json_events(exchange) if form.streamed else [exchange.response.json]:
                    expect_fits(trial, exchange, value, pointer)
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
    escaped = path.replace("~", "~0").replace("/", "~1")
    return f"#/paths/{escaped}/{method.lower()}/responses/{status}/content/{media_type.replace('/', '~1')}"
