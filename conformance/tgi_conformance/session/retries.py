"""Retry requests that are refused for overload, which says nothing about conformance."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_result,
    sleep_using_event,
    stop_after_attempt,
    stop_after_delay,
    wait_fixed,
)

from tgi_conformance.results.outcomes import InconclusiveError
from tgi_conformance.session.failures import ASLEEP
from tgi_conformance.session.resend import LONGEST_SLEEP, send_confirming_failures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.session.sender import Sender

ATTEMPTS = 4
WORTH_WAITING = 3  # requests given up, after which the run does not retry any more
LONGEST_WAIT = 5.0  # seconds


def send_with_retries(sender: Sender, request: Request, *, authenticate: bool = True) -> Exchange:
    """Send a request, and retry after a while if it is refused for overload.

    Raises:
        NoAnswerError: No complete answer came.
        InconclusiveError: The deployment stays overloaded.
    """
    attempts = ATTEMPTS if sender.usage.refused < WORTH_WAITING else 1

    def wait(state: RetryCallState) -> float:
        seconds = _wait(state)
        sender.client.pause(seconds)  # Retry-After applies to every request of the run
        return seconds

    retrying = Retrying(
        retry=retry_if_result(_is_overload),
        stop=stop_after_attempt(attempts),
        wait=wait,
        sleep=sleep_using_event(sender.client.stop),
    )
    try:
        exchange: Exchange = retrying(_send, sender, request, authenticate=authenticate)
    except RetryError:
        sender.usage.refused += 1
        raise InconclusiveError(f"{request.method} {request.path} was refused for overload") from None
    return exchange


def _send(sender: Sender, request: Request, *, authenticate: bool) -> Exchange:
    return send_confirming_failures(sender, request, lambda one: sender.send(one, authenticate=authenticate))


def wait_until_awake(sender: Sender, requests: Sequence[Request]) -> None:
    """Wait while a gateway answers 502, 503 or 504, as for a deployment that is starting after scale to zero.

    It is awake as soon as one of the requests has another status. If it does not wake up, the rest of the run
    does not wait for it again.

    Raises:
        NoAnswerError: No complete answer came.
    """
    started = time.monotonic()
    retrying = Retrying(
        retry=retry_if_result(lambda asleep: asleep),
        stop=stop_after_delay(max(min(LONGEST_SLEEP - sender.usage.asleep, sender.client.left), 0)),
        wait=wait_fixed(1),
        sleep=sleep_using_event(sender.client.stop),
    )
    try:
        retrying(lambda: all(sender.send(request).response.status in ASLEEP for request in requests))
    except RetryError:
        sender.usage.asleep += time.monotonic() - started


def _is_overload(exchange: Exchange) -> bool:
    return exchange.response.is_overload


def _wait(state: RetryCallState) -> float:
    """Return the seconds to wait: as Retry-After says, or longer each time."""
    asked = state.outcome.result().response.headers.get("retry-after", "") if state.outcome else ""
    seconds = float(asked) if asked.isascii() and asked.isdigit() else 0.5 * 2**state.attempt_number
    return min(seconds, LONGEST_WAIT)
