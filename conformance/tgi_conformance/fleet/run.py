"""Run a shard: check its targets, and write its part as the results come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tgi_common.plural import counted
from tgi_conformance.config.targets import NamedConfig
from tgi_conformance.engine.several import AT_A_TIME, run_all
from tgi_conformance.fleet.part import Part, PartError, Record, begins_only, read_part
from tgi_conformance.fleet.part_writer import PartWriter

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.engine.several import Watcher
    from tgi_conformance.fleet.plan import Plan
    from tgi_conformance.results.report import Report


@frozen
class Todo:
    """A piece to check, and the ids of the requirements whose results the part has already."""

    named: NamedConfig
    known: frozenset[str] = frozenset()


@frozen
class Shift:
    """What a shard has to do: its piece of the plan, and where its part is written.

    Attributes:
        resume: Whether to go on with the part that is there, instead of refusing to replace it.
        durable: Whether the part must outlive the machine, and not only this process.
    """

    plan: Plan
    shard: int
    path: Path
    resume: bool = False
    durable: bool = True
    at_a_time: int = AT_A_TIME

    @property
    def part_notice(self) -> str:
        """Say what the part is for."""
        part = f"{self.path}: the part of shard {self.shard}/{self.plan.shards}"
        return f"{part}; `tgi-conformance merge` gives the report of all parts"

    def check(self, *, mine: bool = False) -> None:
        """Raise PartError unless a part can be written, or gone on with; `mine` if it is open already."""
        if not self.resume and self.path.exists() and not (mine and self.path.stat().st_size == 0):
            raise PartError(f"{self.path}: already exists; --resume {self.path} continues it")
        if self.goes_on:
            self._part()

    def run(self, watcher: Watcher, stop: threading.Event) -> Part:
        """Check what the part does not have yet; return the whole part."""
        writer = PartWriter(self.path, durable=self.durable)
        try:
            self.check(mine=True)  # another process may have written since the last time
            todos = self.todos()
            if self.goes_on:
                writer.go_on(self._part().end)
            else:
                writer.header(self.plan, self.shard)
            run_all([todo.named for todo in todos], _Recorder(writer, watcher, todos), stop, self.at_a_time)
        finally:
            writer.close()
        return read_part(self.path)

    def todos(self) -> list[Todo]:
        """Return what has no verdict yet, or one that another try may change."""
        own = [piece.named for piece in self.plan.of_shard(self.shard)]
        return list(_remaining(own, self._part())) if self.goes_on else [Todo(named) for named in own]

    def resume_notice(self, todos: Sequence[Todo]) -> str:
        """Say how much of an existing part is not checked again; empty for a new part."""
        if not self.goes_on:
            return ""
        own = len(self.plan.of_shard(self.shard))
        verdicts = f"{own - len(todos)} of {counted(own, 'target')}"
        return f"{self.path}: continuing; {verdicts} already have a verdict"

    @property
    def goes_on(self) -> bool:
        """Whether there is a part to go on with, and not only the beginning of its first line."""
        return self.resume and self.path.exists() and not begins_only(self.path)

    def _part(self) -> Part:
        part = read_part(self.path)
        if part.header.digest != self.plan.digest:
            raise PartError(
                f"{self.path}: is of another run: the targets, their settings or the version of the suite "
                "differ; remove it, or give --part another file"
            )
        if part.header.shard != self.shard:
            raise PartError(
                f"{self.path}: is the part of shard {part.header.shard}, not of shard {self.shard}; "
                "give each shard a file of its own, or all of them one folder"
            )
        return part


def _remaining(own: Sequence[NamedConfig], part: Part) -> Iterator[Todo]:
    for named in own:
        if part.has_verdict(named.name):
            continue
        record = part.records.get(named.name, Record())
        known = frozenset() if record.finished else frozenset(one.id for one in part.results(named.name))
        rest = [one.id for one in named.config.selected if one.id not in known]
        if known and rest:
            yield Todo(NamedConfig(named.name, evolve(named.config, share=frozenset(rest))), known)
        else:
            yield Todo(named)


class _Recorder:
    """Writes what a run tells into the part, and tells it to another watcher too."""

    def __init__(self, writer: PartWriter, watcher: Watcher, todos: Sequence[Todo]) -> None:
        self._writer = writer
        self._watcher = watcher
        self._known = {todo.named.name: todo.known for todo in todos}

    def begin(self, name: str) -> None:
        """Write that a target begins."""
        self._writer.begin(name, known=self._known[name])
        self._watcher.begin(name)

    def progress(self, name: str, progress: Progress) -> None:
        """Write a result."""
        self._writer.progress(name, progress)
        self._watcher.progress(name, progress)

    def report(self, name: str, report: Report) -> None:
        """Write a report."""
        self._writer.report(name, report)
        self._watcher.report(name, report)
