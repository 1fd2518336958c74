"""One request and what came back, as values."""

from __future__ import annotations

from functools import cached_property
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
    """Stands where a body is no JSON; equal to nothing."""

    def __repr__(self) -> str:
        """Show what it stands for."""
        return "<not JSON>"


NOT_JSON = NotJson()


@frozen
class Request:
    """What is sent: a path below the target's URL, the headers of this request alone, the body's bytes.

    An `anonymous` one goes without the target's key.
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
    """What came back, read to its end in `seconds`; the `body` has its content encoding undone.

    `arrivals` says how many bytes of the body had come by when, in seconds after the request.
    """

    status: int
    headers: httpx.Headers = field(eq=False)
    body: bytes
    seconds: float
    first: float = 0.0
    arrivals: tuple[tuple[int, float], ...] = ()

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 show as U+FFFD."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty where there is none."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or NOT_JSON."""
        return _parse(self.body)

    @property
    def is_template_error(self) -> bool:
        """Whether it says that the model's chat template is missing, or does not take such turns."""
        return isinstance(self.json, dict) and self.json.get("error_type") == "template_error"

    @property
    def is_overload(self) -> bool:
        """Whether it says that there is too much to do just now, by its status or by its first event."""
        first = self.events[:1]
        told = any('"overloaded"' in event.data or "Model is overloaded" in event.data for event in first)
        later = self.status == UNAVAILABLE and "retry-after" in self.headers
        return told or later or self.status == TOO_MANY

    @property
    def is_stream(self) -> bool:
        """Whether the server called its answer an event stream."""
        return self.media_type == EVENT_STREAM

    @cached_property
    def stream(self) -> event_stream.EventStream:
        """The body read as an event stream."""
        return event_stream.read(self.body)

    @property
    def events(self) -> tuple[event_stream.Event, ...]:
        """The events of a stream; none of an answer that is called something else."""
        return self.stream.events if self.is_stream else ()


@frozen
class Exchange:
    """A request with its response.

    Attributes:
        request, response: What was sent and what came back.
        failed_before: A failure of the same request that did not come again, in one line; empty for none.
        reconnected: Whether kept connections broke before a fresh one was answered.
    """

    request: Request
    response: Response
    failed_before: str = field(default="", eq=False)
    reconnected: bool = field(default=False, eq=False)


class NoAnswerError(Exception):
    """A request that no whole answer came back to.

    `kind` is one of refused, timeout, broken, too-large, budget, stopped, and gone where the deployment went
    away.
    """

    def __init__(self, kind: str, message: str, request: Request) -> None:
        super().__init__(message)
        self.kind = kind
        self.request = request


def _parse(data: bytes) -> Any:
    try:
        return json_text.parse(data.decode("utf-8"))
    except ValueError:
        return NOT_JSON
