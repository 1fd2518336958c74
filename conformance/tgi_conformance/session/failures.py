"""What failed in a run and was sent again, and whether the deployment is there at all."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol.forms import get

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request

ASLEEP = (502, 503, 504)  # a gateway's words for nobody there
LOST = {"broken", *map(str, ASLEEP)}  # as failures are named here
BELIEVED = 3  # failures of one kind on a route that came again each time; the next is believed at once
HEALTH = get("/health")


@define
class Failures:
    """What went wrong and was asked again. Safe to use from several threads.

    Attributes:
        intermittent: Failures that did not come again, one line each, without those of an outage.
        outages: How often the deployment went away.
        lost: Requests whose connection broke as it went away, and which were not sent alone since.
        deadly: Requests after which it went away each time.
        gone: Why nothing is sent any more; empty while something is.
        healthy: Whether /health was ever answered otherwise than that nobody is there.
    """

    intermittent: list[str] = field(factory=list)
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

    def answered(self, exchange: Exchange) -> None:
        """Take note of an answer: /health is well, or a connection broke and a fresh one did not."""
        request = exchange.request
        self.healthy |= request.path == HEALTH.path and exchange.response.status not in ASLEEP
        if exchange.reconnected:
            told = f"a connection broke at {request.method} {request.path}, and a fresh one did not"
            self.passed(request, "broken", told)

    def came_again(self, request: Request, failure: str) -> None:
        """Take note of a failure that came again."""
        with self._lock:
            self._came_again[request.path, failure] += 1

    def passed(self, request: Request, failure: str, told: str) -> None:
        """Take note of a failure that did not come again, which in an outage is nobody's fault."""
        with self._lock:
            self._passed.add((request.path, failure))
            if not (failure in LOST and self.outages):
                self.intermittent.append(told)
