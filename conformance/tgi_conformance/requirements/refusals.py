"""What a route must refuse whatever it means: bodies that are no JSON, of the wrong shape, type or size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_common.json_pointer import escape
from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange, NoAnswerError, Request
from tgi_conformance.protocol import forms as api
from tgi_conformance.requirements._verify import (
    OK,
    UNPROCESSABLE,
    expect,
    expect_fits,
    expect_status,
    is_refused,
    seen,
)
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.contract.contract import Operation
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

ERROR_RESPONSE = "#/components/schemas/ErrorResponse"
WHY = "Clients decide by status and `error_type` whether to retry, to report or to mend the request."
MALFORMED = (b'{"%s": "x"', b"", b"%s=x", b"{%s: x}", b'{"%s": "\xff\xfe"}', b'{"%s": "\\ud800"}')
TOO_LARGE = 3_000_000
DEPTH = 2_000


def refusals(catalogue: Catalogue, valid: Mapping[str, Any], required: str) -> None:
    """The refusals of a route that takes a JSON body; `valid` is a body that it takes."""
    path = catalogue.operation.partition(" ")[2]
    _malformed(catalogue, path, required.encode())
    _missing(catalogue, path, valid, required)
    _wrong_shape(catalogue, path)
    _content_type(catalogue, path, valid)
    _hostile(catalogue, path, valid, required)
    _wrong_method(catalogue, path)


def _malformed(catalogue: Catalogue, path: str, required: bytes) -> None:
    bodies = [body.replace(b"%s", required) for body in MALFORMED]
    bodies.append(f'{{"{required.decode()}": "x"}}'.encode("utf-16"))  # JSON is UTF-8 between systems

    @catalogue.add(
        "malformed-body-is-a-client-error",
        "A body that is no JSON is refused with a 4xx status.",
        source=_source(catalogue),
        why="A 5xx makes clients retry what can never succeed; a 200 hides the mistake.",
    )
    def refused(context: Context) -> None:
        for content in context.sample(bodies, every=context.checks_every_generic_case):
            with context.case():
                _expect_client_error(context.cached(_raw(path, content)))

    @catalogue.add(
        "malformed-body-is-a-documented-error",
        "A body that is no JSON is refused as documented: 422 and an ErrorResponse.",
        source=_source(catalogue),
        level=Level.SHOULD,
        why=WHY,
    )
    def documented(context: Context) -> None:
        for content in context.sample(bodies, every=context.checks_every_generic_case):
            with context.case():
                expect_refused(context, catalogue.operation, context.cached(_raw(path, content)))


def _missing(catalogue: Catalogue, path: str, valid: Mapping[str, Any], required: str) -> None:
    @catalogue.add(
        f"missing-{required}-is-refused",
        f"A body without `{required}` is refused with 422 and an ErrorResponse.",
        source=_source(catalogue),
        why=WHY,
    )
    def check(context: Context) -> None:
        body = {name: value for name, value in valid.items() if name != required}
        expect_refused(context, catalogue.operation, context.send(api.post(path, body)))


def _wrong_shape(catalogue: Catalogue, path: str) -> None:
    @catalogue.add(
        "body-must-be-an-object",
        "A body that is JSON but no object is refused with 422 and an ErrorResponse.",
        source=_source(catalogue),
        why=WHY,
    )
    def check(context: Context) -> None:
        bodies: tuple[Any, ...] = (None, [], "text")
        for body in context.sample(bodies, every=context.checks_every_generic_case):
            with context.case():
                expect_refused(context, catalogue.operation, context.send(api.post(path, body)))


def _content_type(catalogue: Catalogue, path: str, valid: Mapping[str, Any]) -> None:
    plain = api.post(path, dict(valid))

    @catalogue.add(
        "content-type-may-carry-a-charset",
        "A JSON body is taken whatever parameters its media type carries.",
        source=_source(catalogue),
        why="HTTP libraries add `; charset=utf-8` without being asked.",
    )
    def charset(context: Context) -> None:
        headers = (("content-type", "Application/JSON; charset=UTF-8"),)  # names of types have no case
        expect_status(context.send(evolve(plain, headers=headers)), 200)

    @catalogue.add(
        "other-content-types-are-a-client-error",
        "A body of another media type is refused with a 4xx status.",
        source=_source(catalogue),
        level=Level.SHOULD,
        why="A form post that is taken for JSON is a hole for cross-site requests.",
    )
    def other(context: Context) -> None:
        for headers in context.sample(
            ((), (("content-type", "text/plain"),)), every=context.checks_every_generic_case
        ):
            with context.case():
                _expect_client_error(context.send(evolve(plain, headers=headers)))


def _hostile(catalogue: Catalogue, path: str, valid: Mapping[str, Any], required: str) -> None:
    plain = api.post(path, dict(valid))

    @catalogue.add(
        "oversized-body-is-a-client-error",
        f"A body of {TOO_LARGE} bytes is refused with a 4xx status, and the server goes on.",
        source="behaviour.md#framework-errors",
        level=Level.SHOULD,
        hurts="oversized bodies",
        why="Without a bound one client takes the memory of all.",
    )
    def oversized(context: Context) -> None:
        content = b'{"%s": "%s"}' % (required.encode(), b"a" * TOO_LARGE)
        try:
            exchange = context.send(_raw(path, content))
        except NoAnswerError as error:
            if error.kind == "too-large":
                raise UnsupportedError(f"the payload limit lies above {TOO_LARGE} bytes") from None
            raise
        if not any(api.member(event.json_or_none, "error") for event in exchange.response.events[:1]):
            _expect_client_error(exchange)
        _expect_goes_on(context, plain)

    @catalogue.add(
        "deeply-nested-body-is-a-client-error",
        f"A body nested {DEPTH} deep is refused with a 4xx status, and the server goes on.",
        source=_source(catalogue),
        hurts="oversized bodies",
        why="A stack overflow takes the server down for everyone.",
    )
    def nested(context: Context) -> None:
        content = b'{"%s": %s%s}' % (required.encode(), b"[" * DEPTH, b"]" * DEPTH)
        _expect_client_error(context.send(_raw(path, content)))
        _expect_goes_on(context, plain)


def _expect_goes_on(context: Context, plain: Request) -> None:
    """Raise UnmetError unless a good request is answered; those of the first route tell for all."""
    if context.checks_every_generic_case:
        expect_status(context.send(plain), OK)


def _wrong_method(catalogue: Catalogue, path: str) -> None:
    @catalogue.add(
        "other-methods-are-not-allowed",
        "Undocumented methods are refused with 405 (or 403, 404, 501).",
        source=f"#/paths/{escape(path)}",
        level=Level.SHOULD,
        why="A method that is silently taken does something that nobody documented.",
    )
    def check(context: Context) -> None:
        for method in context.sample(("PUT", "DELETE"), every=context.checks_every_generic_case):
            with context.case():
                expect_status(context.send(Request(method, path)), 405, 403, 404, 501)


def expect_refused(context: Context, operation: str, exchange: Exchange, *, error_type: str = "") -> None:
    """Raise UnmetError unless this is the documented refusal: 422 and an ErrorResponse."""
    expect_status(exchange, UNPROCESSABLE)
    response = exchange.response
    offered = _refusal_forms(context.contract.operation(operation))
    expect(response.media_type in offered, f"content-type {' or '.join(offered)}", seen(exchange), exchange)
    error = response.json
    if response.media_type == EVENT_STREAM:
        error = _only_event(exchange)
    expect_fits(context, exchange, error, ERROR_RESPONSE)
    expect(bool(error["error"]), "an `error` that says something", error, exchange)
    if error_type:
        expect(error["error_type"] == error_type, f"error_type {error_type!r}", error, exchange)


def taken(context: Context, form: Form, asked: Mapping[str, Any], beside: Mapping[str, Any]) -> Exchange:
    """Ask for something beside others that are to be taken as well; alone where that is refused."""
    exchange = context.cached(form.ask(**{"tokens": 2, **beside, **asked}))
    return context.cached(form.ask(**{"tokens": 2, **asked})) if is_refused(exchange) else exchange


def _refusal_forms(operation: Operation) -> tuple[str, ...]:
    """Give the media types of a refusal: JSON, and of an operation that streams the stream itself."""
    documented = operation.media_types(UNPROCESSABLE) or (JSON,)
    return (*documented, EVENT_STREAM) if operation.streams else documented


def _only_event(exchange: Exchange) -> Any:
    events = exchange.response.stream.events
    expect(len(events) == 1, "one event, the error", seen(exchange), exchange)
    try:
        return events[0].json
    except (ValueError, RecursionError):
        raise UnmetError("JSON in the error event", events[0].data[:200], exchange) from None


def _expect_client_error(exchange: Exchange) -> None:
    expect(400 <= exchange.response.status < 500, "a 4xx status", seen(exchange), exchange)


def _raw(path: str, content: bytes) -> Request:
    return Request("POST", path, (("content-type", JSON),), content)


def _source(catalogue: Catalogue) -> str:
    method, path = catalogue.operation.split(" ")
    return f"#/paths/{escape(path)}/{method.lower()}/requestBody"
