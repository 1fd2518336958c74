"""Lead a load run: ask first, hand out the plan, gather what the processes saw, and judge it at the end.

Nothing here knows Locust; locustfile.py calls it where Locust's events say so.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from tgi_common.access import AccessError, parse_header, parse_url
from tgi_common.proxy import proxy_for
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.settings import deviations_with
from tgi_conformance.engine.prepare import find_blocker, prepare
from tgi_conformance.engine.readiness import wait_until_ready
from tgi_conformance.engine.run import INTERRUPTED, without_results
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target, key_from
from tgi_conformance.load.depth import Sample
from tgi_conformance.load.judging import judged
from tgi_conformance.load.mix import Mix, read_mix
from tgi_conformance.load.outcome import Outcome, Process
from tgi_conformance.load.planning import make_plan
from tgi_conformance.load.slots import count_slots
from tgi_conformance.results.levels import Depth, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from tgi_conformance.results.report import Report
    from tgi_conformance.session.session import Session

DAY = 86_400.0  # seconds; Locust ends the run, not the client that asks before and after it
HEADERS = "TGI_CONFORMANCE_HEADER"  # one a line, as for `run`


@frozen
class Asked:
    """What a load run is asked to do.

    Attributes:
        url: The deployment's base URL.
        mix: A file with the mix; None for the usual one.
        offered: Requests a second that they send together; None for as many as they can.
        replicas: How many routers are behind the URL; None if that is not known.
        timeout: How many seconds an answer may take.
        wait: How many seconds to wait for a deployment that is still loading.
        key_name: The environment variable with the API key; empty for none.
        ca, insecure: Whose certificates are accepted.
        deviations: A file with the user's known deviations; None for none.
    """

    url: str
    mix: Path | None = None
    offered: float | None = None
    replicas: int | None = None
    timeout: float = 60.0
    wait: float = 0.0
    key_name: str = ""
    ca: Path | None = None
    insecure: bool = False
    deviations: Path | None = None

    @property
    def target(self) -> Target:
        """The deployment, with the key and the headers of the environment; raises AccessError."""
        key = key_from(self.key_name) if self.key_name else None
        headers = tuple(map(parse_header, filter(None, os.environ.get(HEADERS, "").split("\n"))))
        return Target(parse_url(self.url), key, headers, self.ca, self.insecure)


@define
class Lead:
    """A load run, from its first request to its report."""

    asked: Asked
    mix: Mix
    config: RunConfig
    session: Session
    outcome: Outcome | None = None
    blocker: str = ""
    _started: str = field(factory=lambda: datetime.now(timezone.utc).isoformat(timespec="seconds"))
    _began: float = field(factory=time.monotonic)
    _loaded: float = 0.0

    @classmethod
    def start(cls, asked: Asked) -> Lead:
        """Ask what the deployment offers, and make the plan.

        Raises:
            AccessError, UsageError, DeviationsError: What was asked cannot be done, told in one line.
        """
        mix = read_mix(asked.mix) if asked.mix else Mix()
        config = RunConfig(
            target=asked.target,
            depth=Depth.LOAD,
            deviations=deviations_with(asked.deviations),
            bounds=Bounds(request_seconds=asked.timeout, run_seconds=DAY),
            wait=asked.wait,
        )
        not_ready = wait_until_ready(config)
        session = prepare(config, threading.Event())
        blocker = not_ready or find_blocker(session)
        lead = cls(asked, mix, config, session, blocker=blocker and blocker + _without_proxy(asked.url))
        if not lead.blocker:
            lead._plan()
        return lead

    def _plan(self) -> None:
        plan, lacking = make_plan(
            self.session,
            self.mix,
            timeout=self.asked.timeout,
            insecure=self.asked.insecure,
            ca=str(self.asked.ca or ""),
            key_name=self.asked.key_name,
        )
        if not plan.forms:
            self.blocker = f"no route of the mix is offered: {next(iter(lacking.values()))}"
            return
        before = count_slots(self.session, plan.forms[0].form)
        self.outcome = Outcome(
            plan,
            lacking,
            Sample(self.session),
            before=before,
            offered=self.asked.offered,
            replicas=self.asked.replicas,
        )

    def loading(self, users: int, processes: Iterable[str]) -> str:
        """Begin with so many users in these processes; returns the plan, as `read_plan` reads it."""
        outcome = self.outcome
        if outcome is None:
            return ""
        pace = users / self.asked.offered if self.asked.offered else 0.0
        outcome.plan = evolve(outcome.plan, pace=pace)
        outcome.users = users
        for name in processes:
            outcome.processes.setdefault(name, Process())
        self._loaded = time.monotonic()
        return outcome.plan.write()

    def interrupt(self) -> None:
        """Remember that the run ends before its time."""
        if self.outcome is not None:
            self.outcome.reason = INTERRUPTED

    @property
    def interrupted(self) -> bool:
        """Whether the run ends before its time."""
        return self.outcome is not None and bool(self.outcome.reason)

    @property
    def waiting(self) -> set[str]:
        """The processes that have more to send."""
        processes = self.outcome.processes if self.outcome else {}
        return {name for name, process in processes.items() if not process.done}

    def take(self, name: str, message: Mapping[str, Any]) -> None:
        """Add what a process sent."""
        if self.outcome is not None:
            self.outcome.take(name, message, time.time())

    def loaded(self) -> None:
        """Remember that the users have stopped asking."""
        if self.outcome is not None and self._loaded:
            self.outcome.seconds = time.monotonic() - self._loaded

    def report(self) -> Report:
        """Look at the slots that are left, judge, and return the report."""
        target, usage = self.config.target, self.session.sender.usage
        empty = without_results(self.config, Verdict.COULD_NOT_TELL, self.blocker)
        if self.outcome is not None and not self.outcome.reason:
            before = self.outcome.before
            known = before is not None and (before.evidence or before.refused)  # so the slots tell nothing
            form = self.outcome.plan.forms[0].form
            self.outcome.after = before if known else count_slots(self.session, form)
        empty = evolve(
            empty,
            server=target.scrub(dict(self.session.capabilities.info)),
            started=self._started,
            profiles=(),  # they are of requirements, which a load run does not check
            seconds=time.monotonic() - self._began,
            requests=usage.requests,
            generated_tokens=usage.generated_tokens,
            overloads=usage.overloads,
        )
        self.session.sender.client.close()
        return empty if self.outcome is None else judged(empty, self.outcome, target)


def _without_proxy(url: str) -> str:
    """Say that a proxy of the environment was not used, which `run` would use."""
    try:
        named = proxy_for(url)
    except AccessError:
        return ""
    return "" if named is None else "; load runs connect directly, not through the proxy of the environment"
