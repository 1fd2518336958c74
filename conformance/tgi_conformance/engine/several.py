"""Run the suite against several deployments in parallel, and keep no report longer than needed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from tgi_conformance.engine.run import INTERRUPTED, run_one, silenced_libraries, without_results
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tgi_conformance.config.targets import NamedConfig
    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.results.report import Report

AT_A_TIME = 8


class Watcher(Protocol):
    """What is told of each target, by its name, one call at a time."""

    def begin(self, name: str) -> None:
        """A target's run begins."""

    def progress(self, name: str, progress: Progress) -> None:
        """A requirement was checked."""

    def report(self, name: str, report: Report) -> None:
        """A target's run has ended."""


def run_all(
    targets: Sequence[NamedConfig],
    watcher: Watcher,
    stop: threading.Event | None = None,
    at_a_time: int = AT_A_TIME,
) -> None:
    """Run each target, `at_a_time` of them in parallel, and tell the watcher; `stop` as for `run`.

    Every target gets a report, even if one of the runs fails. What the watcher raises ends all of them.
    """
    stop = stop or threading.Event()
    lock = threading.Lock()

    def one(target: NamedConfig) -> None:
        def progress(progress: Progress) -> None:
            with lock:
                watcher.progress(target.name, progress)

        if not stop.is_set():
            with lock:
                watcher.begin(target.name)
        report = _report(target, progress, stop)
        with lock:
            watcher.report(target.name, report)

    with silenced_libraries(), ThreadPoolExecutor(at_a_time) as threads:
        futures = [threads.submit(one, target) for target in targets]
        try:
            for future in futures:
                future.result()
        except BaseException:
            stop.set()
            raise


def _report(target: NamedConfig, progress: Callable[[Progress], None], stop: threading.Event) -> Report:
    if stop.is_set():
        return without_results(target.config, Verdict.COULD_NOT_TELL, INTERRUPTED)
    try:
        return run_one(target.config, progress, stop)
    except Exception as error:  # noqa: BLE001 - an error in one run must not end the others
        reason = f"{type(error).__name__}: {error}"
        return without_results(target.config, Verdict.INTERNAL_ERROR, reason)
