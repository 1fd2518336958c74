"""Run the suite against one deployment and give its report."""

from __future__ import annotations

import logging
import tempfile
import time
import warnings
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

from attrs import define, field
from hypothesis.configuration import set_hypothesis_home_dir

from tgi_conformance.engine.execute import Executed, execute
from tgi_conformance.engine.prepare import cannot_begin, prepare
from tgi_conformance.engine.progress import Progress
from tgi_conformance.engine.scheduler import Scheduler
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.requirements import requirements
from tgi_conformance.results.comparison import KEPT
from tgi_conformance.results.levels import Outcome, Verdict
from tgi_conformance.results.report import WHOLE_RUN, Report

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.requirements import Requirement
    from tgi_conformance.session.session import Session

INTERRUPTED = "the run was interrupted"


def run(
    config: RunConfig,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Probe the deployment, check every requirement asked for, and say what came of it.

    Once `stop` is set, nothing more is sent and the report has what was executed until then. Raises nothing
    for what a deployment does: a target that cannot be reached has a report too.
    """
    with quiet():
        return run_loudly(config, on_progress, stop)


def run_loudly(
    config: RunConfig,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Do as `run` does within `quiet`, which is for a whole process."""
    started, clock = datetime.now(timezone.utc), time.monotonic()
    whole = Run(config, prepare(config, stop), on_progress)
    try:
        reason = whole.interrupted or cannot_begin(whole.session) or whole.through()
        if reason != INTERRUPTED:
            whole.look_back()
    finally:
        whole.session.sender.client.close()
    results = tuple(one.result for one in whole.executed)
    verdict, reason = verdict_of(results, reason, strict=config.strict)
    usage = whole.session.sender.usage
    return Report(
        version=version("tgi-conformance"),
        target=config.target.shown_url,
        server=config.target.scrub(dict(whole.session.capabilities.info)),
        depth=config.depth,
        seed=config.seed,
        started=started.isoformat(timespec="seconds"),
        seconds=time.monotonic() - clock,
        requests=usage.requests,
        generated_tokens=usage.generated_tokens,
        verdict=verdict,
        reason=config.target.scrub(reason),
        requirements=results,
        stale_deviations=tuple(whole.stale()),
        strict=config.strict,
        overloads=usage.overloads,
        gentle=config.gentle,
    )


def without_results(config: RunConfig, verdict: Verdict, reason: str) -> Report:
    """Give the report of a run that came to nothing."""
    return Report(
        version=version("tgi-conformance"),
        target=config.target.shown_url,
        server={},
        depth=config.depth,
        seed=config.seed,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        seconds=0.0,
        requests=0,
        generated_tokens=0,
        verdict=verdict,
        reason=config.target.scrub(reason),
        requirements=(),
        strict=config.strict,
    )


@define
class Run:
    """The requirements of a run, executed one after another or as they are asked for."""

    config: RunConfig
    session: Session
    on_progress: Callable[[Progress], None] = lambda _: None
    executed: list[Executed] = field(factory=list)

    def through(self) -> str:
        """Execute every requirement of the run; give why it did not come to its end, or nothing."""
        selected = [one for one in requirements() if self.config.selects(one)]
        scheduler = Scheduler(self.session, self.config.concurrency)
        scheduler.start(selected)
        try:
            for requirement in selected:
                executed = self._result(scheduler, requirement)
                if not executed.interrupted:
                    self.take(executed, len(selected))
        finally:
            scheduler.close()
        return self.interrupted

    def _result(self, scheduler: Scheduler, requirement: Requirement) -> Executed:
        try:
            return scheduler.result(requirement)
        except KeyboardInterrupt:
            self.session.sender.client.stop.set()
            return scheduler.result(requirement)

    @property
    def interrupted(self) -> str:
        """Why the run did not come to its end, where it was stopped; empty otherwise."""
        return INTERRUPTED if self.session.sender.client.stop.is_set() else ""

    def take(self, executed: Executed, total: int) -> None:
        """Keep what came of a requirement and tell how far the run has come."""
        self.executed.append(executed)
        usage = self.session.sender.usage
        self.on_progress(
            Progress(executed.result, len(self.executed), total, usage.requests, usage.generated_tokens)
        )

    def look_back(self) -> None:
        """Execute what is about the whole run though it was not asked for, where it has something to tell."""
        done = {one.result.id for one in self.executed}
        for requirement in requirements():
            if requirement.route == WHOLE_RUN and requirement.id not in done and self.config.only:
                executed = execute(requirement, self.session)
                if executed.result.outcome is not Outcome.PASSED:
                    self.executed.append(executed)

    def stale(self) -> Iterator[str]:
        """Name the known deviations that every one of their requirements was kept without."""
        if any(one.context.capabilities.version is None for one in self.executed):
            return
        for deviation in self.config.deviations:
            kept = [
                one.context
                for one in self.executed
                if deviation.covers(one.result.id, one.context.capabilities.version)
                and one.result.outcome in KEPT
            ]
            seen = any(deviation in context.deviations_seen for context in kept)
            if kept and not seen and not deviation.by_chance:
                yield deviation.name


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Hypothesis, Schemathesis and httpx from writing warnings, logs and folders."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as home:
            warnings.simplefilter("ignore")
            set_hypothesis_home_dir(home)  # not into the folder that the run is started in
            yield
    finally:
        set_hypothesis_home_dir(None)
