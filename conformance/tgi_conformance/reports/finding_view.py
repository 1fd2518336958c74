"""A result as the HTML page shows it: cut to a size, its JSON indented, the offending value marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.reports.json_view import Part, json_parts, read_json, shortened
from tgi_conformance.reports.marks import differing_part, subject_of
from tgi_conformance.reports.signs import OUTCOMES, Sign
from tgi_conformance.reports.stream_view import (
    CHARACTERS_PER_EVENT,
    Assembled,
    EventView,
    assembled,
    events_of,
    milliseconds,
)
from tgi_conformance.results.evidence import cut

if TYPE_CHECKING:
    from tgi_conformance.results.evidence import Headers, RequestSeen, ResponseSeen
    from tgi_conformance.results.report import Result

SMALLEST_WITH_EXCHANGE = 200
_ABOUT_STATUS = re.compile(r"status \d|a [1-5]xx status")


@frozen
class HeaderView:
    """A header; `marked` if the finding is about it."""

    name: str
    value: str
    marked: bool = False


@frozen
class RequestView:
    """A request."""

    line: str
    headers: tuple[HeaderView, ...]
    body: tuple[Part, ...]


@frozen
class ResponseView:
    """A response; `events` and `assembled` are empty if it is not a stream."""

    status: int
    status_marked: bool
    headers: tuple[HeaderView, ...]
    milliseconds: str
    body: tuple[Part, ...]
    events: tuple[EventView, ...]
    assembled: tuple[Assembled, ...]


@frozen
class FindingView:
    """A result; `outcome` says how its outcome is shown."""

    id: str
    outcome: Sign
    level: str
    route: str
    category: str
    operation: str
    statement: str
    source: str
    why: str
    cases: int
    milliseconds: str
    expected: str
    actual: tuple[Part, ...]
    reason: str
    curl: str
    request: RequestView | None = field(default=None)
    response: ResponseView | None = field(default=None)
    scored: bool = True


def finding_view(result: Result, size: int) -> FindingView:
    """Prepare a result for the page; no text of the deployment is longer than `size` characters."""
    with_exchange = size >= SMALLEST_WITH_EXCHANGE
    return FindingView(
        id=result.id,
        outcome=OUTCOMES[result.outcome],
        level=result.level.value,
        route=result.route,
        category=result.category,
        operation=result.operation,
        statement=result.statement,
        source=result.source,
        why=result.why,
        cases=result.cases,
        milliseconds=milliseconds(result.seconds),
        expected=shortened(result.expected, size),
        actual=differing_part(result.expected, shortened(result.actual, size)),
        reason=cut(result.reason, size),
        curl=_curl(result.curl, size),
        request=_request(result.request, size) if result.request and with_exchange else None,
        scored=result.scored,
        response=_response(result, result.response, size) if result.response and with_exchange else None,
    )


def _curl(line: str, size: int) -> str:
    """Keep the whole line or nothing: half of it would send another request."""
    if len(line) <= size + 2 * CHARACTERS_PER_EVENT:
        return line
    return f"# {len(line)} characters; see the JSON report"


def _request(request: RequestSeen, size: int) -> RequestView:
    body = json_parts(shortened(request.body, size))
    return RequestView(f"{request.method} {cut(request.path, size)}", _headers(request.headers, size), body)


def _response(result: Result, response: ResponseSeen, size: int) -> ResponseView:
    subject = subject_of(result)
    body = "" if response.events else shortened(response.body, size)
    about_type = result.expected.startswith("content-type ")
    return ResponseView(
        status=response.status,
        status_marked=_ABOUT_STATUS.match(result.expected) is not None,
        headers=_headers(response.headers, size, "content-type" if about_type else ""),
        milliseconds=milliseconds(response.seconds),
        body=json_parts(body, subject.paths(read_json(body))),
        events=tuple(events_of(response, subject, size)),
        assembled=tuple(assembled(response, size)),
    )


def _headers(headers: Headers, size: int, marked: str = "") -> tuple[HeaderView, ...]:
    kept = headers[: size // 60]
    return tuple(HeaderView(cut(name, 80), cut(value, 200), name.lower() == marked) for name, value in kept)
