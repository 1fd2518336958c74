"""Requests that every route refuses: bodies that are not JSON, or of the wrong shape, type or size."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_common.json_pointer import escape
from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange, NoAnswerError, Request
from tgi_conformance.protocol.forms import member, post
from tgi_conformance.protocol.routes import WITH_BODY, example_of
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import (
    OK,
    UNPROCESSABLE,
    expect,
    expect_fits,
    expect_status,
    is_refused,
    seen,
)
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.contract.contract import Operation
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.protocol.routes import Route
    from tgi_conformance.session.context import Context

    Place = Form | Route

ERROR_RESPONSE = "#/components/schemas/ErrorResponse"
WHY = "Clients decide by the status and `error_type` whether to retry, report the error or fix the request."
MALFORMED = (b'{"%s": "x"', b"", b"%s=x", b"{%s: x}", b'{"%s": "\xff\xfe"}', b'{"%s": "\\ud800"}')
SHAPES: tuple[Any, ...] = (None, [], "text")
TOO_LARGE = 3_000_000  # bytes
DEPTH = 2_000  # arrays within each other
NOT_ALLOWED = (405, 403, 404, 501)


def request_body(place: Place) -> str:
    """Point to the request body of a form or route in the document."""
    return f"#/paths/{escape(place.path)}/post/requestBody"


def _path_item(place: Place) -> str:
    return f"#/paths/{escape(place.path)}"


def _malformed(place: Place) -> list[bytes]:
    required = place.required.encode()
    in_another_encoding = f'{{"{place.required}": "x"}}'.encode("utf-16")  # JSON between systems is UTF-8
    return [*(body.replace(b"%s", required) for body in MALFORMED), in_another_encoding]


@requirement(
    "malformed-body-is-a-client-error",
    "A body that is not JSON is refused with a 4xx status.",
    forms=WITH_BODY,
    source=request_body,
    category="refusals",
    why="A 5xx makes clients retry a request that can never succeed; a 200 hides the mistake.",
)
def malformed_body_is_a_client_error(context: Context, place: Place) -> None:
    for content in context.sample(_malformed(place), every=context.checks_every_generic_case):
        with context.case():
            _expect_client_error(context.cached(_raw(place, content)))


@requirement(
    "malformed-body-is-a-documented-error",
    "A body that is not JSON is refused as documented, with 422 and an ErrorResponse.",
    forms=WITH_BODY,
    source=request_body,
    category="refusals",
    level=SHOULD,
    why=WHY,
)
def malformed_body_is_a_documented_error(context: Context, place: Place) -> None:
    for content in context.sample(_malformed(place), every=context.checks_every_generic_case):
        with context.case():
            expect_refused(context, place.operation, context.cached(_raw(place, content)))


def _required(place: Place) -> dict[str, str]:
    return {place.required: place.required}


@requirement(
    "missing-{}-is-refused",
    "A body without `{}` is refused with 422 and an ErrorResponse.",
    forms=WITH_BODY,
    each=_required,
    source=lambda place, *_: request_body(place),
    category="refusals",
    why=WHY,
)
def missing_member_is_refused(context: Context, place: Place, required: str, _: str) -> None:
    valid = example_of(place).json
    body = {name: value for name, value in valid.items() if name != required}
    expect_refused(context, place.operation, context.send(post(place.path, body)))


@requirement(
    "body-must-be-an-object",
    "A JSON body that is not an object is refused with 422 and an ErrorResponse.",
    forms=WITH_BODY,
    source=request_body,
    category="refusals",
    why=WHY,
)
def body_must_be_an_object(context: Context, place: Place) -> None:
    for body in context.sample(SHAPES, every=context.checks_every_generic_case):
        with context.case():
            expect_refused(context, place.operation, context.send(post(place.path, body)))


@requirement(
    "content-type-may-carry-a-charset",
    "A JSON body is accepted in any case of its media type, and with a `charset` parameter.",
    forms=WITH_BODY,
    source=request_body,
    category="refusals",
    why="HTTP libraries add `; charset=utf-8` by default.",
)
def content_type_may_carry_a_charset(context: Context, place: Place) -> None:
    headers = (("content-type", "Application/JSON; charset=UTF-8"),)
    expect_status(context.send(evolve(example_of(place), headers=headers)), OK)


@requirement(
    "other-content-types-are-a-client-error",
    "A body whose media type is not JSON, or is missing, is refused with a 4xx status.",
    forms=WITH_BODY,
    source=request_body,
    category="refusals",
    level=SHOULD,
    why="Web pages may post a form to any site; a server that reads it as JSON is open to forged requests.",
)
def other_content_types_are_a_client_error(context: Context, place: Place) -> None:
    for headers in context.sample(
        ((), (("content-type", "text/plain"),)), every=context.checks_every_generic_case
    ):
        with context.case():
            _expect_client_error(context.send(evolve(example_of(place), headers=headers)))


@requirement(
    "oversized-body-is-a-client-error",
    f"A body of {TOO_LARGE} bytes is refused with a 4xx status, and the server still answers afterwards.",
    forms=WITH_BODY,
    source="behaviour.md#framework-errors",
    category="refusals",
    level=SHOULD,
    hurts="oversized bodies",
    why="Without a limit, one client can use up the server's memory.",
)
def oversized_body_is_a_client_error(context: Context, place: Place) -> None:
    try:
        exchange = context.send(_raw(place, _oversized(place.required)))
    except NoAnswerError as error:
        if error.kind == "too-large":
            raise UnsupportedError(f"the limit on bodies is above {TOO_LARGE} bytes") from None
        raise
    if not any(member(event.json_or_none, "error") for event in exchange.response.events[:1]):
        _expect_client_error(exchange)
    _expect_still_answers(context, place)


@cache
def _oversized(member: str) -> bytes:
    """Make a body once for all routes and targets."""
    return b'{"%s": "%s"}' % (member.encode(), b"a" * TOO_LARGE)


@requirement(
    "deeply-nested-body-is-a-client-error",
    f"A body of {DEPTH} nested arrays is refused with a 4xx status, and the server still answers afterwards.",
    forms=WITH_BODY,
    source=request_body,
    category="refusals",
    hurts="oversized bodies",
    why="A stack overflow takes the server down for everyone.",
)
def deeply_nested_body_is_a_client_error(context: Context, place: Place) -> None:
    content = b'{"%s": %s%s}' % (place.required.encode(), b"[" * DEPTH, b"]" * DEPTH)
    _expect_client_error(context.send(_raw(place, content)))
    _expect_still_answers(context, place)


def _expect_still_answers(context: Context, place: Place) -> None:
    """Raise UnmetError unless a valid request is answered; one route is enough to tell."""
    if context.checks_every_generic_case:
        expect_status(context.send(example_of(place)), OK)


@requirement(
    "other-methods-are-not-allowed",
    "Undocumented methods are refused with 405 (or 403, 404, 501).",
    forms=WITH_BODY,
    source=_path_item,
    category="refusals",
    level=SHOULD,
    why="A method that is accepted without being documented has an effect that nobody expects.",
)
def other_methods_are_not_allowed(context: Context, place: Place) -> None:
    for method in context.sample(("PUT", "DELETE"), every=context.checks_every_generic_case):
        with context.case():
            expect_status(context.send(Request(method, place.path)), *NOT_ALLOWED)


def expect_refused(context: Context, operation: str, exchange: Exchange, *, error_type: str = "") -> None:
    """Raise UnmetError unless a request is refused as documented, with 422 and an ErrorResponse."""
    expect_status(exchange, UNPROCESSABLE)
    response = exchange.response
    offered = _refusal_forms(context.contract.operation(operation))
    expect(response.media_type in offered, f"content-type {' or '.join(offered)}", seen(exchange), exchange)
    error = response.json
    if response.media_type == EVENT_STREAM:
        error = _only_event(exchange)
    expect_fits(context, exchange, error, ERROR_RESPONSE)
    expect(bool(error["error"]), "an `error` that is not empty", error, exchange)
    if error_type:
        expect(error["error_type"] == error_type, f"error_type {error_type!r}", error, exchange)


def taken(context: Context, form: Form, asked: Mapping[str, Any], beside: Mapping[str, Any]) -> Exchange:
    """Send parameters together with others that are valid too; if that is refused, send them alone."""
    exchange = context.cached(form.ask(**{"tokens": 2, **beside, **asked}))
    return context.cached(form.ask(**{"tokens": 2, **asked})) if is_refused(exchange) else exchange


def _refusal_forms(operation: Operation) -> tuple[str, ...]:
    """Return the media types of a refusal: the documented ones, and event streams if there may be one."""
    documented = operation.media_types(UNPROCESSABLE) or (JSON,)
    return (*documented, EVENT_STREAM) if operation.streams else documented


def _only_event(exchange: Exchange) -> Any:
    events = exchange.response.stream.events
    expect(len(events) == 1, "exactly one event, the error", seen(exchange), exchange)
    try:
        return events[0].json
    except (ValueError, RecursionError):
        raise UnmetError("JSON in the error event", events[0].data[:200], exchange) from None


def _expect_client_error(exchange: Exchange) -> None:
    expect(400 <= exchange.response.status < 500, "a 4xx status", seen(exchange), exchange)


def _raw(place: Place, content: bytes) -> Request:
    return Request("POST", place.path, (("content-type", JSON),), content)
