"""One request and what came back, as values."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import httpx
from attrs import field, frozen

from tgi_conformance import event_stream

EVENT_STREAM = "text/event-stream"
JSON = "application/json"


class NotJson:
    """Stands where a body is no JSON; equal to nothing."""

    def __repr__(self) -> str:
        return "<not JSON>"


NOT_JSON = NotJson()


@frozen
class Request:
    """What is sent: a path below the target's URL, the headers of this request alone, the body's bytes."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None

    @property
    def json(self) -> Any:
        """The body as JSON, or NOT_JSON."""
        return _parse(self.content or b"")


@frozen
class Chunk:
    """Some bytes of a body as they arrived, `at` seconds after the request was sent."""

    at: float
    data: bytes


@frozen(slots=False)
class Response:
    """What came back, read to its end or to a bound."""

    status: int
    headers: httpx.Headers = field(eq=False)
    chunks: tuple[Chunk, ...]
    complete: bool
    seconds: float

    @cached_property
    def body(self) -> bytes:
        """The body's bytes, content encoding undone."""
        return b"".join(chunk.data for chunk in self.chunks)

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
    def is_stream(self) -> bool:
        """Whether the server called its answer an event stream."""
        return self.media_type == EVENT_STREAM

    @cached_property
    def stream(self) -> event_stream.EventStream:
        """The body read as an event stream."""
        return event_stream.read(self.body, complete=self.complete)


@frozen
class Exchange:
    """A request with its response."""

    request: Request
    response: Response


class NoAnswerError(Exception):
    """A request that no whole answer came back to.

    `kind` is one of refused, timeout, broken, too-large, budget.
    """

    def __init__(self, kind: str, message: str, request: Request) -> None:
        super().__init__(message)
        self.kind = kind
        self.request = request


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NOT_JSON


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
