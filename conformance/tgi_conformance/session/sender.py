"""Send the requests of a run: as the release needs them, beside others or alone, within bounded time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.contract.older import Older
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
    """A deployment as something to ask. Safe to use from several threads.

    Attributes:
        client: What sends.
        older: How requests are written for an older release.
        traffic: What is in flight.
        failures: What failed and was sent again.
        hangs: What was not answered in time.
        answered: Whether anything was answered.
    """

    client: Client
    older: Older = field(factory=Older)
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

    def send(self, request: Request, *, authenticate: bool = True, crowded: bool = False) -> Exchange:
        """Send it and read the whole answer; raises NoAnswerError.

        What may make a model process raise is sent with nothing else in flight. One that is `crowded` has as
        long as the bounds allow, whatever the pace was before.
        """
        self.failures.stop(request)
        request = self.older.adapt(request)
        request = request if authenticate else evolve(request, anonymous=True)
        let_by = self.traffic.alone if may_raise(request) else self.traffic.flight
        try:
            with let_by(self.client.deadline):
                return self._send(request, crowded=crowded)
        except TooBusyError:
            raise NoAnswerError("budget", TIME_IS_UP, request) from None

    def _send(self, request: Request, *, crowded: bool) -> Exchange:
        bounds = self.client.bounds
        most = bounds.request_seconds if self.answered else bounds.first_seconds
        seconds = most if crowded else self.hangs.allowed(request, most)
        started = time.monotonic()
        try:
            exchange = self.client.send(request, seconds=seconds)
        except NoAnswerError as error:
            if error.kind == "timeout":
                self.hangs.missed(request, min(time.monotonic() - started, seconds))
            raise
        self.answered = True
        self.hangs.answered(exchange, generated_tokens(exchange.response))
        self.failures.answered(exchange)
        return exchange

    def leave(self, request: Request) -> None:
        """Send it, and close the connection at the first bytes of the answer's body; raises NoAnswerError."""
        self.failures.stop(request)
        request = self.older.adapt(request)
        seconds = self.hangs.allowed(request, self.client.bounds.request_seconds)
        try:
            with self.traffic.flight(self.client.deadline):
                self.client.leave(request, seconds=seconds)
        except TooBusyError:
            raise NoAnswerError("budget", TIME_IS_UP, request) from None
