"""Send again what failed before it counts against a deployment, and find out which request takes it down.

A 424, a server error or a broken connection may be another's doing: on TGI one request that makes the model
process raise fails every request of its batch, and one that ends the process fails all that are in flight. So
what failed is sent again with nothing else of the run in flight. What fails then too is the deployment's.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.http.traffic import TooBusyError
from tgi_conformance.protocol.forms import member
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.session.failures import ASLEEP, HEALTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.http.exchange import Exchange, Request, Response
    from tgi_conformance.session.sender import Sender

    Failed = Exchange | NoAnswerError

REFUSED_BY_THE_MODEL = 424
FAILURES = (REFUSED_BY_THE_MODEL, 500, 502, 503, 504)
OF_MODELS = ("generation", "incomplete_generation")
TIMES = 2  # that a request which failed once is sent again
TRIES = 3  # of a connection, before nobody is there
A_MOMENT = 0.05  # seconds between them
BETWEEN = 0.25  # seconds between looks at whether somebody is there again
LONGEST_SLEEP = 30.0  # seconds that a run waits for a deployment that is away, altogether


def send_surely(sender: Sender, request: Request, send: Callable[[Request], Exchange]) -> Exchange:
    """Send a request, and where it fails again with nothing else in flight; `send` is how.

    An answer that came only then says so by its `failed_before`. Raises NoAnswerError.
    """
    failed = _attempt(request, send)
    failure = _failure(failed)
    if not failure or not sender.answered or (may_raise(request) and failure == str(REFUSED_BY_THE_MODEL)):
        return _given(failed)
    if _is_away(failed):
        if failure != "refused":
            sender.failures.lost.append(request)
    elif sender.failures.believes(request, failure):
        return _given(failed)
    try:
        with sender.traffic.alone(sender.client.deadline):
            return _again(sender, request, failed, send)
    except TooBusyError:
        return _given(failed)


def _attempt(request: Request, send: Callable[[Request], Exchange]) -> Failed:
    try:
        return send(request)
    except NoAnswerError as error:
        return error


def _again(sender: Sender, request: Request, failed: Failed, send: Callable[[Request], Exchange]) -> Exchange:
    """Send what failed again, alone; give the answer that stands."""
    failures, failure = sender.failures, _failure(failed)
    failures.stop(request)  # somebody may have found out in the meantime
    # Where /health was never well, a gateway's word says nothing.
    meant = isinstance(failed, NoAnswerError) or failures.healthy
    away = _is_away(failed) and request != HEALTH and meant
    if away and is_away(sender):
        failures.outages += 1
        wait_until_back(sender, request)
    if away and request in failures.lost:
        failures.lost.remove(request)
    if failures.believes(request, failure):
        return _given(failed)
    again = failed
    for _ in range(TIMES):
        sender.usage.again += 1
        again = _attempt(request, send)
        if not _failure(again):
            continue
        if away and _is_away(again) and is_away(sender):
            failures.deadly.append(request)
            failures.outages += 1
            wait_until_back(sender, request)
            raise NoAnswerError("gone", "the deployment goes away after this request", request)
        failures.came_again(request, failure)
        return _given(again)
    if failure == "refused":
        return _given(again)  # it was never sent
    told = f"{_told(failed)}, and not when it was sent again alone: 1 of {TIMES + 1} times"
    failures.passed(request, failure, told)
    return evolve(_given(again), failed_before=told)


def is_away(sender: Sender) -> bool:
    """Tell whether nobody is there just now: there is no connection, or a gateway says so at /health."""
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
    """Wait until somebody is there again; if nobody is, raise NoAnswerError and let nothing more be sent."""
    started = time.monotonic()
    until = started + max(min(LONGEST_SLEEP - sender.usage.asleep, sender.client.left), 0)
    while is_away(sender) and time.monotonic() < until:
        sender.client.stop.wait(BETWEEN)
    waited = time.monotonic() - started
    sender.usage.asleep += waited
    if time.monotonic() >= until and is_away(sender):
        sender.failures.gone = f"the deployment stopped answering, and was not back after {waited:.0f} s"
        sender.failures.stop(request)


def _is_away(failed: Failed) -> bool:
    """Tell whether it may be that nobody is there."""
    if isinstance(failed, NoAnswerError):
        return failed.kind in {"refused", "broken"}
    return failed.response.status in ASLEEP


def _failure(failed: Failed) -> str:
    """Name a failure that may be another's doing; empty for every other answer."""
    if isinstance(failed, NoAnswerError):
        return failed.kind if failed.kind in {"refused", "broken"} else ""
    response = failed.response
    if response.is_overload:
        return ""
    if response.status in FAILURES:
        return str(response.status)
    return str(REFUSED_BY_THE_MODEL) if _model_failed(response) else ""


def _model_failed(response: Response) -> bool:
    """Tell whether a stream ends with the error of a model: an error of its type, or one after its tokens."""
    events = response.events
    for place, event in enumerate(events[-2:], max(len(events) - 2, 0)):
        body = None if event.is_done else event.json_or_none
        if member(body, "error") and (member(body, "error_type") in OF_MODELS or place > 0):
            return True
    return False


def _told(failed: Failed) -> str:
    request = f"{failed.request.method} {failed.request.path}"
    if isinstance(failed, NoAnswerError):
        return f"{request} had no answer ({failed})"
    return f"{request} was answered {failed.response.status}: {failed.response.text[:120]!r}"


def _given(failed: Failed) -> Exchange:
    if isinstance(failed, NoAnswerError):
        raise failed
    return failed
