"""What is shown while several targets run: a table on a terminal, a line for each elsewhere."""

from __future__ import annotations

import io

import pytest
from attrs import evolve
from rich.console import Console
from tests.conformance.reports.samples import BAD, GOOD, NONE, result

from tgi_conformance.engine.progress import Progress
from tgi_conformance.reports.fleet_progress import MOST_ROWS, LiveTable, watching_fleet
from tgi_conformance.results.levels import Outcome

FAILED = Progress(result("fails", Outcome.FAILED), 12, 57, 9, 80)


def drawn(table: LiveTable, width: int = 120, height: int = 50) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, height=height).print(table)
    return stream.getvalue()


def test_a_pipe_gets_a_line_for_each_target() -> None:
    stream = io.StringIO()
    with watching_fleet(3, stream, outcomes=False) as watcher:
        for name, report in (("a", GOOD), ("b", BAD), ("c", NONE)):
            watcher.begin(name)
            watcher.progress(name, FAILED)
            watcher.report(name, evolve(report, seconds=1.0))
    lines = stream.getvalue().splitlines()

    assert "a: conforms, 1,045 requests, 1.0 s; 1 of 3 targets" == lines[0]
    assert lines[1].startswith("b: does not conform, 6 failed")
    assert lines[2].endswith("; 3 of 3 targets: the deployment cannot be reached: no connection")


def test_the_table_has_a_row_for_each_target_that_runs() -> None:
    table = LiveTable(500)
    for name in ("first", "second", "third"):
        table.begin(name)
    table.progress("second", FAILED)
    table.report("first", GOOD)
    table.report("third", BAD)
    text = drawn(table)

    assert "first" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("second")]
    assert ["second", "12/57", "9", "1"] == row.split()[:4]
    assert "2 of 500 targets (1 conforms, 1 does not conform)" in text


def test_a_table_does_not_outgrow_a_screen() -> None:
    table = LiveTable(100)
    for number in range(MOST_ROWS + 5):
        table.begin(f"t{number}")

    assert MOST_ROWS + 3 >= len(drawn(table).splitlines())
    assert "5 more run" in drawn(table)


def test_a_small_terminal_has_the_columns_and_the_counts() -> None:
    table = LiveTable(500)
    for number in range(12):
        table.begin(f"t{number}")
    table.progress("t1", FAILED)
    table.report("t11", BAD)
    lines = drawn(table, 40, 12).splitlines()

    assert ["target", "checked", "requests", "failed", "s"] == lines[0].split()
    assert ["t1", "12/57", "9", "1"] == lines[2].split()[:4]
    assert len(lines) < 12
    assert "1 of 500 targets (1 does not conform)" in " ".join(lines)
    assert "3 more run" in " ".join(lines)


@pytest.mark.parametrize("name", ["a\x1b[31m", "a\u202eb"])
def test_names_are_escaped(name: str) -> None:
    table = LiveTable(1)
    table.begin(name)

    assert name not in drawn(table)
