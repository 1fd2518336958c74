"""A result as a page shows it: cut to a size, with the events of a stream laid out in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.reports.signs import OUTCOMES, Sign
from tgi_conformance.results.evidence import LAST_EVENTS, RequestSeen, ResponseSeen, cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.results.report import Result

CHARACTERS_PER_EVENT = 100  # what an event's row takes beside its data, in the currency of the size
ROOM_FOR_AN_EXCHANGE = 200
THINNEST = 0.8  # of a hundred: an event that came at once is still seen


@frozen
class EventView:
    """One event; `start` and `width` lay the time since the one before out on a line of 100."""

    number: int
    milliseconds: str
    start: str
    width: str
    type: str
    data: str
    omitted_after: int = 0


@frozen
class ResponseView:
    """A response; its `events` are empty where it is no stream."""

    status: int
    headers: tuple[tuple[str, str], ...]
    milliseconds: str
    body: str
    events: tuple[EventView, ...]


@frozen
class FindingView:
    """A result; `outcome` is the sign that stands for it."""

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


def finding_view(result: Result, size: int) -> FindingView:
    """Lay a result out; no text of the deployment is longer than `size` characters."""
    room = size >= ROOM_FOR_AN_EXCHANGE
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
        request=_request(result.request, size) if result.request and room else None,
        response=_response(result.response, size) if result.response and room else None,
    )


def _curl(line: str, size: int) -> str:
    """Keep the line whole or not at all: half of one would send something else."""
    if len(line) <= size + 2 * CHARACTERS_PER_EVENT:
        return line
    return f"# {len(line)} characters long: the JSON report has it"


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
    """Tell which event of the whole stream it was; what was left out lies before the last ones kept."""
    from_the_end = len(response.events) - index
    if response.omitted_events and from_the_end <= LAST_EVENTS:
        return whole - from_the_end
    return index


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"  # noqa: PLR2004 - 10 ms
