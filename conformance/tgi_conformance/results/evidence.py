"""The request and response of a finding, without secrets and limited in size."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.redaction import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.http.event_stream import Event
    from tgi_conformance.http.exchange import Request, Response
    from tgi_conformance.http.target import Target

Headers = tuple[tuple[str, str], ...]

LONGEST_BODY = 4000  # characters, like all limits here
LONGEST_RAW = 1000  # of a stream, whose events are kept as well
LONGEST_DATA = 600
LONGEST_VALUE = 300
MOST_HEADERS = 40
FIRST_EVENTS, LAST_EVENTS = 40, 10
READ = 16_000  # how much is searched for secrets before it is cut
SECRET_HEADERS = {"set-cookie", "cookie", "proxy-authorization"}


@frozen
class RequestSeen:
    """The request; a secret appears as `$NAME`, as in the curl line."""

    method: str
    path: str
    headers: Headers
    body: str = ""


@frozen
class EventSeen:
    """One event of a stream, and how many seconds after the request it was complete."""

    seconds: float
    type: str
    data: str


@frozen
class ResponseSeen:
    """The response.

    Attributes:
        status, headers: As received.
        seconds: How long it took to the last byte.
        body: The body, or the beginning of a stream.
        events: The first and last events of a stream.
        omitted_events: How many events between them were left out.
    """

    status: int
    headers: Headers
    seconds: float
    body: str = ""
    events: tuple[EventSeen, ...] = ()
    omitted_events: int = 0


def request_seen(target: Target, request: Request) -> RequestSeen:
    """Describe a request."""
    headers = [(name, _kept(target, value, LONGEST_VALUE)) for name, value in request.headers]
    own = {name.lower() for name, _ in (*request.headers, *target.headers)}
    if target.key and not request.anonymous and "authorization" not in own:
        headers.append(("Authorization", f"Bearer ${target.key.name}"))
    headers += [(name, HIDDEN) for name, _ in target.headers]
    body = (request.content or b"")[:READ].decode("utf-8", "replace")
    more = len(request.content or b"") - READ
    return RequestSeen(
        request.method, request.path, tuple(headers), _kept(target, body, LONGEST_BODY, max(more, 0))
    )


def response_seen(target: Target, response: Response) -> ResponseSeen:
    """Describe a response."""
    events = response.events
    shown, omitted = _ends(events)
    longest = LONGEST_RAW if events else LONGEST_BODY
    text = response.body[:READ].decode("utf-8", "replace")
    more = max(len(response.body) - READ, 0)
    return ResponseSeen(
        status=response.status,
        headers=tuple(_headers(target, response)),
        seconds=round(response.seconds, 4),
        body=_kept(target, text, longest, more),
        events=tuple(_event(target, response, event) for event in shown),
        omitted_events=omitted,
    )


def cut(text: str, longest: int, more: int = 0) -> str:
    """Cut a text and say how long it was; `more` characters were cut off before."""
    if len(text) <= longest and not more:
        return text
    return f"{text[:longest]}… ({len(text) + more} characters)"


def _kept(target: Target, text: str, longest: int, more: int = 0) -> str:
    scrubbed: str = target.scrub(text[:READ])
    return cut(scrubbed, longest, more + max(len(text) - READ, 0))


def _headers(target: Target, response: Response) -> Iterable[tuple[str, str]]:
    for name, value in response.headers.multi_items()[:MOST_HEADERS]:
        secret = name.lower() in SECRET_HEADERS
        yield _kept(target, name, LONGEST_VALUE), HIDDEN if secret else _kept(target, value, LONGEST_VALUE)


def _ends(events: tuple[Event, ...]) -> tuple[tuple[Event, ...], int]:
    omitted = len(events) - FIRST_EVENTS - LAST_EVENTS
    if omitted <= 0:
        return events, 0
    return events[:FIRST_EVENTS] + events[-LAST_EVENTS:], omitted


def _event(target: Target, response: Response, event: Event) -> EventSeen:
    return EventSeen(
        round(arrival(response, event.offset), 4),
        _kept(target, event.type, LONGEST_VALUE),
        _kept(target, event.data, LONGEST_DATA),
    )


def arrival(response: Response, offset: int) -> float:
    """Return how many seconds after the request the byte before the offset arrived."""
    place = bisect_left(response.arrivals, (offset, 0.0))
    return response.arrivals[place][1] if place < len(response.arrivals) else response.seconds
