"""Event streams, read strictly by the rules of WHATWG.

See https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
"""

from __future__ import annotations

from .errors import EventTooLong

MAX_EVENT_BYTES = 16 * 2**20
"""The longest line, and the longest event. The whole details of 100,000 tokens take half of it."""

_CR = ord("\r")
"""As a number, which is found in bytes much quicker than bytes are."""


class EventReader:
    """Makes events of the bytes of a stream, however they are cut.

    Lines end with CR, LF or both. Comments and the fields `event`, `id` and `retry` are read and left aside.
    An event that a stream breaks off in is dropped, as the rules have it.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._line: list[bytes] = []  # the pieces of a line that has not ended
        self._line_length = 0
        self._data: list[bytes] = []  # the data lines of an event that has not ended
        self._data_length = 0
        self._after_cr = False  # the last chunk ended with a CR, whose LF may follow
        self._at_start = True
        self._is_idle = False  # nothing of a line or an event is kept

    def feed(self, chunk: bytes) -> list[str]:
        """Take the next bytes, and give the data of the events that they complete.

        Raises:
            EventTooLong: When a line or an event passes the limit.
        """
        return [data.decode("utf-8", "replace") for data in self.feed_bytes(chunk)]

    def sole(self, chunk: bytes) -> bytes | None:
        """Give the data of a chunk that is one event of one line, which is what servers send.

        Such a chunk needs none of the rules below and changes nothing here. Any other is for `feed_bytes`.
        """
        if self._is_idle:
            line, _, rest = chunk.partition(b"\n")
            if rest == b"\n" and line[:6] == b"data: " and _CR not in line and len(chunk) <= self._max:
                return line[6:]
        return None

    def feed_bytes(self, chunk: bytes) -> list[bytes]:
        """Do the same as `feed` without decoding the data."""
        events = self._feed(chunk)
        self._is_idle = not (self._line or self._data or self._after_cr or self._at_start)
        return events

    def _feed(self, chunk: bytes) -> list[bytes]:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk[1:] if chunk.startswith(b"\n") else chunk
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *rest = chunk.split(b"\n")
        self._keep(first)
        if not rest:
            return []
        lines = [self._take_line(), *rest[:-1]]
        self._keep(rest[-1])
        return self._events(lines)

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._line.append(piece)
            self._line_length += len(piece)
            if self._line_length > self._max:
                raise EventTooLong(f"a line of more than {self._max} bytes in an event stream")

    def _take_line(self) -> bytes:
        line = b"".join(self._line)
        self._line.clear()
        self._line_length = 0
        if self._at_start:
            self._at_start = False
            return line.removeprefix(b"\xef\xbb\xbf")
        return line

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events = []
        data = self._data
        for line in lines:
            if not line:
                if data:
                    events.append(b"\n".join(data))
                    data.clear()
                    self._data_length = 0
            elif line.startswith(b"data:"):
                value = line[6:] if line.startswith(b"data: ") else line[5:]
                self._add(value)
            elif line == b"data":
                self._add(b"")
        return events

    def _add(self, value: bytes) -> None:
        self._data.append(value)
        self._data_length += len(value) + 1
        if self._data_length > self._max:
            raise EventTooLong(f"an event of more than {self._max} bytes in an event stream")
