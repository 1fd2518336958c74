"""Calls that are tried again, as far as a policy says. Needs tenacity, which the extra `retries` installs.

Whatever the policy says, a request that may have changed something, such as a POST, is sent again only if
the server refused it with 429 or 503, or if no connection was made, so that nothing of it was sent. A
stream is tried again until its answer begins, and not after that.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .errors import retry_after

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from tenacity import RetryCallState

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
"""Sent twice, they do what they do once (RFC 9110, 9.2.2)."""

_REFUSALS = frozenset({429, 503})
"""With these the server says that it did nothing, and may later."""

_NOTHING_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""Names of httpx's errors, since a client of another package with the same interface may raise its own."""


@frozen
class FailedAttempt:
    """What a callback is told before a call is tried again."""

    operation: str
    number: int
    """Of the attempt, from 1."""

    status_code: int | None
    error: Exception | None
    wait: float
    """Seconds until the next attempt."""


def _has_tenacity(_policy: Retries, _attribute: Any, _value: Any) -> None:
    if find_spec("tenacity") is None:
        raise ImportError("retries need tenacity, which the extra `retries` of this package installs")


def _at_least(least: float) -> Callable[[Any, Any, float], None]:
    def check(_policy: Any, attribute: Any, value: float) -> None:
        if not value >= least:
            raise ValueError(f"{attribute.name}: {value}, expected at least {least}")

    return check


@frozen(kw_only=True)
class Retries:
    """When, how often and how late a call is tried again.

    Attributes:
        attempts: How often a request is sent at most, the first time included.
        statuses: Statuses that are tried again. For a POST, only 429 and 503 of them.
        respect_retry_after: Whether to wait as long as the header `Retry-After` says.
        longest_wait: Seconds. A call that should wait longer by `Retry-After` is not tried again.
        backoff: Seconds before the second attempt where nothing else is told; doubled each time.
        jitter: Seconds of which a random part is added to each wait.
        callback: Called before each wait.
    """

    attempts: int = field(default=3, validator=[_at_least(1), _has_tenacity])
    statuses: frozenset[int] = field(default=frozenset({429, 502, 503, 504}), converter=frozenset)
    respect_retry_after: bool = True
    longest_wait: float = field(default=60.0, validator=_at_least(0))
    backoff: float = field(default=0.5, validator=_at_least(0))
    jitter: float = field(default=0.5, validator=_at_least(0))
    callback: Callable[[FailedAttempt], None] | None = field(default=None, repr=False)

    def send(self, operation: str, method: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send a request until the policy gives up; what comes is the last answer, or the last error."""
        from tenacity import Retrying  # noqa: PLC0415 (only where it is used)

        def before_sleep(state: RetryCallState) -> None:
            self._tell(operation, state)
            if not _failed(state):
                _response(state).close()

        return Retrying(**self._arguments(method), before_sleep=before_sleep)(send)

    async def asend(
        self, operation: str, method: str, send: Callable[[], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        """Send a request until the policy gives up; what comes is the last answer, or the last error."""
        from tenacity import AsyncRetrying  # noqa: PLC0415

        async def before_sleep(state: RetryCallState) -> None:
            self._tell(operation, state)
            if not _failed(state):
                await _response(state).aclose()

        async def attempt() -> httpx.Response:
            return await send()

        return await AsyncRetrying(**self._arguments(method), before_sleep=before_sleep)(attempt)

    def _arguments(self, method: str) -> dict[str, Any]:
        from tenacity import stop_after_attempt  # noqa: PLC0415

        is_safe = method.upper() in _SAFE_METHODS
        return {
            "stop": stop_after_attempt(self.attempts),
            "retry": lambda state: self._is_tried_again(state, is_safe=is_safe),
            "wait": self._wait,
            "retry_error_callback": lambda state: state.outcome.result(),
        }

    def _is_tried_again(self, state: RetryCallState, *, is_safe: bool) -> bool:
        if error := _failed(state):
            names = {kind.__name__ for kind in type(error).__mro__}
            return bool(names & _NOTHING_SENT) or (is_safe and "TransportError" in names)
        status = _response(state).status_code
        if status not in self.statuses or not (is_safe or status in _REFUSALS):
            return False
        told = self._told(state)
        return told is None or told <= self.longest_wait

    def _wait(self, state: RetryCallState) -> float:
        from tenacity import wait_exponential, wait_random  # noqa: PLC0415

        told = None if _failed(state) else self._told(state)
        if told is None:
            told = wait_exponential(self.backoff, self.longest_wait)(state)
        return told + wait_random(0, self.jitter)(state)

    def _told(self, state: RetryCallState) -> float | None:
        return retry_after(_response(state).headers) if self.respect_retry_after else None

    def _tell(self, operation: str, state: RetryCallState) -> None:
        if self.callback is not None:
            error = _failed(state)
            status = None if error else _response(state).status_code
            self.callback(FailedAttempt(operation, state.attempt_number, status, error, state.upcoming_sleep))


def _failed(state: RetryCallState) -> Exception | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, Exception) else None


def _response(state: RetryCallState) -> httpx.Response:
    response: httpx.Response = state.outcome.result()  # type: ignore[union-attr]
    return response


__all__ = ["FailedAttempt", "Retries"]
