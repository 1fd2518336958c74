"""What operations that stream give: the events, the head of the answer, and the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from attrs import define, field

from .errors import ClientError
from .errors import request_id as request_id_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Generator, Iterator
    from types import TracebackType

    import httpx

    from .client import Client
    from .events import Events
    from .exchange import Call

T = TypeVar("T")
W = TypeVar("W")

ErrorMode = Literal["raise", "yield"]


@define(eq=False)
class Progress:
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


class Head(Generic[T, W]):
    """What both kinds of streams know of the answer."""

    def __init__(self, how: Events, progress: Progress) -> None:
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


class EventStream(Head[T, W]):
    """The events of a stream, as models.

    The request is sent when the first event, or something of the answer's head, is asked for. The
    connection is closed with the last event, by `close`, at the end of a `with`, and when the stream is
    let go of, as a loop that breaks does.
    """

    def __init__(self, how: Events, progress: Progress, events: Generator[T, None, None]) -> None:
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


class AsyncEventStream(Head[T, W]):
    """The events of a stream, as models, for `async for`.

    The request is sent when the first event is asked for, or by `open`, and what is known of the answer's
    head is there from then on. The connection is closed with the last event, when the task is cancelled, by
    `aclose`, and at the end of an `async with`. When a loop breaks or raises outside of an `async with`,
    the event loop closes it as soon as it gets to run.
    """

    def __init__(self, how: Events, progress: Progress, events: AsyncGenerator[T, None]) -> None:
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
