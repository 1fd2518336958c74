"""What calls raise. Errors of the connection and timeouts are httpx's own, and name the operation.

No message and no `repr` holds a key or a header's value, and what a server sent is shown escaped and cut.
The whole of it is in the attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

LONGEST_EXCERPT = 300
"""Characters of an answer that an error shows."""


class ClientError(Exception):
    """The base of everything below."""


class DecodeError(ClientError, ValueError):
    """A JSON value is not what the document tells: a required member is missing, or has another shape."""


class EncodeError(ClientError, ValueError):
    """A value cannot be sent: JSON has no NaN and no infinity, text no lone surrogates."""


class EventTooLong(ClientError, ValueError):
    """A line or an event of a stream passes the limit."""


class ResponseError(ClientError):
    """The base of errors that came with an answer.

    Attributes:
        operation: Name of the operation.
        headers: Headers of the answer.
        body: What was read of its body; of an event in a stream, its data.
        request_id: What the server, or else the request, calls it in `x-request-id` or a header like it.
    """

    operation: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    request_id: str | None = None

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server says to try again, if it does."""
        return retry_after(self.headers)

    def keep(self, response: httpx.Response, body: bytes) -> None:
        """Take from an answer what the message does not show."""
        self.headers = response.headers
        self.body = body
        self.request_id = request_id(response)


class AnswerError(ResponseError):
    """An answer that is not the documented success.

    Attributes:
        status_code: HTTP status of the answer.
        excerpt: The beginning of its body, printable.
    """

    def __init__(self, operation: str, status_code: int, problem: str, excerpt: str) -> None:
        super().__init__(operation, status_code, problem, excerpt)
        self.operation = operation
        self.status_code = status_code
        self.problem = problem
        self.excerpt = excerpt

    def __str__(self) -> str:
        """Tell it on one line."""
        return (
            f"{self.operation}: status {self.status_code}, {self.problem}: {self.excerpt or '(empty body)'}"
        )


class UnexpectedStatus(AnswerError):
    """The status is not documented, or it is an error for which no body is documented."""


class UnexpectedContent(AnswerError):
    """The status is documented, but the body is of another media type or shape than the document tells."""


class ErrorAnswer(AnswerError):
    """A documented error, which is in `parsed`: of a stream, or of any call with `raise_on_error=True`."""

    def __init__(
        self, operation: str, status_code: int, problem: str, excerpt: str, parsed: Any = None
    ) -> None:
        super().__init__(operation, status_code, problem, excerpt)
        self.parsed = parsed

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle it with what was read, which `repr` leaves out."""
        return (
            type(self),
            (self.operation, self.status_code, self.problem, self.excerpt, self.parsed),
            vars(self),
        )


class IncompleteStream(AnswerError):
    """A stream ended without the event that is its last one, and without an error.

    Attributes:
        events: What came, as models.
    """

    def __init__(
        self, operation: str, status_code: int, problem: str, excerpt: str, events: tuple[Any, ...] = ()
    ) -> None:
        super().__init__(operation, status_code, problem, excerpt)
        self.events = events

    def __str__(self) -> str:
        """Tell it on one line."""
        return f"{self.operation}: {self.problem}, {len(self.events)} events came"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle it with the events, which `repr` leaves out."""
        return (
            type(self),
            (self.operation, self.status_code, self.problem, self.excerpt, self.events),
            vars(self),
        )


class StreamError(ResponseError):
    """An event of a stream tells of an error. It is raised, or yielded with `errors="yield"`.

    Attributes:
        message: What the server says.
        error_type: The kind of error, where the server tells one.
        status_code: The HTTP status that the error would have had, where the server tells one.
        parsed: The event as a documented model, or None if it is none.
        data: The event as it came.
    """

    def __init__(self, operation: str, data: dict[str, Any], parsed: Any = None) -> None:
        super().__init__(operation)
        inner = data.get("error")
        details = inner if isinstance(inner, dict) else data
        self.operation = operation
        self.data = data
        self.parsed = parsed
        self.message = _text(inner if isinstance(inner, str) else details.get("message")) or ""
        self.error_type = _text(details.get("error_type") or details.get("type"))
        self.status_code = _status(details.get("http_status_code") or details.get("code"))

    def __str__(self) -> str:
        """Tell it on one line."""
        kind = self.error_type or self.status_code
        return f"{self.operation}: error in the stream{f' ({kind})' if kind else ''}: {excerpt(self.message)}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle it with the event, which `repr` leaves out."""
        return type(self), (self.operation, self.data, self.parsed), vars(self)


_REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid")


def request_id(response: httpx.Response) -> str | None:
    """Give what a server calls a request, or else what the request calls itself."""
    for headers in (response.headers, response.request.headers):
        for name in _REQUEST_IDS:
            if name in headers:
                return str(headers[name])
    return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the header `Retry-After`, seconds or a date, as seconds from now; None if there is none."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:_MOST_DIGITS])
    if not told:
        return None
    from datetime import datetime, timezone  # noqa: PLC0415 (seldom needed, and not free)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        then = parsedate_to_datetime(told)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=timezone.utc)
    return max(0.0, (then - datetime.now(timezone.utc)).total_seconds())


_MOST_DIGITS = 9


def excerpt(text: str) -> str:
    """Give the beginning of a text on one line, with nothing in it that steers a terminal."""
    shown = text if len(text) <= LONGEST_EXCERPT else f"{text[: LONGEST_EXCERPT - 1]}…"
    if shown.isprintable():
        return shown
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _status(value: Any) -> int | None:
    return value if isinstance(value, int) else None


__all__ = [
    "AnswerError",
    "ClientError",
    "DecodeError",
    "EncodeError",
    "ErrorAnswer",
    "EventTooLong",
    "IncompleteStream",
    "ResponseError",
    "StreamError",
    "UnexpectedContent",
    "UnexpectedStatus",
]
