"""Read an event stream byte by byte, by the rules of the WHATWG HTML standard (section 9.2.6).

Libraries for this read leniently: they drop what a strict reader would report and differ on line ends. Here each
departure from what a browser would dispatch stays visible: undecodable bytes, an event cut off by the end of
the stream, a field that means nothing.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

from attrs import frozen

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DONE = "[DONE]"
LINE_END = re.compile(rb"\r\n|\r|\n")


@frozen(slots=False)
class Event:
    """One dispatched event; `offset` is that of its last byte, line end included, in the body."""

    data: str
    type: str = "message"
    id: str = ""
    offset: int = 0

    @property
    def is_done(self) -> bool:
        """Whether this is the terminator of the OpenAI-style routes."""
        return self.data == DONE

    @cached_property
    def json(self) -> Any:
        """The data as JSON; raises ValueError where it is none."""
        return json.loads(self.data)

    @property
    def json_or_none(self) -> Any:
        """The data as JSON; None where it is none."""
        try:
            return self.json
        except (ValueError, RecursionError):
            return None


@frozen
class EventStream:
    """What a strict reader makes of a body, and what it could not make sense of."""

    events: tuple[Event, ...]
    faults: tuple[str, ...]
    comments: int = 0


@frozen
class _Line:
    text: str
    end: int
    terminated: bool


def read(body: bytes, *, complete: bool = True) -> EventStream:
    """Read a whole body; with `complete` false its end was cut off by us and is no fault of the server's."""
    reader = _Reader()
    for line in _lines(body, reader.faults):
        if line.terminated:
            reader.take(line)
        elif complete:
            reader.faults.append(f"the last line has no line end: {line.text[:80]!r}")
    if complete:
        reader.finish()
    return EventStream(tuple(reader.events), tuple(reader.faults), reader.comments)


def _lines(body: bytes, faults: list[str]) -> list[_Line]:
    start = len(BYTE_ORDER_MARK) if body.startswith(BYTE_ORDER_MARK) else 0
    lines = []
    for line_end in LINE_END.finditer(body, start):
        lines.append(_line(body, start, line_end.start(), line_end.end(), faults))
        start = line_end.end()
    if start < len(body):
        lines.append(_line(body, start, len(body), len(body), faults))
    return lines


def _line(body: bytes, start: int, stop: int, end: int, faults: list[str]) -> _Line:
    raw = body[start:stop]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "replace")
        faults.append(f"byte {start + error.start} is no UTF-8")
    return _Line(text, end, terminated=end > stop)


class _Reader:
    """The standard's buffers: data, event type and last event id."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.faults: list[str] = []
        self.comments = 0
        self._data: list[str] = []
        self._type = ""
        self._id = ""

    def take(self, line: _Line) -> None:
        if not line.text:
            self._dispatch(line.end)
        elif line.text.startswith(":"):
            self.comments += 1
        else:
            name, _, value = line.text.partition(":")
            self._field(name, value[1:] if value.startswith(" ") else value)

    def finish(self) -> None:
        if self._data:
            self.faults.append(f"the stream ends inside an event: {self._data[0][:80]!r}")

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id":
            if "\0" not in value:
                self._id = value
        elif name != "retry":
            self.faults.append(f"a line that is no field of the standard: {name[:80]!r}")

    def _dispatch(self, offset: int) -> None:
        if self._data:
            self.events.append(Event("\n".join(self._data), self._type or "message", self._id, offset))
        self._data, self._type = [], ""
