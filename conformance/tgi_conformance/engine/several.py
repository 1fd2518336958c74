"""Run the suite against several deployments at a time, each in a process of its own.

pytest runs once in a process, and a deployment that brings a run down must not bring down the others'.
"""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tgi_conformance.results.comparison import Column
from tgi_conformance.results.levels import Verdict
from tgi_conformance.results.report import Report
from tgi_conformance.engine.run import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.config.targets import Named

    Watch = Callable[[str, Progress], None]

AT_A_TIME = 8
SPAWN = multiprocessing.get_context("spawn")  # threads are running here, which a fork would tear


def run_all(targets: Sequence[Named], watch: Watch = lambda _, __: None) -> tuple[Column, ...]:
    """Give a report for each target, in their order, whatever becomes of the others."""
    with _told(watch) as queue, ThreadPoolExecutor(AT_A_TIME) as threads:
        reports = list(threads.map(lambda target: _apart(target, queue), targets))
    return tuple(Column(target.name, report) for target, report in zip(targets, reports, strict=True))


def _apart(target: Named, queue: Any) -> Report:
    try:
        with ProcessPoolExecutor(1, SPAWN, initializer=_begin, initargs=(queue,)) as process:
            return process.submit(_run, target.name, target.options).result()
    except BrokenProcessPool as error:
        return _nothing(target.options, Verdict.COULD_NOT_TELL, f"the run ended early: {error}")
    except Exception as error:  # noqa: BLE001 - one run that fails must not take the others with it
        return _nothing(target.options, Verdict.INTERNAL_ERROR, f"{type(error).__name__}: {error}")


@contextmanager
def _told(watch: Watch) -> Iterator[Any]:
    """Pass on what the processes tell, until all have ended."""
    queue: Any = SPAWN.Queue()

    def listen() -> None:
        while (told := queue.get()) is not None:
            watch(*told)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield queue
    finally:
        queue.put(None)
        listener.join()
        queue.close()


_QUEUE: list[Any] = []  # of this process, which has one from its beginning


def _begin(queue: Any) -> None:
    _QUEUE.append(queue)


def _run(name: str, options: RunConfig) -> Report:
    (queue,) = _QUEUE
    return run(options, lambda progress: queue.put((name, progress)))


def _nothing(options: RunConfig, verdict: Verdict, reason: str) -> Report:
    return Report(
        version=version("tgi-conformance"),
        target=options.target.shown_url,
        server={},
        level=options.depth,
        seed=options.seed,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        seconds=0.0,
        requests=0,
        generated_tokens=0,
        verdict=verdict,
        reason=options.target.scrub(reason),
        requirements=(),
        strict=options.strict,
    )
