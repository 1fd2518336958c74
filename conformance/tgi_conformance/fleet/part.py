"""Read a part, whatever became of it: a line that is cut off or damaged loses only itself."""

from __future__ import annotations

import json
from array import array
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import define, evolve, field, frozen

from tgi_conformance.config.targets import NAME
from tgi_conformance.fleet.part_line import opened
from tgi_conformance.fleet.part_writer import FORMAT, RESUMED
from tgi_conformance.fleet.shard import MOST_SHARDS
from tgi_conformance.reports.read_json import ReportError, report_of, result_of
from tgi_conformance.results.levels import Depth, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tgi_conformance.results.report import Report, Result

LONGEST = 64 * 1024 * 1024  # bytes of a line
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading a line raises that has not the form of an event."""
BEGINNING = b'{"event":"part",'
TEXTS = ("id", "operation", "statement", "source", "why", "category", "expected", "actual", "reason", "curl")


class PartError(ValueError):
    """A file that is not a part, or cannot be read; the message is one line."""


@frozen
class Planned:
    """A piece as the header of a part names it; see `fleet.plan.Piece`."""

    name: str
    target: str
    url: str
    shard: int
    depth: Depth
    seed: int
    strict: bool
    gentle: bool
    requirements: int


@frozen
class Header:
    """The first line of a part."""

    digest: str
    shard: int
    shards: int
    fleet: tuple[Planned, ...]


@define
class Record:
    """What a part has of one piece: where its lines are, and how far it came.

    Attributes:
        results: Offsets of the lines with its results.
        report: Offset of the line with its report; None if there is none.
        verdict: The verdict of that report.
        finished: Whether the report is that of a run which was not interrupted.
        expected: How many results there are according to the report.
        sessions: How many runs it took.
        requests, generated_tokens: What sessions before the last one used.
        used: What the last session has used so far, likewise.
    """

    results: array[int] = field(factory=lambda: array("q"))
    report: int | None = None
    verdict: Verdict | None = None
    finished: bool = False
    expected: int = 0
    sessions: int = 0
    requests: int = 0
    generated_tokens: int = 0
    used: tuple[int, int] = (0, 0)

    @property
    def is_final(self) -> bool:
        """Whether there is a verdict that another try would not change."""
        return self.finished and self.verdict is not Verdict.COULD_NOT_TELL


@define
class Part:
    """The index of a part; what is in its lines is read when it is asked for."""

    path: Path
    header: Header
    records: dict[str, Record] = field(factory=dict)
    broken_lines: list[int] = field(factory=list)
    end: int = 0
    """How many bytes end with a whole line."""

    def results(self, name: str) -> tuple[Result, ...]:
        """Return the results of a piece, a later one in place of an earlier one; raises PartError."""
        record = self.records.get(name, Record())
        found: dict[str, Result] = {}
        for event in self._events(record.results):
            result = result_of(event["result"])
            found[result.id] = result
        return tuple(found.values())

    def report(self, name: str) -> Report | None:
        """Return the last report of a piece with all its results, or None; raises PartError."""
        record = self.records.get(name, Record())
        if record.report is None:
            return None
        (event,) = self._events(array("q", [record.report]))
        try:
            report = report_of(event["report"])
        except ReportError as error:
            raise PartError(f"{self.path}: {error}") from None
        results = {one.id: one for one in (*self.results(name), *report.requirements)}
        return evolve(report, requirements=tuple(results.values()))

    def has_verdict(self, name: str) -> bool:
        """Whether a piece has all of its results, and a verdict that another try would not change."""
        record = self.records.get(name, Record())
        if not record.is_final:
            return False
        try:
            report = self.report(name)
        except PartError:
            return False
        return report is not None and len(report.requirements) == record.expected

    def _events(self, offsets: array[int]) -> Iterator[Any]:
        try:
            with self.path.open("rb") as file:
                for offset in offsets:
                    file.seek(offset)
                    yield opened(file.readline(LONGEST))
        except (OSError, ValueError) as error:
            raise PartError(f"{self.path}: has changed while it was read: {error}") from None


def read_part(path: Path) -> Part:
    """Index a part; raises PartError."""
    try:
        with path.open("rb") as file:
            return _indexed(path, file)
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {error.strerror}") from None


def begins_only(path: Path) -> bool:
    """Whether a file is empty, or has only the beginning of a part's first line; raises PartError."""
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST)
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {error.strerror}") from None
    return not line.endswith(b"\n") and line[: len(BEGINNING)] == BEGINNING[: len(line)]


