"""Answers have the documented status, media type and schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_common.json_pointer import escape
from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange
from tgi_conformance.protocol.forms import INVOCATIONS, STREAMED, UNSTREAMED, Form, member
from tgi_conformance.protocol.routes import CHAT_TOKENIZE, INFO, METRICS, MODELS, TOKENIZE, Route, example_of
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import CHAT_FORMS, NATIVE_FORMS
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_fits,
    expect_media_type,
    expect_status,
    seen,
)
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

PLAIN_TEXT = "text/plain"
OPENMETRICS = "application/openmetrics-text"  # what newer exporters of metrics answer
WHY = "A typed client can read only what is documented."


def response_source(operation: str, media_type: str, status: int = OK) -> str:
    """Point to an answer in the document."""
    method, path = operation.split(" ")
    responses = f"#/paths/{escape(path)}/{method.lower()}/responses"
    return f"{responses}/{status}/content/{escape(media_type)}"


def _json_source(place: Form | Route) -> str:
    return response_source(place.operation, JSON)


def _stream_source(form: Form) -> str:
    return response_source(form.operation, EVENT_STREAM)


def _form_source(form: Form) -> str:
    return _stream_source(form) if form.streamed else _json_source(form)


@requirement(
    "answer-fits-the-document",
    "A plain request is answered with 200 and `application/json` that fits the documented schema.",
    forms=(*UNSTREAMED, TOKENIZE, CHAT_TOKENIZE, INFO, MODELS),
    source=_json_source,
    category="answers",
    depth=Depth.SMOKE,
    why=WHY,
)
def answer_fits_the_document(context: Context, place: Form | Route) -> None:
    exchange = context.cached(example_of(place))
    expect_status(exchange, OK)
    expect_media_type(exchange, JSON)
    pointer = context.contract.operations[place.operation].response_pointer(OK, JSON)
    expect_fits(context, exchange, exchange.response.json, pointer)
    expect(exchange.response.json != [], "an answer", "an empty array", exchange)


@requirement(
    "answer-fits-the-document",
    "A plain request is answered with 200 and `text/plain`, or `application/openmetrics-text`.",
    route=METRICS,
    source=response_source(METRICS.operation, PLAIN_TEXT),
    category="answers",
    depth=Depth.SMOKE,
    why="Prometheus chooses a parser by the media type.",
)
def metrics_answer_fits_the_document(context: Context) -> None:
    exchange = context.cached(example_of(METRICS))
    expect_status(exchange, OK)
    expect_media_type(exchange, PLAIN_TEXT, OPENMETRICS)


@requirement(
    "events-fit-the-document",
    "A streaming request is answered with 200 and `text/event-stream`, and every event fits its documented "
    "schema.",
    forms=STREAMED,
    source=_stream_source,
    category="answers",
    depth=Depth.SMOKE,
    why=WHY,
)
def events_fit_the_document(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    expect_media_type(exchange, EVENT_STREAM)
    pointer = context.contract.operations[form.operation].response_pointer(OK, EVENT_STREAM)
    for event in json_events(exchange):
        expect_fits(context, exchange, event, pointer)


def rich(form: Form) -> tuple[dict[str, Any], ...]:
    """Return sets of parameters that together show every member that a form's answers may have."""
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


def _detailed(form: Form) -> str:
    what = "every event fits" if form.streamed else "the answer fits"
    return f"With every optional member requested, {what} the documented schema."


@requirement(
    "details-fit-the-document",
    _detailed,
    forms=(*NATIVE_FORMS, *CHAT_FORMS),  # no parameter adds members to completions
    source=_form_source,
    category="answers",
    why=WHY,
)
def details_fit_the_document(context: Context, form: Form) -> None:
    media_type = EVENT_STREAM if form.streamed else JSON
    pointer = context.contract.operations[form.operation].response_pointer(OK, media_type)
    for asked in context.share(rich(form)):
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


@requirement(
    "answer-is-in-an-array",
    "A generate body is answered with an array of one answer, as TGI does, unless the deployment follows the "
    "document where TGI deviates from it.",
    forms=(INVOCATIONS,),
    source="behaviour.md#other-routes",
    category="answers",
    why="SageMaker clients read the first element.",
)
def answer_is_in_an_array(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    body = exchange.response.json
    if isinstance(body, dict) and _lists_models_as_documented(context):
        raise UnsupportedError("the deployment follows the document where TGI deviates from it")
    expect(isinstance(body, list) and len(body) == 1, "an array of one answer", seen(exchange), exchange)


def _lists_models_as_documented(context: Context) -> bool:
    """Tell whether /v1/models answers one model without a list around it, as documented; no TGI does."""
    if MODELS.operation in context.capabilities.absent:
        return False
    body = context.cached(example_of(MODELS)).response.json
    return isinstance(member(body, "id"), str) and member(body, "data") is None


def json_events(exchange: Exchange, *, empty: bool = False) -> list[object]:
    """Return every event of a stream but the terminator, as JSON.

    Raises:
        UnmetError: An event is not JSON, or there are no events and the stream may not be `empty`.
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
