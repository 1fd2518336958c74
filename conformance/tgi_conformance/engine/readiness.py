"""Wait for a deployment that is still loading, before anything of a run counts."""

from __future__ import annotations

import logging
import ssl
import threading
from typing import TYPE_CHECKING

from attrs import define, frozen

from tgi_conformance.http.client import Bounds, Client
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.session.capabilities import GENERATION
from tgi_conformance.session.failures import ASLEEP, HEALTH
from tgi_conformance.session.probes import ABSENT, MINIMAL

if TYPE_CHECKING:
    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.http.exchange import Request

LOG = logging.getLogger(__name__)
INTERVAL = 1.0  # seconds between two polls
MODEL_FAILS = 424  # how a router answers whose model process is not there


@frozen
class _Seen:
    """What a poll found: whether the deployment is ready, the evidence if not, and whether all was absent."""

    ready: bool
    evidence: str = ""
    absent: bool = False


def wait_until_ready(config: RunConfig, stop: threading.Event | None = None) -> str:
    """Poll the deployment for at most `config.wait` seconds; return why it is not ready, empty if it is.

    It is not ready while there is no connection or no answer in time, while `/health` is 502, 503 or 504,
    and, where `/health` is not offered, while no route that generates answers other than these, 424 or 404.
    The result is empty too if the run does not wait, if `stop` was set, and if every route was absent to the
    end, since a run tells more about that.
    """
    if not config.wait:
        return ""
    stop = stop or threading.Event()
    bounds = Bounds(
        request_seconds=config.bounds.first_seconds,
        requests_per_second=config.bounds.requests_per_second,
        run_seconds=config.wait,
    )
    client = Client(config.target, bounds, stop=stop)
    try:
        seen = _Poll(client, config.wait).until_ready()
    finally:
        client.close()
    if seen.ready or seen.absent or stop.is_set():
        return ""
    return f"the deployment is not ready after {config.wait:g} s of waiting: {seen.evidence}"


@define
class _Poll:
    """Polls until the client's time is over or the run is stopped."""

    client: Client
    seconds: float

    def until_ready(self) -> _Seen:
        """Return what the last poll that was answered, or refused, found."""
        seen = self._look(_Seen(ready=False, evidence="no answer in time"))
        if not seen.ready and not self.client.stop.is_set():
            url = self.client.target.shown_url
            LOG.info("%s: waiting up to %g s until it is ready (%s)", url, self.seconds, seen.evidence)
        while not seen.ready and self.client.left > 0 and not self.client.stop.wait(self._pause()):
            seen = self._look(seen)
        return seen

    def _pause(self) -> float:
        return min(INTERVAL, max(self.client.left, 0.0))

    def _look(self, before: _Seen) -> _Seen:
        """Poll once; what a request found that had no time left does not replace what was found before."""
        try:
            health = self._status(HEALTH)
            if health not in (*ASLEEP, *ABSENT):
                return _Seen(ready=True)
            if health in ASLEEP:
                return _Seen(ready=False, evidence=f"GET {HEALTH.path} answered {health}")
            return self._look_at_generation(health)
        except NoAnswerError as error:
            if error.kind in {"budget", "stopped"}:
                return before
            if error.kind == "timeout" and self.client.left <= 0 and before.evidence:
                return before
            final = error.kind == "too-large" or _is_untrusted(error)
            return _Seen(ready=final, evidence=str(error))

    def _look_at_generation(self, health: int) -> _Seen:
        """Look at the routes that generate, since `/health` is not offered."""
        loading = ""
        for request in (MINIMAL[operation] for operation in GENERATION):
            status = self._status(request)
            if status not in (*ASLEEP, *ABSENT, MODEL_FAILS):
                return _Seen(ready=True)
            if status not in ABSENT:
                loading = loading or f"{request.method} {request.path} answered {status}"
        absent = f"GET {HEALTH.path} answered {health}, and no route generates"
        return _Seen(ready=False, evidence=loading or absent, absent=not loading)

    def _status(self, request: Request) -> int:
        return self.client.send(request).response.status


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether a certificate is not trusted, which waiting does not change."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
