"""Requests generated from the document: valid ones have documented answers, invalid ones break nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import UndefinedStatusCode
from schemathesis.specs.openapi.checks import status_code_conformance

from tgi_common.json_pointer import escape
from tgi_conformance.contract.generation import answer_to, cases, request_of
from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange
from tgi_conformance.protocol.routes import HEALTH, WITH_BODY, Route, example_of
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._exploring import EXPLORING, explore
from tgi_conformance.requirements._verify import OK, expect_fits, expect_media_type, expect_status, seen
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.refusals import request_body
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

POSITIVE_EXAMPLES = 6
NEGATIVE_EXAMPLES = 4
DOCUMENTED = (status_code_conformance,)
UNBROKEN = (not_a_server_error,)


def _responses(place: Form | Route) -> str:
    return f"#/paths/{escape(place.path)}/post/responses"


@requirement(
    "documented-requests-have-documented-answers",
    "Any request that the document allows is answered with a documented status, media type and schema.",
    forms=WITH_BODY,
    source=_responses,
    category="generated data",
    why="A typed client can read only documented answers.",
)
def documented_requests_have_documented_answers(context: Context, place: Form | Route) -> None:
    _explore(context, place.operation, DOCUMENTED, POSITIVE_EXAMPLES, negative=False)


@requirement(
    "undocumented-requests-break-nothing",
    "Requests that the document forbids cause no server error, and the server still answers afterwards.",
    forms=WITH_BODY,
    source=request_body,
    category="generated data",
    why="One client's mistake must not cause an outage for the others.",
)
def undocumented_requests_break_nothing(context: Context, place: Form | Route) -> None:
    _explore(context, place.operation, UNBROKEN, NEGATIVE_EXAMPLES, negative=True)
    if context.whole and HEALTH.operation not in context.capabilities.absent:
        expect_status(context.send(example_of(HEALTH)), OK)


def _explore(context: Context, name: str, checks: tuple[Any, ...], examples: int, *, negative: bool) -> None:
    operation = context.contract.operations[name]
    if context.contract.assumed and not negative:
        raise UnsupportedError(
            f"no document is served, and {context.capabilities.version} documents less than the pinned one"
        )

    def check(case: Any, exchange: Exchange) -> None:
        if exchange.response.is_stream and exchange.response.status == OK:
            if not negative:
                _events_fit(context, name, exchange)
            return
        try:
            case.validate_response(answer_to(case, exchange), checks=list(checks))
        except FailureGroup as group:
            raise _unmet(group, exchange) from None
        if not negative:
            _answer_fits(context, name, exchange)

    with EXPLORING:
        drawn = cases(context.contract, operation, negative=negative)
        explore(context, drawn, request_of, check, examples=examples if context.whole else examples // 2)


def _answer_fits(context: Context, name: str, exchange: Exchange) -> None:
    operation, response = context.contract.operations[name], exchange.response
    documented = operation.media_types(response.status)
    if documented and operation.streams:
        # An error may be an event of the stream that was requested.
        documented = (*documented, EVENT_STREAM)
    if documented:
        expect_media_type(exchange, *documented)
    if response.media_type == JSON and JSON in documented:
        pointer = operation.response_pointer(response.status, JSON)
        expect_fits(context, exchange, response.json, pointer)


def _events_fit(context: Context, name: str, exchange: Exchange) -> None:
    operation = context.contract.operations[name]
    if EVENT_STREAM not in operation.media_types(OK):
        return
    pointer = operation.response_pointer(OK, EVENT_STREAM)
    done = [event for event in exchange.response.stream.events if event.is_done]
    # A tool call that does not parse leaves a stream of TGI empty.
    for event in json_events(exchange, empty=bool(done) or name == "POST /v1/chat/completions"):
        expect_fits(context, exchange, event, pointer)


def _unmet(group: FailureGroup, exchange: Exchange) -> UnmetError:
    failure = group.exceptions[0]
    expected = "an answer that is not a server error"
    if isinstance(failure, UndefinedStatusCode):
        expected = f"status {' or '.join(map(str, failure.allowed_status_codes))}"
    return UnmetError(expected, f"{failure.title}: {seen(exchange)}", exchange)
