"""What is shown while a run is under way: a bar on a terminal, a line now and then everywhere else."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
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

from tgi_common.text import escaped
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tgi_conformance.engine.progress import Progress

    Watch = Callable[[str, Progress], None]

LINES = 4  # told over a run where there is no bar
A_SECOND = 5  # how often the bar is drawn


def may_animate(stream: TextIO) -> bool:
    """Tell whether a bar may be drawn: somebody looks at a terminal, and it is no log of a CI."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb" and not os.environ.get("CI")


@contextmanager
def watching(names: Sequence[str], stream: TextIO) -> Iterator[Watch]:
    """Give what is to be called after each requirement of a target."""
    if not may_animate(stream):
        lines = {name: _Lines(escaped(name), stream) for name in names}
        yield lambda name, progress: lines[name].watch(progress)
        return
    with _bar(stream) as bar:
        drawn = {
            name: _Drawn(bar, _task(bar, name), escaped(name) if len(names) > 1 else "") for name in names
        }
        yield lambda name, progress: drawn[name].watch(progress)


def _task(bar: Bar, name: str) -> TaskID:
    return bar.add_task("", total=None, what=escaped(name), cost="asking what it offers", failed="")


def _bar(stream: TextIO) -> Bar:
    return Bar(
        SpinnerColumn(),
        TextColumn("{task.fields[what]}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[cost]}", markup=False),
        TextColumn("[red]{task.fields[failed]}"),
        TimeRemainingColumn(),
        console=Console(file=stream, highlight=False),
        refresh_per_second=A_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


@define
class _Drawn:
    """Draws the bar."""

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
            cost=_cost(progress),
            failed=f"{self.failed} failed" if self.failed else "",
        )


@define
class _Lines:
    """Writes a line a quarter of the way, without any control character."""

    target: str
    stream: TextIO
    failed: int = 0

    def watch(self, progress: Progress) -> None:
        self.failed += progress.result.outcome is Outcome.FAILED
        before = (progress.done - 1) * LINES // progress.total
        if before < progress.done * LINES // progress.total < LINES:  # the end is told by the verdict
            line = f"{self.target}: {progress.done} of {progress.total} requirements, {_cost(progress)}"
            with suppress(OSError):  # a progress line that nobody takes is no reason to end a run
                self.stream.write(f"{line}, {self.failed} failed\n")
                self.stream.flush()


def _cost(progress: Progress) -> str:
    return f"{progress.requests:,} requests, {progress.generated_tokens:,} tokens"
