"""A part that was interrupted, damaged, or is written already: what `--resume` does with it."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.fleet.parts import targets, write_part

from tgi_conformance.fleet.merge import merge
from tgi_conformance.fleet.part import PartError, read_part
from tgi_conformance.fleet.part_writer import PartWriter
from tgi_conformance.fleet.plan import plan_of
from tgi_conformance.fleet.run import Shift
from tgi_conformance.reports.fleet_progress import Quiet
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from pathlib import Path

PLAN = plan_of(targets(3))
STOPPED = threading.Event()
STOPPED.set()  # so that a shift writes what it has to do, and asks no server


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Give a part with three targets."""
    return write_part(tmp_path, PLAN, 1)


def names(shift: Shift) -> list[str]:
    return [todo.named.name for todo in shift.todos()]


def test_a_whole_part_leaves_nothing_to_do(part: Path) -> None:
    assert [] == names(Shift(PLAN, 1, part, resume=True))


@pytest.mark.parametrize("place", [2, 5])
def test_a_target_with_a_damaged_line_is_checked_again(part: Path, place: int) -> None:
    lines = part.read_bytes().splitlines(keepends=True)
    lines[place] = lines[place].replace(b"MUST", b"must").replace(b"passed", b"qassed")
    part.write_bytes(b"".join(lines))

    assert ["t0"] == names(Shift(PLAN, 1, part, resume=True))


def test_a_damaged_line_is_no_problem_once_its_target_was_checked_again(part: Path) -> None:
    whole = part.read_bytes()
    lines = whole.splitlines(keepends=True)
    lines[2] = b"{}\n"
    part.write_bytes(b"".join(lines))
    (before,) = merge([part]).problems
    writer = PartWriter(part)
    writer.go_on(part.stat().st_size)
    writer.close()
    between = merge([part])
    last = next(place for place, line in enumerate(lines) if b'"event":"report"' in line)
    with part.open("ab") as file:
        file.writelines(whole.splitlines(keepends=True)[1 : last + 1])

    assert "1 line cannot be read, the first is line 3" in before
    assert ((), Verdict.COULD_NOT_TELL) == (between.problems, between.report("t0").verdict)
    assert Verdict.COULD_NOT_TELL is not merge([part]).report("t0").verdict


@pytest.mark.parametrize("length", [0, 5, 40, 300])
def test_a_part_whose_first_line_was_not_completed_begins_anew(part: Path, length: int) -> None:
    part.write_bytes(part.read_bytes()[:length])
    shift = Shift(PLAN, 1, part, resume=True)
    shift.check()

    assert ["t0", "t1", "t2"] == names(shift)
    assert [] == shift.run(Quiet(), STOPPED).broken_lines


def test_a_file_that_is_no_part_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no part")
    with pytest.raises(PartError, match="not a part"):
        Shift(PLAN, 1, file, resume=True).check()

    assert "no part" == file.read_text()


@pytest.mark.skipif(os.name == "nt", reason="files are not locked there")
def test_one_process_at_a_time_writes_a_part(part: Path) -> None:
    before = part.read_bytes()
    writer = PartWriter(part)
    with pytest.raises(OSError, match="is being written by another process"):
        Shift(PLAN, 1, part, resume=True).run(Quiet(), STOPPED)
    writer.close()

    assert before == part.read_bytes()
    assert not read_part(part).broken_lines


def test_a_part_that_appears_between_the_check_and_the_run_is_not_replaced(part: Path) -> None:
    before = part.read_bytes()
    with pytest.raises(PartError, match="already exists"):
        Shift(PLAN, 1, part).run(Quiet(), STOPPED)

    assert before == part.read_bytes()


def test_a_full_disk_is_named_and_nothing_follows_a_torn_line(
    part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PartWriter(part, durable=False)
    real, room = os.write, 10

    def write(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken, room = data[:room], 0
        return real(file, taken)

    before = part.read_bytes()
    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match=r"jsonl: cannot be written: No space left") as raised:
        writer.begin("t0")
    monkeypatch.setattr(os, "write", real)
    with pytest.raises(OSError, match="cannot be written"):
        writer.begin("t1")
    with pytest.raises(OSError, match="cannot be written"):
        writer.close()

    assert str(raised.value).startswith(str(part))
    assert before + b'{"event":"' == part.read_bytes()


def test_an_interrupted_target_goes_on_with_the_rest(part: Path) -> None:
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[:4]))
    first, *others = Shift(PLAN, 1, part, resume=True).todos()
    selected = {one.id for one in PLAN.pieces[0].named.config.selected}

    assert 2 == len(first.known)
    assert selected - first.known == set(first.named.config.share or ())
    assert ["t1", "t2"] == [todo.named.name for todo in others]
    assert evolve(first.named.config, share=None) == PLAN.pieces[0].named.config
