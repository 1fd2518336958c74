"""Run the suite against several deployments at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tgi_conformance.engine.run import quiet, run_loudly, without_results
from tgi_conformance.results.comparison import Column
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tgi_conformance.config.targets import Named
    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.results.report import Report

    Watch = Callable[[str, Progress], None]

AT_A_TIME = 8


def run_all(
    targets: Sequence[Named],
    watch: Watch = lambda _, __: None,
    stop: threading.Event | None = None,
) -> tuple[Column, ...]:
    """Give a report for each target, in their order, whatever becomes of the others; see `run` for `stop`."""
    lock = threading.Lock()

    def one(target: Named) -> Report:
        def tell(progress: Progress) -> None:
            with lock:
                watch(target.name, progress)

        try:
            return run_loudly(target.config, tell, stop)
        except Exception as error:  # noqa: BLE001 - one run that fails must not take the others with it
            reason = f"{type(error).__name__}: {error}"
            return without_results(target.config, Verdict.INTERNAL_ERROR, reason)

    with quiet(), ThreadPoolExecutor(AT_A_TIME) as threads:
        reports = list(threads.map(one, targets))
    return tuple(Column(target.name, report) for target, report in zip(targets, reports, strict=True))
