"""Merge parts into the fleet that one run would have reported; what is missing is named, nothing is lost."""

from __future__ import annotations

from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from tgi_common.plural import counted
from tgi_conformance.fleet.combine import Found, combined
from tgi_conformance.fleet.part import Part, PartError, Record, read_part
from tgi_conformance.results.comparison import Column
from tgi_conformance.results.levels import Verdict
from tgi_conformance.results.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tgi_conformance.fleet.part import Planned


@frozen
class Source:
    """A piece, and the parts that have something of it, the best first."""

    planned: Planned
    parts: tuple[Part, ...]


@define
class Fleet:
    """Targets and where their reports are; each is read when it is asked for, so that memory stays flat.

    Attributes:
        problems: A line for each part that is missing or broken.
    """

    sources: Mapping[str, tuple[Source, ...]]
    problems: tuple[str, ...] = ()
    shards: int = 1
    absent: frozenset[int] = field(default=frozenset())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the targets, in the order of the fleet."""
        return tuple(self.sources)

    def columns(self) -> Iterator[Column]:
        """Give the report of each target, one at a time."""
        for name in self.sources:
            yield Column(name, self.report(name))

    def report(self, name: str) -> Report:
        """Return the report of a target."""
        return combined([self._found(source) for source in self.sources[name]])

    def _found(self, source: Source) -> Found:
        """Read a piece from the first part that can be read."""
        problem = ""
        for part in source.parts:
            try:
                return self._read(source.planned, part)
            except PartError as error:  # noqa: PERF203 - one part more or less
                problem = problem or str(error)
        return Found(_nothing(source.planned), problem or self._why_missing(source.planned))

    def _read(self, planned: Planned, part: Part) -> Found:
        record = part.records.get(planned.name, Record())
        report = part.report(planned.name)
        results = part.results(planned.name) if report is None else report.requirements
        requests, tokens = record.requests + record.used[0], record.generated_tokens + record.used[1]
        whole = evolve(
            report or _nothing(planned),
            requirements=results,
            requests=requests,
            generated_tokens=tokens,
        )
        return Found(whole, self._gap(planned, part, len(results)), whole=record.sessions <= 1)

    def _gap(self, planned: Planned, part: Part, results: int) -> str:
        """Say what is missing of a piece; empty if nothing is."""
        record = part.records.get(planned.name, Record())
        if record.finished and results == record.expected:
            return ""
        if part.broken_lines:
            return f"{part.path.name} is broken at line {part.broken_lines[0]}"
        ended = "was interrupted" if record.report is not None else "ended before it had finished"
        checked = f"{results} of {counted(planned.requirements, 'requirement')} were checked"
        return f"{self._named(planned)} {ended}: {checked}"

    def _why_missing(self, planned: Planned) -> str:
        if planned.shard in self.absent:
            return f"the part of {self._named(planned)} is missing"
        return f"{self._named(planned)} ended before it began with this target"

    def _named(self, planned: Planned) -> str:
        return f"shard {planned.shard}/{self.shards}" if self.shards > 1 else "the run"


def merge(paths: Sequence[Path], expect: int | None = None) -> Fleet:
    """Merge the parts of one fleet, in any order.

    A part that is missing or cannot be read is a problem; so is one of fewer shards than `expect`.

    Raises:
        PartError: No file is a part, or two are of different fleets.
    """
    parts, problems = _readable(paths)
    if not parts:
        raise PartError("; ".join(problems))
    _check_alike(parts)
    header = parts[0].header
    if expect is not None and expect != header.shards:
        raise PartError(f"--expect {expect}: {parts[0].path} is one of {header.shards} parts")
    absent = set(range(1, header.shards + 1)) - {part.header.shard for part in parts}
    missing = [f"the part of shard {shard}/{header.shards} is missing" for shard in sorted(absent)]
    broken = [
        f"{part.path}: {counted(len(part.broken_lines), 'line')} cannot be read, the first is line "
        f"{part.broken_lines[0]}"
        for part in parts
        if part.broken_lines
    ]
    return _fleet(header.fleet, parts, (*problems, *missing, *broken), absent)


def fleet_of(part: Part) -> Fleet:
    """Return what a shard itself had to check."""
    own = [planned for planned in part.header.fleet if planned.shard == part.header.shard]
    return _fleet(own, [part], (), set())


def _fleet(
    planned: Sequence[Planned], parts: Sequence[Part], problems: Sequence[str], absent: set[int]
) -> Fleet:
    sources = {
        target: tuple(Source(piece, _best_first(piece.name, parts)) for piece in pieces)
        for target, pieces in groupby(planned, key=lambda piece: piece.target)
    }
    return Fleet(sources, tuple(problems), parts[0].header.shards, frozenset(absent))


def _best_first(name: str, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Order the parts that have something of a piece, such as those of a shard that was repeated."""
    having = [part for part in parts if name in part.records]

    def worth(part: Part) -> tuple[bool, bool, int, str]:
        record = part.records[name]
        return record.is_final, record.finished, len(record.results), str(part.path)

    return tuple(sorted(having, key=worth, reverse=True))


def _readable(paths: Sequence[Path]) -> tuple[list[Part], list[str]]:
    parts, problems = [], []
    for path in sorted(dict.fromkeys(paths)):
        try:
            parts.append(read_part(path))
        except PartError as error:  # noqa: PERF203 - reading a file takes longer
            problems.append(str(error))
    return parts, problems


def _check_alike(parts: Sequence[Part]) -> None:
    first, *rest = parts
    for part in rest:
        if part.header.shards != first.header.shards:
            told = f"is of {part.header.shards} shards, {first.path} of {first.header.shards}"
            raise PartError(f"{part.path}: {told}")
        if part.header.digest != first.header.digest:
            raise PartError(
                f"{part.path}: is of another run than {first.path}: the targets, their settings or the "
                "version of the suite differ"
            )


def _nothing(planned: Planned) -> Report:
    """Return the report of a piece of which nothing is known."""
    return Report(
        version=version("tgi-conformance"),
        target=planned.url,
        server={},
        depth=planned.depth,
        seed=planned.seed,
        started="",
        seconds=0.0,
        requests=0,
        generated_tokens=0,
        verdict=Verdict.COULD_NOT_TELL,
        reason="",
        requirements=(),
        strict=planned.strict,
        gentle=planned.gentle,
    )
