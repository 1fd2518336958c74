"""Send a failed request again before it counts as a failure, and find the request that crashes a deployment.

A 424, a server error or a broken connection may be caused by another request: on TGI, a request that makes
the model process raise fails every request of its batch, and one that ends the process fails all in flight.
So a failed request is sent again while nothing else of the run is in flight. If it fails again, it is a
failure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.http.traffic import TooBusyError
from tgi_conformance.protocol.forms import member
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.session.failures import ASLEEP, HEALTH, STOPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.http.exchange import Exchange, Request, Response
    from tgi_conformance.session.sender import Sender

    Failed = Exchange | NoAnswerError

REFUSED_BY_THE_MODEL = 424
FAILURES = (REFUSED_BY_THE_MODEL, 500, 502, 503, 504)
OF_MODELS = ("generation", "incomplete_generation")
TIMES = 2  # that a failed request is sent again
TRIES = 3  # to connect, before the deployment counts as away
A_MOMENT = 0.05  # seconds between them
BETWEEN = 0.25  # seconds between attempts while the deployment is away
LONGEST_SLEEP = 30.0  # seconds that a run waits in total for a deployment that is away


def send_confirming_failures(
    sender: Sender, request: Request, send: Callable[[Request], Exchange]
) -> Exchange:
    """Send a request with `send`, and if it fails again, alone, before the failure counts.

    An answer to a repeated request has `failed_before` set. Raises NoAnswerError.
    """
    failed = _attempt(request, send)
    failure = _failure(failed)
    if not failure or not sender.answered or (may_raise(request) and failure == str(REFUSED_BY_THE_MODEL)):
        return _unwrap(failed)
    if _is_away(failed):
        if failure != "refused":
            sender.failures.lost.append(request)
    elif sender.failures.is_confirmed(request, failure):
        return _unwrap(failed)
    try:
        with sender.traffic.exclusive(sender.client.deadline):
            return _send_again(sender, request, failed, send)
    except TooBusyError:
        return _unwrap(failed)


def _attempt(request: Request, send: Callable[[Request], Exchange]) -> Failed:
    try:
        return send(request)
    except NoAnswerError as error:
        return error


def _send_again(
    sender: Sender, request: Request, failed: Failed, send: Callable[[Request], Exchange]
) -> Exchange:
    """Send a failed request again, alone; return the answer that counts."""
    failures, failure = sender.failures, _failure(failed)
    failures.raise_if_stopped(request)  # another thread may have found out in the meantime
    # If /health never worked, the status that a gateway gives says nothing.
    reliable = isinstance(failed, NoAnswerError) or failures.healthy
    away = _is_away(failed) and request != HEALTH and reliable
    if away and is_away(sender):
        failures.outages += 1
        wait_until_back(sender, request)
    if away and request in failures.lost:
        failures.lost.remove(request)
    if failures.is_confirmed(request, failure):
        return _unwrap(failed)
    again = failed
    for _ in range(TIMES):
        sender.usage.again += 1
        again = _attempt(request, send)
        if not _failure(again):
            continue
        if away and _is_away(again) and is_away(sender):
            failures.fatal.append(request)
            failures.outages += 1
            wait_until_back(sender, request)
            raise NoAnswerError("gone", STOPS, request)
        failures.record_recurred(request, failure)
        return _unwrap(again)
    if failure == "refused":
        return _unwrap(again)  # it was never sent
    line = f"{_summary(failed)}, but not when sent again alone: 1 of {TIMES + 1} times"
    failures.record_recovered(request, failure, line)
    return evolve(_unwrap(again), failed_before=line)


def is_away(sender: Sender) -> bool:
    """Whether the deployment does not answer just now: no connection, or a gateway's error for /health."""
    for _ in range(TRIES):
        try:
            away = sender.send(HEALTH).response.status in ASLEEP and sender.failures.healthy
        except NoAnswerError as error:
            away = error.kind in {"refused", "broken"}
        if not away:
            return False
        sender.client.stop.wait(A_MOMENT)
    return True


def wait_until_back(sender: Sender, request: Request) -> None:
    """Wait until the deployment answers again; if it does not, end the run and raise NoAnswerError."""
    started = time.monotonic()
    until = started + max(min(LONGEST_SLEEP - sender.usage.asleep, sender.client.left), 0)
    while is_away(sender) and time.monotonic() < until:
        sender.client.stop.wait(BETWEEN)
    waited = time.monotonic() - started
    sender.usage.asleep += waited
    if time.monotonic() >= until and is_away(sender):
        sender.failures.gone = f"the deployment stopped answering, and did not answer for {waited:.0f} s"
        sender.failures.raise_if_stopped(request)


def _is_away(failed: Failed) -> bool:
    """Whether the failure may mean that the deployment does not answer any more."""
    if isinstance(failed, NoAnswerError):
        return failed.kind in {"refused", "broken"}
    return failed.response.status in ASLEEP


def _failure(failed: Failed) -> str:
    """Name a failure that another request may have caused; empty for every other answer."""
    if isinstance(failed, NoAnswerError):
        return failed.kind if failed.kind in {"refused", "broken"} else ""
    response = failed.response
    if response.is_overload:
        return ""
    if response.status in FAILURES:
        return str(response.status)
    return str(REFUSED_BY_THE_MODEL) if _model_failed(response) else ""


def _model_failed(response: Response) -> bool:
    """Whether a stream ends with an error of the model: one of its type, or one after tokens."""
    events = response.events
    for place, event in enumerate(events[-2:], max(len(events) - 2, 0)):
        body = None if event.is_done else event.json_or_none
        if member(body, "error") and (member(body, "error_type") in OF_MODELS or place > 0):
            return True
    return False


def _summary(failed: Failed) -> str:
    request = f"{failed.request.method} {failed.request.path}"
    if isinstance(failed, NoAnswerError):
        return f"{request} had no answer ({failed})"
    return f"{request} was answered {failed.response.status}: {failed.response.text[:120]!r}"


def _unwrap(failed: Failed) -> Exchange:
    if isinstance(failed, NoAnswerError):
        raise failed
    return failed
