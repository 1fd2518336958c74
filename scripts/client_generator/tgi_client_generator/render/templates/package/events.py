"""Event streams, read strictly by the rules of WHATWG.

See https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeVar

from attrs import define, field, frozen

from .codec import loads, quick_loads
from .errors import ClientError, DecodeError, EventTooLong, IncompleteStream, StreamError
from .errors import request_id as request_id_of
from .exchange import Answer, asend_request, name_operation, send_request
from .whole import is_native, whole

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Generator,
        Iterator,
        Sequence,
    )
    from types import TracebackType

    import httpx

    from .client import Client
    from .exchange import Call

T = TypeVar("T")
W = TypeVar("W")

ErrorMode = Literal["raise", "yield"]

EVENT_STREAM = "text/event-stream"

MAX_EVENT_BYTES = 16 * 2**20
"""The longest line, and the longest event. The whole details of 100,000 tokens take half of it."""

_MAX_ERROR_BYTES = 2**20
"""What is read of an answer that is no stream."""

_DONE = b"[DONE]"
"""What the OpenAI-style routes send as their last event; read as such where the document tells of no end,
too."""


_LF = ord("\n")


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

    def feed_bytes(self, chunk: bytes) -> Sequence[bytes]:
        """Do the same without decoding the data."""
        if self._is_idle and chunk[:6] == b"data: " and chunk[-1] == _LF:
            length = len(chunk)
            if chunk.find(b"\n") == length - 2 and length <= self._max and b"\r" not in chunk:
                # The usual case, a chunk that is one event of one line, needs none of the rules below.
                return (chunk[6:-2],)
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


@define(eq=False)
class _Progress:
    """How far a stream is. What reads it and what shows it share this, and do not hold each other."""

    client: Client
    call: Call
    errors: ErrorMode
    pauses: bool = False
    """Whether to stop once when the head of the answer is there."""

    response: httpx.Response | None = None
    data: list[bytes] = field(factory=list)
    """The events as they came; not as models, which take ten times the memory."""

    is_whole: bool = False
    failure: Exception | None = None


class _Head(Generic[T, W]):
    """What both kinds of streams know of the answer."""

    def __init__(self, how: Events, progress: _Progress) -> None:
        self._how = how
        self._progress = progress

    def __repr__(self) -> str:
        """Show the operation and how far the stream is."""
        response = self._progress.response
        status = "not sent" if response is None else f"status {response.status_code}"
        return f"<{type(self).__name__} {self._how.operation}: {status}, {len(self._progress.data)} events>"

    @property
    def response(self) -> httpx.Response:
        """The answer; its body is what the events are made of, so leave it alone."""
        response = self._progress.response
        if response is None:
            raise ClientError(f"{self._how.operation}: the stream was not opened, or closed before that")
        return response

    @property
    def status_code(self) -> int:
        """The HTTP status; of a refusal too, which the first event raises."""
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer."""
        return self.response.headers

    @property
    def request_id(self) -> str | None:
        """What the server, or else the request, calls it in `x-request-id` or a header like it."""
        return request_id_of(self.response)

    def _ask_for_usage(self) -> None:
        """Ask for the usage, which the unstreamed answer has, if nobody sees the chunk that it comes in."""
        progress, call = self._progress, self._progress.call
        asks = self._how.asks_for_usage and progress.response is None and not progress.pauses
        if asks and "messages" in call.payload and call.payload.get("stream_options") is None:
            progress.call = call.with_members({"stream_options": {"include_usage": True}})

    def _collected(self) -> W:
        return self._how.collected(self._progress)  # type: ignore[no-any-return]


class EventStream(_Head[T, W]):
    """The events of a stream, as models.

    The request is sent when the first event, or something of the answer's head, is asked for. The
    connection is closed with the last event, by `close`, at the end of a `with`, and when the stream is
    let go of, as a loop that breaks does.
    """

    def __init__(self, how: Events, progress: _Progress, events: Generator[T, None, None]) -> None:
        super().__init__(how, progress)
        self._events = events

    @property
    def response(self) -> httpx.Response:
        """The answer; its body is what the events are made of, so leave it alone."""
        self.open()
        return super().response

    def open(self: EventStream[T, W]) -> EventStream[T, W]:
        """Send the request, if it was not, and wait for the head of the answer."""
        progress = self._progress
        if progress.response is None and not progress.pauses:
            progress.pauses = True
            next(self._events, None)
        return self

    def collect(self) -> W:
        """Read what is left of the stream and give the whole answer, as it would have come without a stream.

        One may have iterated before. If nothing was read yet, the usage is asked for where the operation has
        the option `stream_options` and the body leaves it open.

        Raises:
            StreamError: When an event told of an error, with `errors="yield"` too.
            IncompleteStream: When the stream ended, or was left, before its end, or had no events.
        """
        self._ask_for_usage()
        for _ in self._events:
            pass
        return self._collected()

    def __iter__(self) -> Iterator[T]:
        """Give the events."""
        return self._events

    def __next__(self) -> T:
        """Give the next event."""
        return next(self._events)

    def close(self) -> None:
        """Close the connection."""
        self._events.close()

    def __enter__(self) -> EventStream[T, W]:
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


