"""Ask again before a failure counts against a deployment, and find out which request takes it down.

A 424, a server error or a broken connection may be another's doing: on TGI one request that makes the model
process raise fails every request of its batch, and one that ends the process fails all that are in flight. So
what failed is sent again with nothing else of the run in flight. What fails then too is the deployment's.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.protocol.forms import get, member
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.http.traffic import TooBusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.http.client import Client
    from tgi_conformance.http.exchange import Exchange, Request, Response

    Failed = Exchange | NoAnswerError

REFUSED_BY_THE_MODEL = 424
FAILURES = (REFUSED_BY_THE_MODEL, 500, 502, 503, 504)
ASLEEP = (502, 503, 504)  # a gateway's words for nobody there
LOST = {"broken", *map(str, ASLEEP)}  # as failures are named here
OF_MODELS = ("generation", "incomplete_generation")
TIMES = 2  # that a request which failed once is sent again
BELIEVED = 3  # failures of one kind on a route that came again each time; the next is believed at once
HEALTH = get("/health")
TRIES = 3  # of a connection, before nobody is there
A_MOMENT = 0.05  # seconds between them
BETWEEN = 0.25  # seconds between looks at whether somebody is there again
LONGEST_SLEEP = 30.0  # seconds that a run waits for a deployment that is away, altogether


@define
class Failures:
    """What went wrong and was asked again. Safe to use from several threads.

    Attributes:
        lapses: Failures that did not come again, one line each, without those of an outage.
        outages: How often the deployment went away.
        lost: Requests whose connection broke as it went away, and which were not sent alone since.
        deadly: Requests after which it went away each time.
        gone: Why nothing is sent any more; empty while something is.
        healthy: Whether /health was ever answered otherwise than that nobody is there.
    """

    lapses: list[str] = field(factory=list)
    outages: int = 0
    lost: list[Request] = field(factory=list)
    deadly: list[Request] = field(factory=list)
    gone: str = ""
    healthy: bool = False
    _came_again: Counter[tuple[str, str]] = field(factory=Counter)
    _passed: set[tuple[str, str]] = field(factory=set)
    _lock: threading.Lock = field(factory=threading.Lock)

    def stop(self, request: Request) -> None:
        """Raise NoAnswerError where this request must not be sent, or none at all."""
        if self.gone:
            raise NoAnswerError("gone", self.gone, request)
        if request in self.deadly:
            raise NoAnswerError("gone", "the deployment goes away after this request", request)

    def believes(self, request: Request, failure: str) -> bool:
        """Tell whether such a failure came again each time, and often enough to be believed at once."""
        kind = request.path, failure
        return self._came_again[kind] >= BELIEVED and kind not in self._passed

    def came_again(self, request: Request, failure: str) -> None:
        """Take note of a failure that came again."""
        with self._lock:
            self._came_again[request.path, failure] += 1

    def passed(self, request: Request, failure: str, told: str) -> None:
        """Take note of a failure that did not come again, which in an outage is nobody's fault."""
        with self._lock:
            self._passed.add((request.path, failure))
            if not (failure in LOST and self.outages):
                self.lapses.append(told)


def send_surely(client: Client, request: Request, send: Callable[[Request], Exchange]) -> Exchange:
    """Send a request, and where it fails again with nothing else in flight; `send` is how.

    An answer that came only then says so by its `lapse`. Raises NoAnswerError.
    """
    failed = _attempt(request, send)
    failure = _failure(failed)
    if not failure or not client.answered or (may_raise(request) and failure == str(REFUSED_BY_THE_MODEL)):
        return _given(failed)
    if _is_away(failed):
        if failure != "refused":
            client.failures.lost.append(request)
    elif client.failures.believes(request, failure):
        return _given(failed)
    try:
        with client.traffic.alone(client.deadline):
            return _again(client, request, failed, send)
    except TooBusyError:
        return _given(failed)


def _attempt(request: Request, send: Callable[[Request], Exchange]) -> Failed:
    try:
        return send(request)
    except NoAnswerError as error:
        return error


def _again(client: Client, request: Request, failed: Failed, send: Callable[[Request], Exchange]) -> Exchange:
    """Send what failed again, alone; give the answer that stands."""
    failures, failure = client.failures, _failure(failed)
    failures.stop(request)  # somebody may have found out in the meantime
    # Where /health was never well, a gateway's word says nothing.
    told = isinstance(failed, NoAnswerError) or failures.healthy
    away = _is_away(failed) and request != HEALTH and told
    if away and is_away(client):
        failures.outages += 1
        wait_until_back(client, request)
    if away and request in failures.lost:
        failures.lost.remove(request)
    if failures.believes(request, failure):
        return _given(failed)
    again = failed
    for _ in range(TIMES):
        client.usage.again += 1
        again = _attempt(request, send)
        if not _failure(again):
            continue
        if away and _is_away(again) and is_away(client):
            failures.deadly.append(request)
            failures.outages += 1
            wait_until_back(client, request)
            raise NoAnswerError("gone", "the deployment goes away after this request", request)
        failures.came_again(request, failure)
        return _given(again)
    if failure == "refused":
        return _given(again)  # it was never sent
    lapse = f"{_told(failed)}, and not when it was sent again alone: 1 of {TIMES + 1} times"
    failures.passed(request, failure, lapse)
    return evolve(_given(again), lapse=lapse)


def is_away(client: Client) -> bool:
    """Tell whether nobody is there just now: there is no connection, or a gateway says so at /health."""
    for _ in range(TRIES):
        try:
            away = client.send(HEALTH).response.status in ASLEEP and client.failures.healthy
        except NoAnswerError as error:
            away = error.kind in {"refused", "broken"}
        if not away:
            return False
        time.sleep(A_MOMENT)
    return True


def wait_until_back(client: Client, request: Request) -> None:
    """Wait until somebody is there again; if nobody is, raise NoAnswerError and let nothing more be sent."""
    started = time.monotonic()
    until = started + max(LONGEST_SLEEP - client.usage.asleep, 0)
    while is_away(client) and time.monotonic() < until:
        time.sleep(BETWEEN)
    waited = time.monotonic() - started
    client.usage.asleep += waited
    if time.monotonic() >= until and is_away(client):
        client.failures.gone = f"the deployment stopped answering, and was not back after {waited:.0f} s"
        client.failures.stop(request)


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
