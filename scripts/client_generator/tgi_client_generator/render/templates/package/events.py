"""Event streams, read strictly by the rules of WHATWG.

See https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import httpx
from attrs import frozen

from .errors import DecodeError, ErrorAnswer, EventTooLong, StreamError
from .exchange import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
    from types import TracebackType

    from .client import Client
    from .exchange import Call

T = TypeVar("T")

ErrorMode = Literal["raise", "yield"]

EVENT_STREAM = "text/event-stream"

MAX_EVENT_BYTES = 16 * 2**20
"""The longest line, and the longest event. The whole details of 100,000 tokens take half of it."""

_MAX_ERROR_BYTES = 2**20
"""What is read of an answer that is no stream."""

_DONE = "[DONE]"
"""What the OpenAI-style routes send as their last event."""


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

    def feed(self, chunk: bytes) -> list[str]:
        """Take the next bytes, and give the data of the events that they complete.

        Raises:
            EventTooLong: When a line or an event passes the limit.
        """
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

    def _events(self, lines: list[bytes]) -> list[str]:
        events = []
        data = self._data
        for line in lines:
            if not line:
                if data:
                    events.append(b"\n".join(data).decode("utf-8", "replace"))
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


class EventStream(Generic[T]):
    """The events of a stream, as models.

    The request is sent when the first event is asked for. The connection is closed with the last event, by
    `close`, at the end of a `with`, and when the stream is let go of, as a loop that breaks does.
    """

    def __init__(self, events: Generator[T, None, None]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[T]:
        """Give the events."""
        return self._events

    def __next__(self) -> T:
        """Give the next event."""
        return next(self._events)

    def close(self) -> None:
        """Close the connection."""
        self._events.close()

    def __enter__(self) -> EventStream[T]:
        """Begin to use the stream."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()


class AsyncEventStream(Generic[T]):
    """The events of a stream, as models, for `async for`.

    The request is sent when the first event is asked for. The connection is closed with the last event, when
    the task is cancelled, by `aclose`, and at the end of an `async with`. When a loop breaks or raises
    outside of an `async with`, the event loop closes it as soon as it gets to run.
    """

    def __init__(self, events: AsyncGenerator[T, None]) -> None:
        self._events = events

    def __aiter__(self) -> AsyncIterator[T]:
        """Give the events."""
        return self._events

    def __anext__(self) -> Awaitable[T]:
        """Give the next event."""
        return self._events.__anext__()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._events.aclose()

    async def __aenter__(self) -> AsyncEventStream[T]:
        """Begin to use the stream."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        await self.aclose()


@frozen
class Events:
    """How an operation's stream is read."""

    operation: str
    decode: Callable[[Any], Any]
    """Makes a model of an event."""

    decode_error: Callable[[dict[str, Any]], Any]
    """Makes a model of an event that tells of an error, or None if it is none that is documented."""

    parse: Callable[[Answer], Any]
    """Reads an answer that is no stream."""

    has_error_member: bool = False
    """Whether events have a documented member `error`, so that it is no sign of an error."""

    def stream(self, client: Client, call: Call, errors: ErrorMode) -> EventStream[Any]:
        """Give the events of a stream."""
        _check(errors)
        return EventStream(self._read(client, call, errors))

    def astream(self, client: Client, call: Call, errors: ErrorMode) -> AsyncEventStream[Any]:
        """Give the events of a stream."""
        _check(errors)
        return AsyncEventStream(self._aread(client, call, errors))

    def _read(self, client: Client, call: Call, errors: ErrorMode) -> Generator[Any, None, None]:
        http = client.get_httpx_client()
        response = http.send(call.request(client, http), stream=True)
        try:
            if not _is_stream(response):
                raise self._refusal(client, response, _read_some(response))
            reader = EventReader()
            for chunk in response.iter_bytes():
                for data in reader.feed(chunk):
                    if data == _DONE:
                        return
                    if data:
                        yield self._item(client, response, data, errors)
        finally:
            response.close()

    async def _aread(self, client: Client, call: Call, errors: ErrorMode) -> AsyncGenerator[Any, None]:
        http = client.get_async_httpx_client()
        response = await http.send(call.request(client, http), stream=True)
        try:
            if not _is_stream(response):
                raise self._refusal(client, response, await _aread_some(response))
            reader = EventReader()
            async for chunk in response.aiter_bytes():
                for data in reader.feed(chunk):
                    if data == _DONE:
                        return
                    if data:
                        yield self._item(client, response, data, errors)
        finally:
            await response.aclose()

    def _item(self, client: Client, response: httpx.Response, data: str, errors: ErrorMode) -> Any:
        try:
            value = json.loads(data)
            if self.has_error_member or type(value) is not dict or value.get("error") is None:
                return self.decode(value)
        except (ValueError, RecursionError) as error:
            problem = str(error) if isinstance(error, DecodeError) else "an event is no JSON"
            answer = Answer(self.operation, client, _with_body(response, data.encode()))
            raise answer.unexpected_content(problem) from None
        failure = StreamError(self.operation, value, self.decode_error(value))
        if errors == "yield":
            return failure
        raise failure

    def _refusal(self, client: Client, response: httpx.Response, body: bytes) -> Exception:
        """Give the error for an answer that is no stream: the documented one, or what is unexpected in it."""
        answer = Answer(self.operation, client, _with_body(response, body))
        if response.is_success:
            return answer.unexpected_content(f"media type {answer.media_type}, expected {EVENT_STREAM}")
        parsed = answer.parsed(self.parse)
        return ErrorAnswer(self.operation, answer.status, "a documented error", answer.excerpt(), parsed)


def _check(errors: str) -> None:
    if errors not in {"raise", "yield"}:
        raise ValueError(f"errors: {errors!r}, expected 'raise' or 'yield'")


def _is_stream(response: httpx.Response) -> bool:
    media_type = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    return response.is_success and media_type == EVENT_STREAM


def _read_some(response: httpx.Response) -> bytes:
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > _MAX_ERROR_BYTES:
            break
    return body


async def _aread_some(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MAX_ERROR_BYTES:
            break
    return body


def _with_body(response: httpx.Response, body: bytes) -> httpx.Response:
    """Give a response like another one with a body that was read from it."""
    media_type = response.headers.get("content-type")
    return httpx.Response(
        response.status_code, headers={"content-type": media_type} if media_type else {}, content=body
    )
