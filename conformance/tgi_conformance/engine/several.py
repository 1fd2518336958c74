"""Run the suite against several deployments in parallel."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tgi_conformance.engine.run import run_one, silenced_libraries, without_results
from tgi_conformance.results.comparison import Column
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tgi_conformance.config.targets import NamedConfig
    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.results.report import Report

    Watch = Callable[[str, Progress], None]

AT_A_TIME = 8


def run_all(
    targets: Sequence[NamedConfig],
    watch: Watch = lambda _, __: None,
    stop: threading.Event | None = None,
) -> tuple[Column, ...]:
    """Return a report for each target, in order, even if one of the runs fails; `stop` as for `run`."""
    lock = threading.Lock()

    def one(target: NamedConfig) -> Report:
        def report_progress(progress: Progress) -> None:
            with lock:
                watch(target.name, progress)

        try:
            return run_one(target.config, report_progress, stop)
        except Exception as error:  # noqa: BLE001 - an error in one run must not end the others
            reason = f"{type(error).__name__}: {error}"
            return without_results(target.config, Verdict.INTERNAL_ERROR, reason)

    with silenced_libraries(), ThreadPoolExecutor(AT_A_TIME) as threads:
        reports = list(threads.map(one, targets))
    return tuple(Column(target.name, report) for target, report in zip(targets, reports, strict=True))
