"""Whatever a generator can think of: documented requests have documented answers, others break nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import UndefinedStatusCode
from schemathesis.specs.openapi.checks import status_code_conformance

from tgi_common.json_pointer import escape
from tgi_conformance.contract.generation import answer_to, cases, request_of
from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange
from tgi_conformance.protocol import forms as api
from tgi_conformance.requirements._exploring import EXPLORING, explore
from tgi_conformance.requirements._verify import OK, expect_fits, expect_media_type, expect_status, seen
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

POSITIVE_EXAMPLES = 6
NEGATIVE_EXAMPLES = 4
DOCUMENTED = (status_code_conformance,)
UNBROKEN = (not_a_server_error,)


def generated(catalogue: Catalogue) -> None:
    """Hold an operation to its contract with generated data, positive and negative."""
    method, path = catalogue.operation.split(" ")
    pointer = f"#/paths/{escape(path)}/{method.lower()}"

    @catalogue.add(
        "documented-requests-have-documented-answers",
        "Whatever the document allows is answered with a documented status, media type and schema.",
        source=f"{pointer}/responses",
        why="A typed client knows no other answers.",
    )
    def positive(context: Context) -> None:
        _explore(context, catalogue.operation, DOCUMENTED, POSITIVE_EXAMPLES, negative=False)

    @catalogue.add(
        "undocumented-requests-break-nothing",
        "Whatever the document forbids is refused without a server error, and the server goes on.",
        source=f"{pointer}/requestBody",
        why="One client's mistake must not be an outage for the others.",
    )
    def negative(context: Context) -> None:
        _explore(context, catalogue.operation, UNBROKEN, NEGATIVE_EXAMPLES, negative=True)
        if context.checks_every_case and "GET /health" not in context.capabilities.absent:
            expect_status(context.send(api.get("/health")), OK)


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
        explore(
            context,
            drawn,
            request_of,
            check,
            examples=examples if context.checks_every_case else examples // 2,
        )


def _answer_fits(context: Context, name: str, exchange: Exchange) -> None:
    operation, response = context.contract.operations[name], exchange.response
    documented = operation.media_types(response.status)
    if documented and operation.streams:
        # Where a stream was asked for, an error may come as its event.
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
    # A tool answer that does not parse leaves a stream of TGI empty.
    for event in json_events(exchange, empty=bool(done) or name == "POST /v1/chat/completions"):
        expect_fits(context, exchange, event, pointer)


def _unmet(group: FailureGroup, exchange: Exchange) -> UnmetError:
    failure = group.exceptions[0]
    expected = "an answer that is no server error"
    if isinstance(failure, UndefinedStatusCode):
        expected = f"status {' or '.join(map(str, failure.allowed_status_codes))}"
    return UnmetError(expected, f"{failure.title}: {seen(exchange)}", exchange)