def _indexed(path: Path, file: BinaryIO) -> Part:
    first = file.readline(LONGEST)
    part = Part(path, _header(path, first), end=len(first))
    for number, (line, size) in enumerate(_lines(file), 2):
        if not _take(part, line, part.end):
            part.broken_lines.append(number)
        part.end += size
    return part


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Give each line and its size; one that is too long is empty, one that was not completed is left out."""
    while line := file.readline(LONGEST):
        size = len(line)
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST)
            size += len(line)
        if line:
            yield (line if size == len(line) else b""), size


def _header(path: Path, line: bytes) -> Header:
    expected = f"{path}: not a part, expected a file of `run --shard` or `run --part`"
    try:
        value = json.loads(line)
        if value["event"] != "part":
            raise PartError(expected)
        if value["format"] != FORMAT:
            raise PartError(f"{path}: a part of format {value['format']!r}, expected {FORMAT}")
        return _checked_header(opened(line))
    except UNREADABLE as error:
        if isinstance(error, PartError):
            raise
        if line.startswith(BEGINNING):
            raise PartError(f"{path}: is broken at line 1, which says whose part it is") from None
        raise PartError(expected if line else f"{path}: is empty, expected a part") from None


def _checked_header(value: dict[str, Any]) -> Header:
    """Make the header, of types that the rest relies on; names become names of files."""
    fleet = tuple(Planned(**{**one, "depth": Depth(one["depth"])}) for one in value["fleet"])
    header = Header(value["digest"], value["shard"], value["shards"], fleet)
    texts = chain([header.digest], *((one.name, one.target, one.url) for one in fleet))
    numbers = chain(
        [header.shard, header.shards], *((one.shard, one.requirements, one.seed) for one in fleet)
    )
    sound = (
        all(type(text) is str for text in texts)
        and all(type(number) is int for number in numbers)
        and header.shards <= MOST_SHARDS
        and all(1 <= shard <= header.shards for shard in (header.shard, *(one.shard for one in fleet)))
        and all(NAME.fullmatch(one.target) for one in fleet)
        and len({one.name for one in fleet}) == len(fleet)
    )
    if not sound:
        raise ValueError("not a header")
    return header


def _take(part: Part, line: bytes, offset: int) -> bool:
    """Index a line; return whether it could be read."""
    try:
        event = opened(line)
        if event["event"] == RESUMED:
            part.broken_lines.clear()  # what was in them has been checked again, or is named as missing
            return True
        record = part.records.setdefault(str(event["name"]), Record())
        _TAKERS[event["event"]](record, event, offset)
    except UNREADABLE:
        return False
    return True


def _begin(record: Record, event: dict[str, Any], _: int) -> None:
    """Start another session; one that does not go on replaces what there is."""
    if not event["goes_on"]:
        record.results = array("q")
        record.requests, record.generated_tokens, record.sessions = 0, 0, 0
        record.used = (0, 0)
    record.sessions += 1
    record.requests += record.used[0]
    record.generated_tokens += record.used[1]
    record.report, record.verdict, record.finished, record.used = None, None, False, (0, 0)


def _result(record: Record, event: dict[str, Any], offset: int) -> None:
    _check_types(event["result"])
    record.results.append(offset)
    record.used = (int(event["requests"]), int(event["generated_tokens"]))


def _check_types(value: dict[str, Any]) -> None:
    """Raise one of UNREADABLE unless every report can be made of a result."""
    result = result_of(value)
    for name in TEXTS:
        value.get(name, "").encode()
    if not all(type(text) is str for text in (*result.symptoms, *result.profiles)):
        raise TypeError("expected texts")
    if type(result.cases) is not int:
        raise TypeError("expected a number of cases")
    if not all(type(flag) is bool for flag in (result.scored, result.accepted)):
        raise TypeError("expected true or false")
    round(result.seconds, 3)


def _report(record: Record, event: dict[str, Any], offset: int) -> None:
    record.verdict = Verdict(event["report"]["verdict"])
    record.finished = bool(event["finished"])
    record.expected = int(event["results"])
    record.report = offset
    record.used = (int(event["report"]["requests"]), int(event["report"]["generated_tokens"]))


_TAKERS = {"begin": _begin, "result": _result, "report": _report}
