"""The exceptions by which a check reports every outcome but passed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from tgi_conformance.http.exchange import NOT_JSON, Exchange, Request
from tgi_conformance.results.symptom import symptom_of

LONGEST_SHOWN = 600


class UnmetError(AssertionError):
    """The requirement is not met: what was expected, the actual value, and the exchange that shows it."""

    def __init__(
        self,
        expected: str,
        actual: Any,
        exchange: Exchange | None = None,
        *,
        request: Request | None = None,
    ) -> None:
        self.expected = expected
        self.actual = actual
        self.exchange = exchange
        self.request = exchange.request if exchange else request
        super().__init__(f"expected {expected}, got {shown(actual)}")

    @cached_property
    def symptom(self) -> str:
        """What the failure looks like, without what differs from one run to the next."""
        return symptom_of(self.expected, self.actual, self.exchange)

    @cached_property
    def observation(self) -> dict[str, Any]:
        """What was seen, as JSON, which the schema of a known deviation may match.

        Members: `request` (method, path, body), `status`, `media_type`, `body` (JSON, or else text), `events`
        (JSON or else text each; only for a stream), `actual`, `symptom`.
        """
        seen: dict[str, Any] = {"actual": self.actual, "symptom": self.symptom}
        if self.request is not None:
            body = self.request.json
            seen["request"] = {
                "method": self.request.method,
                "path": self.request.path,
                "body": None if body is NOT_JSON else body,
            }
        if self.exchange is not None:
            seen.update(_response_seen(self.exchange))
        return seen


class UnsupportedError(Exception):
    """The deployment does not offer this; the message is the evidence."""


class InconclusiveError(Exception):
    """The suite could not tell; the message says why."""


def shown(value: Any) -> str:
    """Format a value as text, cut to a readable length."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"


def _response_seen(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    seen: dict[str, Any] = {"status": response.status, "media_type": response.media_type}
    if response.is_stream:
        seen["events"] = [_event_seen(event) for event in response.stream.events]
    else:
        seen["body"] = response.text if response.json is NOT_JSON else response.json
    return seen


def _event_seen(event: Any) -> Any:
    try:
        return event.json
    except (ValueError, RecursionError):
        return event.data
