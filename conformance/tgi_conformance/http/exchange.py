"""A request and its response, as values."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_common import json_text
from tgi_conformance.http import event_stream

if TYPE_CHECKING:
    import httpx

EVENT_STREAM = "text/event-stream"
JSON = "application/json"
TOO_MANY, UNAVAILABLE = 429, 503


class NotJson:
    """A body that is not JSON; equal to nothing."""

    def __repr__(self) -> str:
        """Appears in findings."""
        return "<not JSON>"


NOT_JSON = NotJson()


@frozen
class Request:
    """What to send: a path below the target's URL, the headers of this request, the bytes of the body.

    An `anonymous` request is sent without the target's API key.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    anonymous: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON, or NOT_JSON."""
        return _parse(self.content or b"")


@frozen(slots=False)
class Response:
    """A complete response, read in `seconds`; the content encoding of `body` is removed.

    `first` is when the first byte of the body arrived, `arrivals` how many bytes had arrived when, both in
    seconds after the request.
    """

    status: int
    headers: httpx.Headers = field(eq=False)
    body: bytes
    seconds: float
    first: float = 0.0
    arrivals: tuple[tuple[int, float], ...] = ()

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become U+FFFD."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty if there is none."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The body as JSON, or NOT_JSON; not to be changed."""
        return _parse(self.body)

    @property
    def is_template_error(self) -> bool:
        """Whether it says that the chat template is missing, or does not accept these messages."""
        return isinstance(self.json, dict) and self.json.get("error_type") == "template_error"

    @property
    def is_overload(self) -> bool:
        """Whether its status or its first event says that the deployment is overloaded."""
        first = self.events[:1]
        stated = any('"overloaded"' in event.data or "Model is overloaded" in event.data for event in first)
        later = self.status == UNAVAILABLE and "retry-after" in self.headers
        return stated or later or self.status == TOO_MANY

    @property
    def is_stream(self) -> bool:
        """Whether its media type is that of an event stream."""
        return self.media_type == EVENT_STREAM

    @property
    def stream(self) -> event_stream.EventStream:
        """The body as an event stream."""
        return _read_stream(self.body)

    @property
    def events(self) -> tuple[event_stream.Event, ...]:
        """The events of a stream; empty if the media type is another."""
        return self.stream.events if self.is_stream else ()


@frozen
class Exchange:
    """A request with its response.

    Attributes:
        request, response: What was sent and what came back.
        failed_before: A failure of the same request that did not recur, in one line; empty for none.
        reconnected: Whether kept connections broke before a new one was answered.
    """

    request: Request
    response: Response
    failed_before: str = field(default="", eq=False)
    reconnected: bool = field(default=False, eq=False)


class NoAnswerError(Exception):
    """A request had no complete answer.

    `kind` is one of refused, timeout, broken, too-large, budget, stopped, and gone where the deployment went
    away.
    """

    def __init__(self, kind: str, message: str, request: Request) -> None:
        super().__init__(message)
        self.kind = kind
        self.request = request


# What is read of a body takes ten times its memory, and a run keeps hundreds of answers that requirements
# share. So only the latest are kept as values; those of a large body are read anew each time.
RECENT = 128
LARGE = 100_000  # bytes


def _parse(data: bytes) -> Any:
    return _parsed(data) if len(data) > LARGE else _recently_parsed(data)


def _read_stream(body: bytes) -> event_stream.EventStream:
    return event_stream.read(body) if len(body) > LARGE else _recently_read(body)


_recently_read = lru_cache(RECENT)(event_stream.read)


@lru_cache(RECENT)
def _recently_parsed(data: bytes) -> Any:
    return _parsed(data)


def _parsed(data: bytes) -> Any:
    try:
        return json_text.parse(data.decode("utf-8"))
    except ValueError:
        return NOT_JSON