class AsyncEventStream(_Head[T, W]):
    """The events of a stream, as models, for `async for`.

    The request is sent when the first event is asked for, or by `open`, and what is known of the answer's
    head is there from then on. The connection is closed with the last event, when the task is cancelled, by
    `aclose`, and at the end of an `async with`. When a loop breaks or raises outside of an `async with`,
    the event loop closes it as soon as it gets to run.
    """

    def __init__(self, how: Events, progress: _Progress, events: AsyncGenerator[T, None]) -> None:
        super().__init__(how, progress)
        self._events = events

    async def open(self) -> AsyncEventStream[T, W]:
        """Send the request, if it was not, and wait for the head of the answer."""
        progress = self._progress
        if progress.response is None and not progress.pauses:
            progress.pauses = True
            await anext(self._events, None)
        return self

    async def collect(self) -> W:
        """Read what is left of the stream and give the whole answer, as it would have come without a stream.

        One may have iterated before. If nothing was read yet, the usage is asked for where the operation has
        the option `stream_options` and the body leaves it open.

        Raises:
            StreamError: When an event told of an error, with `errors="yield"` too.
            IncompleteStream: When the stream ended, or was left, before its end, or had no events.
        """
        self._ask_for_usage()
        async for _ in self._events:
            pass
        return self._collected()

    def __aiter__(self) -> AsyncIterator[T]:
        """Give the events."""
        return self._events

    def __anext__(self) -> Awaitable[T]:
        """Give the next event."""
        return self._events.__anext__()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._events.aclose()

    async def __aenter__(self) -> AsyncEventStream[T, W]:
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

    decode_whole: Callable[[Any], Any] | None = None
    """Makes a model of the JSON value that the operation answers, or one like it, without a stream.

    Without it a whole answer is the list of the events.
    """

    has_error_member: bool = False
    """Whether events have a documented member `error`, so that it is no sign of an error."""

    end: str | None = None
    """The data of the event that ends a stream of chunks, if the document tells of one (`x-stream-end`)."""

    native: Literal["no", "some", "all"] = "no"
    """Whether events are of TGI's own form, of which the last one has `generated_text`."""

    is_in_list: bool = False
    """Whether a whole answer of TGI's own form comes in an array."""

    asks_for_usage: bool = False
    """Whether the body has the option to ask for the usage of a stream."""

    def stream(self, client: Client, call: Call, errors: ErrorMode) -> EventStream[Any, Any]:
        """Give the events of a stream."""
        _check(errors)
        progress = _Progress(client, call, errors)
        return EventStream(self, progress, self._read(progress))

    def astream(self, client: Client, call: Call, errors: ErrorMode) -> AsyncEventStream[Any, Any]:
        """Give the events of a stream."""
        _check(errors)
        progress = _Progress(client, call, errors)
        return AsyncEventStream(self, progress, self._aread(progress))

    def _read(self, progress: _Progress) -> Generator[Any, None, None]:
        response = progress.response = send_request(progress.client, progress.call, stream=True)
        try:
            if progress.pauses:
                yield None
            if not _is_stream(response):
                self._refuse(progress, response, _read_some(response))
            feed, keep, item = EventReader().feed_bytes, progress.data.append, self._item
            end = _DONE if self.end is None else self.end.encode()
            pieces = response.iter_bytes() if _needs_httpx(response) else response.stream
            for chunk in pieces:  # type: ignore[union-attr]
                for data in feed(chunk):
                    if data == end:
                        self._check_end(progress, end)
                        return
                    if data:
                        keep(data)
                        yield item(progress, data)
            self._check_end(progress)
        except Exception as error:
            self._note(error, progress)
            raise
        finally:
            response.close()

    async def _aread(self, progress: _Progress) -> AsyncGenerator[Any, None]:
        response = progress.response = await asend_request(progress.client, progress.call, stream=True)
        try:
            if progress.pauses:
                yield None
            if not _is_stream(response):
                self._refuse(progress, response, await _aread_some(response))
            feed, keep, item = EventReader().feed_bytes, progress.data.append, self._item
            end = _DONE if self.end is None else self.end.encode()
            pieces = response.aiter_bytes() if _needs_httpx(response) else response.stream
            async for chunk in pieces:  # type: ignore[union-attr]
                for data in feed(chunk):
                    if data == end:
                        self._check_end(progress, end)
                        return
                    if data:
                        keep(data)
                        yield item(progress, data)
            self._check_end(progress)
        except Exception as error:
            self._note(error, progress)
            raise
        finally:
            await response.aclose()

    def _item(self, progress: _Progress, data: bytes) -> Any:
        try:
            value = quick_loads(data)
        except (ValueError, RecursionError):
            value = self._slowly(progress, data)
        if self.has_error_member or type(value) is not dict or value.get("error") is None:
            try:
                return self.decode(value)
            except DecodeError as error:
                raise self._unexpected(progress, data, str(error)) from None
        return self._failure(progress, data, value)

    def _slowly(self, progress: _Progress, data: bytes) -> Any:
        try:
            return loads(data)
        except (ValueError, RecursionError):
            raise self._unexpected(progress, data, "an event is no JSON") from None

    def _unexpected(self, progress: _Progress, data: bytes, problem: str) -> Exception:
        progress.data.pop()
        return Answer(progress.call, progress.client, _response(progress), data).unexpected_content(problem)

    def _failure(self, progress: _Progress, data: bytes, value: dict[str, Any]) -> StreamError:
        """Give the error that an event tells of, or raise it."""
        progress.data.pop()
        failure = StreamError(self.operation, value, self.decode_error(value))
        failure.keep(_response(progress), data)
        if progress.errors == "raise":
            raise failure
        progress.failure = failure
        return failure

    def _note(self, error: Exception, progress: _Progress) -> None:
        name_operation(error, progress.call, _response(progress).request)
        progress.failure = error

    def _refuse(self, progress: _Progress, response: httpx.Response, body: bytes) -> NoReturn:
        """Raise the error for an answer that is no stream: the documented one, or what is unexpected."""
        answer = Answer(progress.call, progress.client, response, body)
        if response.is_success:
            raise answer.unexpected_content(f"media type {answer.media_type}, expected {EVENT_STREAM}")
        raise answer.documented_error(answer.parsed(self.parse))

    # The end

    def _check_end(self, progress: _Progress, end: bytes | None = None) -> None:
        """See that a stream did not end before its end, which may have been an event of its own.

        Raises:
            IncompleteStream: When it did.
        """
        progress.is_whole = progress.failure is not None or self._is_ended(progress.data, end)
        if not progress.is_whole:
            raise self._incomplete(progress, f"the stream ended without {self._told_end(progress.data)}")

    def _is_ended(self, data: list[bytes], end: bytes | None) -> bool:
        if not data:
            return (self.end is None or self.end.encode() == end) and self.native != "all"
        last = loads(data[-1])
        if self.native != "no" and is_native(last):
            return _is_final(last) or any(_is_final(loads(item)) for item in reversed(data))
        return self.end is None or self.end.encode() == end

    def _told_end(self, data: list[bytes]) -> str:
        is_chunks = self.end is not None and not (data and is_native(loads(data[-1])))
        return str(self.end) if is_chunks else "an event with `generated_text`"

    def _incomplete(self, progress: _Progress, problem: str) -> IncompleteStream:
        events = tuple(self.decode(loads(data)) for data in progress.data)
        last = progress.data[-1] if progress.data else b""
        answer = Answer(progress.call, progress.client, _response(progress), last)
        return answer.error(IncompleteStream, problem, events)

    def collected(self, progress: _Progress) -> Any:
        """Give the whole answer, once the stream has ended.

        Raises:
            StreamError: When an event told of an error.
            IncompleteStream: When there is no whole answer.
        """
        if progress.failure is not None:
            raise progress.failure
        if progress.response is None:
            raise ClientError(f"{self.operation}: the stream was closed before it was opened")
        if not progress.is_whole:
            raise self._incomplete(progress, "the stream was left before its end")
        if not progress.data:
            raise self._incomplete(progress, "the stream has no events")
        events = [loads(data) for data in progress.data]
        if self.decode_whole is None:
            return [self.decode(event) for event in events]
        value = whole(events)
        try:
            return _with_usage(self.decode_whole, value, in_list=self.is_in_list and is_native(events[0]))
        except DecodeError as error:
            body = progress.data[-1]
            answer = Answer(progress.call, progress.client, _response(progress), body)
            raise answer.unexpected_content(f"put together: {error}") from None


def _is_final(event: Any) -> bool:
    return isinstance(event, dict) and event.get("generated_text") is not None


_NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _with_usage(decode: Callable[[Any], Any], value: dict[str, Any] | None, *, in_list: bool) -> Any:
    """Read a whole answer. Its usage is None if the stream told none; unstreamed it is always there."""
    if value is None:
        raise DecodeError("events of no known form")
    if in_list:
        return decode([value])
    if value.get("usage", 0) is not None:
        return decode(value)
    read = decode({**value, "usage": _NO_USAGE})
    if hasattr(read, "usage"):
        read.usage = None
    return read


def _check(errors: str) -> None:
    if errors not in {"raise", "yield"}:
        raise ValueError(f"errors: {errors!r}, expected 'raise' or 'yield'")


def _response(progress: _Progress) -> httpx.Response:
    if progress.response is None:
        raise ClientError(f"{progress.call.operation}: not sent")
    return progress.response


def _is_stream(response: httpx.Response) -> bool:
    media_type = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    return response.is_success and media_type == EVENT_STREAM


def _needs_httpx(response: httpx.Response) -> bool:
    """Tell whether bytes need decoding, or were read by a hook; others come quicker from the transport."""
    return response.is_stream_consumed or "content-encoding" in response.headers


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
