"""How the event stream of an operation is read: events, errors among them, the end, the whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn

from attrs import frozen

from .codec import loads, quick_loads
from .errors import ClientError, DecodeError, IncompleteStream, StreamError
from .exchange import Answer, asend_request, name_operation, send_request
from .sse import MAX_EVENT_BYTES, EventReader
from .streams import AsyncEventStream, ErrorMode, EventStream, Progress
from .whole import is_native, whole

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    import httpx

    from .client import Client
    from .exchange import Call

EVENT_STREAM = "text/event-stream"

_MAX_ERROR_BYTES = 2**20
"""What is read of an answer that is not a stream."""

_DONE = b"[DONE]"
"""The last event of the OpenAI-style routes; read as such where the document tells of no end, too."""


@frozen
class Events:
    """How an operation's stream is read."""

    operation: str
    decode: Callable[[Any], Any]
    """Makes a model of an event."""

    decode_error: Callable[[dict[str, Any]], Any]
    """Makes a model of an event that tells of an error, or None if it is none that is documented."""

    parse: Callable[[Answer], Any]
    """Reads an answer that is not a stream."""

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
        progress = Progress(client, call, errors)
        return EventStream(self, progress, self._read(progress))

    def astream(self, client: Client, call: Call, errors: ErrorMode) -> AsyncEventStream[Any, Any]:
        """Give the events of a stream."""
        _check(errors)
        progress = Progress(client, call, errors)
        return AsyncEventStream(self, progress, self._aread(progress))

    def _read(self, progress: Progress) -> Generator[Any, None, None]:
        response = progress.response = send_request(progress.client, progress.call, stream=True)
        try:
            if progress.pauses:
                yield None
            if not _is_stream(response):
                self._refuse(progress, response, _read_some(response))
            reader, keep, item = EventReader(), progress.data.append, self._item
            sole, feed = reader.sole, reader.feed_bytes
            end = _DONE if self.end is None else self.end.encode()
            pieces = response.iter_bytes() if _needs_httpx(response) else response.stream
            for chunk in pieces:  # type: ignore[union-attr]
                data = sole(chunk)
                if data and data != end:
                    keep(data)
                    yield item(progress, data)
                    continue
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

    async def _aread(self, progress: Progress) -> AsyncGenerator[Any, None]:
        response = progress.response = await asend_request(progress.client, progress.call, stream=True)
        try:
            if progress.pauses:
                yield None
            if not _is_stream(response):
                self._refuse(progress, response, await _aread_some(response))
            reader, keep, item = EventReader(), progress.data.append, self._item
            sole, feed = reader.sole, reader.feed_bytes
            end = _DONE if self.end is None else self.end.encode()
            pieces = response.aiter_bytes() if _needs_httpx(response) else response.stream
            async for chunk in pieces:  # type: ignore[union-attr]
                data = sole(chunk)
                if data and data != end:
                    keep(data)
                    yield item(progress, data)
                    continue
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

    def _item(self, progress: Progress, data: bytes) -> Any:
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

    def _slowly(self, progress: Progress, data: bytes) -> Any:
        try:
            return loads(data)
        except (ValueError, RecursionError):
            raise self._unexpected(progress, data, "an event is not JSON") from None

    def _unexpected(self, progress: Progress, data: bytes, problem: str) -> Exception:
        progress.data.pop()
        return Answer(progress.call, progress.client, _response(progress), data).unexpected_content(problem)

    def _failure(self, progress: Progress, data: bytes, value: dict[str, Any]) -> StreamError:
        """Give the error that an event tells of, or raise it."""
        progress.data.pop()
        failure = StreamError(self.operation, value, self.decode_error(value))
        failure.keep(_response(progress), data)
        if progress.errors == "raise":
            raise failure
        progress.failure = failure
        return failure

    def _note(self, error: Exception, progress: Progress) -> None:
        name_operation(error, progress.call, _response(progress).request)
        progress.failure = error

    def _refuse(self, progress: Progress, response: httpx.Response, body: bytes) -> NoReturn:
        """Raise the error for an answer that is not a stream: the documented one, or what is unexpected."""
        answer = Answer(progress.call, progress.client, response, body)
        if response.is_success:
            raise answer.unexpected_content(f"media type {answer.media_type}, expected {EVENT_STREAM}")
        raise answer.documented_error(answer.parsed(self.parse))

    # The end

    def _check_end(self, progress: Progress, end: bytes | None = None) -> None:
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

    def _incomplete(self, progress: Progress, problem: str) -> IncompleteStream:
        events = tuple(self.decode(loads(data)) for data in progress.data)
        last = progress.data[-1] if progress.data else b""
        answer = Answer(progress.call, progress.client, _response(progress), last)
        return answer.error(IncompleteStream, problem, events)

    def collected(self, progress: Progress) -> Any:
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


def _response(progress: Progress) -> httpx.Response:
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


__all__ = ["MAX_EVENT_BYTES", "AsyncEventStream", "ErrorMode", "EventReader", "EventStream", "Events"]
