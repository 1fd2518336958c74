"""Read an event stream byte by byte, by the rules of the WHATWG HTML standard (section 9.2.6).

Libraries for this are lenient: they drop what a strict reader would report, and differ on line ends. This one
reports everything that a browser would drop: undecodable bytes, an event cut off by the end of the stream, a
line that is not a field. A field that the standard does not name is ignored, as the standard says.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_common import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DONE = "[DONE]"
LINE_END = re.compile(rb"\r\n|\r|\n")
FIELDS = ("data", "event", "id", "retry")
# Any other field name; not one of today's in other case.
OTHER_FIELD = re.compile(rf"(?!(?:{'|'.join(FIELDS)})$)[a-z][a-z0-9_-]*", re.IGNORECASE)
MOST_LINES = 100_000  # an answer of a thousand tokens has two thousand
MOST_FAULTS = 100


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
        """The data as JSON; raises ValueError if it is not JSON."""
        return json_text.parse(self.data)

    @property
    def json_or_none(self) -> Any:
        """The data as JSON; None if it is not JSON."""
        try:
            return self.json
        except ValueError:
            return None


@frozen
class EventStream:
    """The events of a body, and what a strict reader could not parse."""

    events: tuple[Event, ...]
    faults: tuple[str, ...]
    comments: int = 0


@frozen
class _Line:
    text: str
    end: int
    terminated: bool


def read(body: bytes) -> EventStream:
    """Read a whole body."""
    reader = _Reader()
    for number, line in enumerate(_lines(body, reader), 1):
        if number > MOST_LINES:
            reader.fault(f"more than {MOST_LINES} lines; the rest was not read")
            break
        if line.terminated:
            reader.take(line)
        else:
            reader.fault(f"the last line has no line end: {line.text[:80]!r}")
    reader.finish()
    return EventStream(tuple(reader.events), tuple(reader.faults), reader.comments)


def _lines(body: bytes, reader: _Reader) -> Iterator[_Line]:
    start = len(BYTE_ORDER_MARK) if body.startswith(BYTE_ORDER_MARK) else 0
    for line_end in LINE_END.finditer(body, start):
        yield _line(body, start, line_end.start(), line_end.end(), reader)
        start = line_end.end()
    if start < len(body):
        yield _line(body, start, len(body), len(body), reader)


def _line(body: bytes, start: int, stop: int, end: int, reader: _Reader) -> _Line:
    raw = body[start:stop]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "replace")
        reader.fault(f"byte {start + error.start} is not UTF-8")
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

    def fault(self, text: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(text)

    def take(self, line: _Line) -> None:
        if not line.text:
            self._dispatch(line.end)
        elif line.text.startswith(":"):
            self.comments += 1
        else:
            name, colon, value = line.text.partition(":")
            if name not in FIELDS and not (colon and OTHER_FIELD.fullmatch(name)):
                self.fault(f"a line that is not a field of the standard: {name[:80]!r}")
            self._field(name, value.removeprefix(" "))

    def finish(self) -> None:
        if self._data:
            self.fault(f"the stream ends inside an event: {self._data[0][:80]!r}")

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _dispatch(self, offset: int) -> None:
        if self._data:
            self.events.append(Event("\n".join(self._data), self._type or "message", self._id, offset))
        self._data, self._type = [], ""
