"""Send the requests of a run: adapted to the release, concurrently or alone, within bounded time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.contract.request_adapter import RequestAdapter
from tgi_conformance.http.client import TIME_IS_UP
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.http.traffic import TooBusyError, Traffic
from tgi_conformance.http.usage import Usage, generated_tokens
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.session.failures import Failures
from tgi_conformance.session.hangs import Hangs

if TYPE_CHECKING:
    from tgi_conformance.http.client import Client
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.http.target import Target


@define
class Sender:
    """Sends requests to a deployment. Safe to use from several threads.

    Attributes:
        client: The HTTP client.
        adapter: Adapts requests to an older release.
        traffic: Which requests are in flight.
        failures: Which requests failed and were sent again.
        hangs: Which requests timed out.
        answered: Whether any request was answered.
    """

    client: Client
    adapter: RequestAdapter = field(factory=RequestAdapter)
    traffic: Traffic = field(factory=Traffic)
    failures: Failures = field(factory=Failures)
    hangs: Hangs = field(factory=Hangs)
    answered: bool = False

    @property
    def target(self) -> Target:
        """The deployment."""
        return self.client.target

    @property
    def usage(self) -> Usage:
        """What the run has used so far."""
        return self.client.usage

    def send(self, request: Request, *, authenticate: bool = True, under_load: bool = False) -> Exchange:
        """Send it and read the whole answer; raises NoAnswerError.

        A request that may fail the model process is sent while nothing else is in flight. `under_load` gives
        the answer as long as the bounds allow, whatever the pace was before.
        """
        self.failures.raise_if_stopped(request)
        request = self.adapter.adapt(request)
        request = request if authenticate else evolve(request, anonymous=True)
        admission = self.traffic.exclusive if may_raise(request) else self.traffic.shared
        try:
            with admission(self.client.deadline):
                return self._send(request, under_load=under_load)
        except TooBusyError:
            raise NoAnswerError("budget", TIME_IS_UP, request) from None

    def _send(self, request: Request, *, under_load: bool) -> Exchange:
        bounds = self.client.bounds
        most = bounds.request_seconds if self.answered else bounds.first_seconds
        seconds = most if under_load else self.hangs.allowed(request, most)
        started = time.monotonic()
        try:
            exchange = self.client.send(request, seconds=seconds)
        except NoAnswerError as error:
            if error.kind == "timeout":
                self.hangs.record_timeout(request, min(time.monotonic() - started, seconds))
            raise
        self.answered = True
        self.hangs.record_answer(exchange, generated_tokens(exchange.response))
        self.failures.record_answer(exchange)
        return exchange

    def send_and_disconnect(self, request: Request) -> None:
        """Send it, and close the connection at the first bytes of the answer's body; raises NoAnswerError."""
        self.failures.raise_if_stopped(request)
        request = self.adapter.adapt(request)
        seconds = self.hangs.allowed(request, self.client.bounds.request_seconds)
        try:
            with self.traffic.shared(self.client.deadline):
                self.client.send_and_disconnect(request, seconds=seconds)
        except TooBusyError:
            raise NoAnswerError("budget", TIME_IS_UP, request) from None
