"""A stream of events as the page shows it: on a timeline, and what its pieces add up to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.protocol.forms import member
from tgi_conformance.reports.json_view import Part, json_parts, read_json, shortened
from tgi_conformance.results.evidence import LAST_EVENTS, ResponseSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.reports.marks import Subject

CHARACTERS_PER_EVENT = 100  # of the size, for an event's row without its data
WIDTH = 300  # characters of JSON without line breaks, since most events are short
THINNEST = 0.8  # of a hundred, so that an event without delay is still visible
GAP = " … "  # for events of which the report has no data


@frozen
class EventView:
    """One event; `start` and `width` show the time since the previous one, on a timeline of length 100."""

    number: int
    milliseconds: str
    start: str
    width: str
    type: str
    data: tuple[Part, ...]
    omitted_after: int = 0


@frozen
class Assembled:
    """What the pieces of a stream add up to."""

    title: str
    text: str


def events_of(response: ResponseSeen, subject: Subject, size: int) -> Iterator[EventView]:
    """Give the first and last events of a stream, members equal to those of the event before folded."""
    total = max([response.seconds, *(event.seconds for event in response.events)]) or 1.0
    whole = len(response.events) + response.omitted_events
    chosen = _both_ends(len(response.events), max(2, size // CHARACTERS_PER_EVENT))
    seconds, previous = 0.0, ""
    for place, index in enumerate(chosen):
        event = response.events[index]
        data = shortened(event.data, size)
        following = _number(chosen[place + 1], response, whole) if place + 1 < len(chosen) else whole
        number = _number(index, response, whole)
        yield EventView(
            number=number + 1,
            milliseconds=milliseconds(event.seconds),
            start=f"{min(seconds / total * 100, 100 - THINNEST):.2f}",
            width=f"{max((event.seconds - seconds) / total * 100, THINNEST):.2f}",
            type=event.type,
            data=json_parts(data, subject.paths(read_json(data)), previous, WIDTH),
            omitted_after=max(following - number - 1, 0),
        )
        seconds, previous = event.seconds, data


def assembled(response: ResponseSeen, size: int) -> Iterator[Assembled]:
    """Join the text and the tool arguments of each choice; a gap stands for events that were left out."""
    texts: dict[str, str] = {}
    gap_at = len(response.events) - LAST_EVENTS if response.omitted_events else -1
    for place, event in enumerate(response.events):
        if place == gap_at:
            texts = {title: text + GAP for title, text in texts.items()}
        for title, piece in _pieces(read_json(event.data)):
            texts[title] = texts.get(title, "") + piece
    for title, text in texts.items():
        if text:
            yield Assembled(title, shortened(text if text.strip() else json.dumps(text), size))


def milliseconds(seconds: float) -> str:
    """Write a time in milliseconds, with a decimal below ten."""
    return f"{seconds * 1000:,.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"  # noqa: PLR2004 - 10 ms


def _pieces(event: Any) -> Iterator[tuple[str, str]]:
    """Give what one event adds, and to which text."""
    token = member(event, "token")
    if isinstance(text := member(token, "text"), str) and member(token, "special") is not True:
        yield "Text", text
    choices = member(event, "choices")
    for place, choice in enumerate(choices if isinstance(choices, list) else []):
        number = getattr(member(choice, "index"), "text", str(place))
        of = "" if number == "0" else f" of choice {number}"
        for text in (member(choice, "text"), member(choice, "delta", "content")):
            if isinstance(text, str):
                yield f"Text{of}", text
        yield from _calls(member(choice, "delta", "tool_calls"), of)


def _calls(calls: Any, of: str) -> Iterator[tuple[str, str]]:
    """Give the arguments of tool calls; older releases stream one object instead of an array."""
    for place, call in enumerate(calls if isinstance(calls, list) else [calls]):
        number = getattr(member(call, "index"), "text", str(place))
        arguments = member(call, "function", "arguments")
        if isinstance(arguments, str):
            yield f"Arguments of tool call {number}{of}", arguments


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
