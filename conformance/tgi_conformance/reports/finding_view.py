"""A result as the HTML page shows it: cut to a size, with the events of a stream on a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.reports.signs import OUTCOMES, Sign
from tgi_conformance.results.evidence import LAST_EVENTS, RequestSeen, ResponseSeen, cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.results.report import Result

CHARACTERS_PER_EVENT = 100  # of the size, for an event's row without its data
SMALLEST_WITH_EXCHANGE = 200
THINNEST = 0.8  # of a hundred, so that an event without delay is still visible


@frozen
class EventView:
    """One event; `start` and `width` show the time since the previous one, on a timeline of length 100."""

    number: int
    milliseconds: str
    start: str
    width: str
    type: str
    data: str
    omitted_after: int = 0


@frozen
class ResponseView:
    """A response; `events` is empty if it is not a stream."""

    status: int
    headers: tuple[tuple[str, str], ...]
    milliseconds: str
    body: str
    events: tuple[EventView, ...]


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
    actual: str
    reason: str
    curl: str
    request: RequestSeen | None = field(default=None)
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
        milliseconds=_milliseconds(result.seconds),
        expected=cut(result.expected, size),
        actual=cut(result.actual, size),
        reason=cut(result.reason, size),
        curl=_curl(result.curl, size),
        request=_request(result.request, size) if result.request and with_exchange else None,
        scored=result.scored,
        response=_response(result.response, size) if result.response and with_exchange else None,
    )


def _curl(line: str, size: int) -> str:
    """Keep the whole line or nothing: half of it would send another request."""
    if len(line) <= size + 2 * CHARACTERS_PER_EVENT:
        return line
    return f"# {len(line)} characters; see the JSON report"


def _request(request: RequestSeen, size: int) -> RequestSeen:
    return RequestSeen(
        request.method, cut(request.path, size), _headers(request.headers, size), cut(request.body, size)
    )


def _response(response: ResponseSeen, size: int) -> ResponseView:
    return ResponseView(
        status=response.status,
        headers=_headers(response.headers, size),
        milliseconds=_milliseconds(response.seconds),
        body=cut(response.body, size),
        events=tuple(_events(response, size)),
    )


def _headers(headers: tuple[tuple[str, str], ...], size: int) -> tuple[tuple[str, str], ...]:
    return tuple((cut(name, 80), cut(value, 200)) for name, value in headers[: size // 60])


def _events(response: ResponseSeen, size: int) -> Iterator[EventView]:
    total = max([response.seconds, *(event.seconds for event in response.events)]) or 1.0
    whole = len(response.events) + response.omitted_events
    most = max(2, size // CHARACTERS_PER_EVENT)
    chosen = _both_ends(len(response.events), most)
    before = 0.0
    for place, index in enumerate(chosen):
        event = response.events[index]
        following = _number(chosen[place + 1], response, whole) if place + 1 < len(chosen) else whole
        number = _number(index, response, whole)
        yield EventView(
            number=number + 1,
            milliseconds=_milliseconds(event.seconds),
            start=f"{min(before / total * 100, 100 - THINNEST):.2f}",
            width=f"{max((event.seconds - before) / total * 100, THINNEST):.2f}",
            type=event.type,
            data=cut(event.data, size),
            omitted_after=max(following - number - 1, 0),
        )
        before = event.seconds


def _both_ends(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    last = max(1, most // 4)
    return [*range(most - last), *range(count - last, count)]


def _number(index: int, response: ResponseSeen, whole: int) -> int:
    """Return the number of an event in the whole stream; omitted events come before the last ones kept."""
    from_the_end = len(response.events) - index
    if response.omitted_events and from_the_end <= LAST_EVENTS:
        return whole - from_the_end
    return index


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"  # noqa: PLR2004 - 10 ms
