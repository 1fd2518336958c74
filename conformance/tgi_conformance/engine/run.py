"""Run the suite against one deployment and return its report."""

from __future__ import annotations

import gzip
import json
import logging
import tempfile
import time
import warnings
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field
from hypothesis.configuration import set_hypothesis_home_dir

from tgi_conformance.engine.execute import Executed, execute
from tgi_conformance.engine.prepare import find_blocker, prepare
from tgi_conformance.engine.profiles import profile_results, verdict_with_profiles
from tgi_conformance.engine.progress import Progress
from tgi_conformance.engine.readiness import wait_until_ready
from tgi_conformance.engine.scheduler import Scheduler
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.requirements import requirements
from tgi_conformance.results.comparison import KEPT
from tgi_conformance.results.levels import Outcome, Verdict
from tgi_conformance.results.report import WHOLE_RUN, Report, SetUsed

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.requirements import Requirement
    from tgi_conformance.session.session import Session

UTF8 = [[0, 0xD7FF], [0xE000, 0x10FFFF]]  # the code points that can be encoded: all but surrogates
INTERRUPTED = "the run was interrupted"


def run(
    config: RunConfig,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Probe the deployment, check every requirement that the run selects, and return the report.

    Once `stop` is set, nothing more is sent, and the report has what was executed by then. Raises nothing for
    what a deployment does: one that cannot be reached has a report too.
    """
    with silenced_libraries():
        return run_one(config, on_progress, stop)


def run_one(
    config: RunConfig,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Do as `run` does, inside `silenced_libraries`, which affects the whole process."""
    not_ready = wait_until_ready(config, stop)
    if not_ready:
        return without_results(config, Verdict.COULD_NOT_TELL, not_ready)
    started, clock = datetime.now(timezone.utc), time.monotonic()
    whole = Run(config, prepare(config, stop), on_progress)
    try:
        reason = whole.interrupted or find_blocker(whole.session) or whole.execute_all()
        if reason != INTERRUPTED:
            whole.check_whole_run()
    finally:
        whole.session.sender.client.close()
    results = tuple(one.result for one in whole.executed)
    profiles = profile_results(config, results, whole.session.capabilities.absent, reason)
    verdict, reason = verdict_of(results, reason, strict=config.strict)
    verdict, reason = verdict_with_profiles(verdict, reason, profiles)
    usage = whole.session.sender.usage
    return evolve(
        without_results(config, verdict, reason),
        server=config.target.scrub(dict(whole.session.capabilities.info)),
        started=started.isoformat(timespec="seconds"),
        seconds=time.monotonic() - clock,
        requests=usage.requests,
        generated_tokens=usage.generated_tokens,
        requirements=results,
        stale_deviations=tuple(whole.stale_deviations()),
        overloads=usage.overloads,
        gentle=config.gentle,
        profiles=tuple(evolve(one, reason=config.target.scrub(one.reason)) for one in profiles),
        scored_by=set_used(config),
    )


def set_used(config: RunConfig) -> SetUsed | None:
    """Return the released set by which the run is scored, if any."""
    return None if config.scored_by is None else SetUsed(config.scored_by.name, config.scored_by.digest)


def without_results(config: RunConfig, verdict: Verdict, reason: str) -> Report:
    """Return the report of a run without results."""
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
        profiles=profile_results(config, (), {}, reason),
        scored_by=set_used(config),
    )


@define
class Run:
    """A run under way, and what it has executed so far."""

    config: RunConfig
    session: Session
    on_progress: Callable[[Progress], None] = lambda _: None
    executed: list[Executed] = field(factory=list)

    def execute_all(self) -> str:
        """Execute every requirement of the run; return why it ended early, or an empty text."""
        selected = self.config.selected
        scheduler = Scheduler(self.session, self.config.concurrency)
        scheduler.start(selected)
        try:
            for requirement in selected:
                self._execute(scheduler, requirement, len(selected))
        finally:
            scheduler.close()
        return self.interrupted

    def _execute(self, scheduler: Scheduler, requirement: Requirement, total: int) -> None:
        """Record a requirement unless the run was stopped before its end; a Ctrl-C stops the run."""
        try:
            executed = scheduler.result(requirement)
            if executed is not None and not executed.interrupted:
                self.record(self._labelled(requirement, executed), total)
        except KeyboardInterrupt:
            self.session.sender.client.stop.set()

    def _labelled(self, requirement: Requirement, executed: Executed) -> Executed:
        """Add the profiles that include the requirement, and whether it counts."""
        profiles, scored = self.config.profiles_of(requirement), self.config.scores(requirement.id)
        return evolve(executed, result=evolve(executed.result, profiles=profiles, scored=scored))

    @property
    def interrupted(self) -> str:
        """Why the run did not come to its end, where it was stopped; empty otherwise."""
        return INTERRUPTED if self.session.sender.client.stop.is_set() else ""

    def record(self, executed: Executed, total: int) -> None:
        """Record a result and report the progress."""
        self.executed.append(executed)
        usage = self.session.sender.usage
        self.on_progress(
            Progress(executed.result, len(self.executed), total, usage.requests, usage.generated_tokens)
        )

    def check_whole_run(self) -> None:
        """Add requirements about the whole run that a narrow selection left out, if they do not pass."""
        selection = self.config.selection
        if not self.config.narrows:
            return
        done = {one.result.id for one in self.executed}
        for requirement in requirements():
            if requirement.route != WHOLE_RUN or requirement.id in done or selection.skips(requirement):
                continue
            executed = execute(self.config.as_scored(requirement), self.session)
            if executed.result.outcome is not Outcome.PASSED:
                self.executed.append(self._labelled(requirement, executed))

    def stale_deviations(self) -> Iterator[str]:
        """Name the user's known deviations that no longer show: their requirements passed without them."""
        if any(one.version is None for one in self.executed):
            return
        for deviation in self.config.deviations:
            if deviation.shipped:
                continue
            kept = [
                one
                for one in self.executed
                if deviation.covers(one.result.id, one.version) and one.result.outcome in KEPT
            ]
            seen = any(deviation in one.deviations_seen for one in kept)
            if kept and not seen and not deviation.by_chance:
                yield deviation.name


def _give_utf8() -> None:
    """Write what Hypothesis keeps of UTF-8 into its folder: to find it out takes 150 MB, and a second.

    The place is internal to Hypothesis. A release that has another one finds it out as ever.
    """
    try:
        from hypothesis.internal.charmap import charmap_file  # noqa: PLC0415 - may be gone
    except ImportError:
        return
    file = Path(charmap_file("codec-v2-utf-8"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(json.dumps([UTF8, []]).encode()))


@contextmanager
def silenced_libraries() -> Iterator[None]:
    """Keep Hypothesis, Schemathesis and httpx from writing warnings, logs and folders."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as home:
            warnings.simplefilter("ignore")
            set_hypothesis_home_dir(home)  # instead of the current folder
            _give_utf8()
            yield
    finally:
        set_hypothesis_home_dir(None)
