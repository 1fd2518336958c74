"""Which requests of a run failed and were sent again, and whether the deployment still answers."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol.forms import get

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request

ASLEEP = (502, 503, 504)  # how a gateway answers if there is no backend
LOST = {"broken", *map(str, ASLEEP)}  # kinds of failures that an outage causes
CONFIRMED = 3  # failures of one kind on a route that recurred each time; the next is not sent again
HEALTH = get("/health")
STOPS = "the deployment stops answering after this request"


@define
class Failures:
    """Requests that failed. Safe to use from several threads.

    Attributes:
        intermittent: Failures that did not recur, one line each, without those of an outage.
        outages: How often the deployment stopped answering.
        lost: Requests whose connection broke as it stopped, and that were not sent alone since.
        fatal: Requests after which it stopped answering each time.
        gone: Why the run sends nothing any more; empty while it does.
        healthy: Whether /health was ever answered with a status other than 502, 503 or 504.
    """

    intermittent: list[str] = field(factory=list)
    outages: int = 0
    lost: list[Request] = field(factory=list)
    fatal: list[Request] = field(factory=list)
    gone: str = ""
    healthy: bool = False
    _recurred: Counter[tuple[str, str]] = field(factory=Counter)
    _recovered: set[tuple[str, str]] = field(factory=set)
    _lock: threading.Lock = field(factory=threading.Lock)

    def raise_if_stopped(self, request: Request) -> None:
        """Raise NoAnswerError if this request, or any request, must not be sent any more."""
        if self.gone:
            raise NoAnswerError("gone", self.gone, request)
        if request in self.fatal:
            raise NoAnswerError("gone", STOPS, request)

    def is_confirmed(self, request: Request, failure: str) -> bool:
        """Whether such failures recurred each time, and often enough not to send this one again."""
        kind = request.path, failure
        return self._recurred[kind] >= CONFIRMED and kind not in self._recovered

    def record_answer(self, exchange: Exchange) -> None:
        """Record an answer: that /health works, or that a connection broke and a new one did not."""
        request = exchange.request
        self.healthy |= request.path == HEALTH.path and exchange.response.status not in ASLEEP
        if exchange.reconnected:
            line = f"a connection broke at {request.method} {request.path}, and a new one did not"
            self.record_recovered(request, "broken", line)

    def record_recurred(self, request: Request, failure: str) -> None:
        """Record a failure that recurred."""
        with self._lock:
            self._recurred[request.path, failure] += 1

    def record_recovered(self, request: Request, failure: str, line: str) -> None:
        """Record a failure that did not recur; one that an outage explains is not intermittent."""
        with self._lock:
            self._recovered.add((request.path, failure))
            if not (failure in LOST and self.outages):
                self.intermittent.append(line)
