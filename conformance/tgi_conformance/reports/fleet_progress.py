"""The progress of several targets: a table of those that run on a terminal, a line for each elsewhere."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from attrs import define, field
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tgi_common.plural import counted
from tgi_common.text import escaped
from tgi_conformance.reports.outcome_lines import outcome_line
from tgi_conformance.reports.progress_bar import REFRESHES_PER_SECOND, may_animate
from tgi_conformance.reports.signs import VERDICTS
from tgi_conformance.results.levels import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import ConsoleOptions, RenderResult

    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.results.report import Report

MOST_ROWS = 32  # targets in the table; the others are counted below it
AROUND = 4  # lines of a terminal that the table leaves to its head, to what is below it, and to the cursor


@define
class Quiet:
    """Tells nothing."""

    def begin(self, name: str) -> None:
        """Say nothing."""

    def progress(self, name: str, progress: Progress) -> None:
        """Say nothing."""

    def report(self, name: str, report: Report) -> None:
        """Say nothing."""


@define
class Lines:
    """Writes a line for each target that has ended, and with `outcomes` one for each requirement."""

    total: int
    stream: TextIO
    outcomes: bool = False
    done: int = 0

    def begin(self, name: str) -> None:
        """Say nothing."""

    def progress(self, name: str, progress: Progress) -> None:
        """Write the outcome of a requirement, if that was asked for."""
        if self.outcomes:
            self._write(f"{escaped(name)}: {outcome_line(progress)}")

    def report(self, name: str, report: Report) -> None:
        """Write the verdict on a target."""
        self.done += 1
        if self.outcomes:  # which have told all of it
            return
        failed = f", {len(report.broken)} failed" if report.broken else ""
        reason = f": {escaped(report.reason)[:200]}" if report.reason else ""
        self._write(
            f"{escaped(name)}: {VERDICTS[report.verdict].title.lower()}{failed}, {report.requests_summary}, "
            f"{report.seconds:.1f} s; {self.done} of {counted(self.total, 'target')}{reason}"
        )

    def _write(self, line: str) -> None:
        with suppress(OSError):  # an output that takes nothing must not end a run
            self.stream.write(f"{line}\n")
            self.stream.flush()


@define
class _Row:
    """How far a target is."""

    started: float
    progress: Progress | None = None
    failed: int = 0


@define
class LiveTable:
    """What runs at the moment, and how many targets have ended with which verdict."""

    total: int
    running: dict[str, _Row] = field(factory=dict)
    verdicts: Counter[Verdict] = field(factory=Counter)
    started: float = field(factory=monotonic)

    def begin(self, name: str) -> None:
        """Add a row."""
        self.running[name] = _Row(monotonic())

    def progress(self, name: str, progress: Progress) -> None:
        """Update a row."""
        row = self.running[name]
        row.progress = progress
        row.failed += progress.result.outcome is Outcome.FAILED

    def report(self, name: str, report: Report) -> None:
        """Take a row out and count the verdict."""
        self.running.pop(name, None)
        self.verdicts[report.verdict] += 1

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the table, as rich asks for it some times a second, within the lines of the terminal."""
        most = max(min(MOST_ROWS, options.size.height - AROUND), 1)
        rows = list(self.running.items())
        table = Table(box=None, pad_edge=False)
        table.add_column("target", overflow="ellipsis", no_wrap=True)
        table.add_column("checked", justify="right", no_wrap=True)
        table.add_column("requests", justify="right", no_wrap=True)
        table.add_column("failed", justify="right", style="red", no_wrap=True)
        table.add_column("s", justify="right", no_wrap=True)
        for name, row in rows[:most]:
            table.add_row(Text(escaped(name)), *_cells(row))
        yield table
        yield self._ended(len(rows) - most)

    def _ended(self, more: int) -> Text:
        counts = ", ".join(
            f"{self.verdicts[verdict]} {sign.title.lower()}"
            for verdict, sign in VERDICTS.items()
            if self.verdicts[verdict]
        )
        rest = f"; {more} more run" if more > 0 else ""
        ended = f"{self.verdicts.total()} of {counted(self.total, 'target')}"
        return Text(
            f"{ended}{f' ({counts})' if counts else ''} after {monotonic() - self.started:.0f} s{rest}"
        )


def _cells(row: _Row) -> tuple[str, str, str, str]:
    seconds = f"{monotonic() - row.started:.0f}"
    if row.progress is None:
        return "probing", "", "", seconds
    done = f"{row.progress.done}/{row.progress.total}"
    return done, f"{row.progress.requests:,}", str(row.failed or ""), seconds


@contextmanager
def watching_fleet(total: int, stream: TextIO, *, outcomes: bool) -> Iterator[Lines | LiveTable]:
    """Yield what is to be told of each of `total` targets; a terminal gets a table unless `outcomes`."""
    if outcomes or not may_animate(stream):
        yield Lines(total, stream, outcomes)
        return
    table = LiveTable(total)
    console = Console(file=stream, highlight=False)
    with Live(
        table,
        console=console,
        refresh_per_second=REFRESHES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield table
