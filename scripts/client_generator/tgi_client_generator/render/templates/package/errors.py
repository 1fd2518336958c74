"""What calls raise. Errors of the connection and timeouts are httpx's own (`httpx.TransportError`).

No message holds a key or a header's value, and what a server sent is shown escaped and cut.
"""

from __future__ import annotations

from typing import Any

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


class AnswerError(ClientError):
    """An answer that is not the documented success.

    Attributes:
        operation: Name of the operation.
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
    """A stream was asked for and refused with a documented error, which is in `parsed`."""

    def __init__(
        self, operation: str, status_code: int, problem: str, excerpt: str, parsed: Any = None
    ) -> None:
        super().__init__(operation, status_code, problem, excerpt)
        self.args = (operation, status_code, problem, excerpt, parsed)
        self.parsed = parsed


class StreamError(ClientError):
    """An event of a stream tells of an error. It is raised, or yielded with `errors="yield"`.

    Attributes:
        operation: Name of the operation.
        message: What the server says.
        error_type: The kind of error, where the server tells one.
        status_code: The HTTP status that the error would have had, where the server tells one.
        parsed: The event as a documented model, or None if it is none.
        data: The event as it came.
    """

    def __init__(self, operation: str, data: dict[str, Any], parsed: Any = None) -> None:
        super().__init__(operation, data, parsed)
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
    "StreamError",
    "UnexpectedContent",
    "UnexpectedStatus",
]
