"""The progress of a run: a bar on a terminal, a few lines everywhere else."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from attrs import define
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from tgi_common.plural import counted
from tgi_common.text import escaped
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tgi_conformance.engine.progress import Progress

    Watch = Callable[[str, Progress], None]

QUARTERS = 4  # of a run; without a bar there is a line after each but the last,
SILENCE = 30.0  # and after so many seconds without one, so that a slow run is seen to go on
REFRESHES_PER_SECOND = 5


def may_animate(stream: TextIO) -> bool:
    """Whether to draw a bar: the stream is a terminal, and not the log of a CI job."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb" and not os.environ.get("CI")


@contextmanager
def watching(names: Sequence[str], stream: TextIO) -> Iterator[Watch]:
    """Yield a function to call after each requirement of a target."""
    if not may_animate(stream):
        lines = {name: _Lines(escaped(name), stream, monotonic()) for name in names}
        yield lambda name, progress: lines[name].watch(progress)
        return
    with _bar(stream) as bar:
        drawn = {
            name: _Drawn(bar, _task(bar, name), escaped(name) if len(names) > 1 else "") for name in names
        }
        yield lambda name, progress: drawn[name].watch(progress)


def _task(bar: Bar, name: str) -> TaskID:
    return bar.add_task("", total=None, what=escaped(name), used="probing capabilities", failed="")


def _bar(stream: TextIO) -> Bar:
    return Bar(
        SpinnerColumn(),
        TextColumn("{task.fields[what]}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[used]}", markup=False),
        TextColumn("[red]{task.fields[failed]}"),
        TimeRemainingColumn(),
        console=Console(file=stream, highlight=False),
        refresh_per_second=REFRESHES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


@define
class _Drawn:
    """Updates the bar of a target."""

    bar: Bar
    task: TaskID
    name: str
    failed: int = 0

    def watch(self, progress: Progress) -> None:
        self.failed += progress.result.outcome is Outcome.FAILED
        self.bar.update(
            self.task,
            completed=progress.done,
            total=progress.total,
            what=f"{self.name} {progress.result.route}".strip(),
            used=_used(progress),
            failed=f"{self.failed} failed" if self.failed else "",
        )


@define
class _Lines:
    """Writes a line after each quarter of a run and after a long silence, without control characters."""

    target: str
    stream: TextIO
    last: float  # when the last line was written, on the monotonic clock
    failed: int = 0

    def watch(self, progress: Progress) -> None:
        self.failed += progress.result.outcome is Outcome.FAILED
        before, quarters = (
            (done * QUARTERS) // progress.total for done in (progress.done - 1, progress.done)
        )
        if quarters == QUARTERS:  # the verdict shows the end
            return
        if before < quarters or monotonic() - self.last >= SILENCE:
            self.last = monotonic()
            line = f"{self.target}: {progress.done} of {progress.total} requirements, {_used(progress)}"
            with suppress(OSError):  # an output that takes nothing must not end a run
                self.stream.write(f"{line}, {self.failed} failed\n")
                self.stream.flush()


def _used(progress: Progress) -> str:
    return f"{counted(progress.requests, 'request')}, {counted(progress.generated_tokens, 'token')}"
