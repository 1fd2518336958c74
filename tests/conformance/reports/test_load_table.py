"""What a load run measured is in every report that people read, and in JSON, from which it is read again."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from attrs import evolve
from rich.console import Console
from tests.conformance.reports.samples import NONE

from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.load_table import HEAD, load_line, load_rows
from tgi_conformance.reports.markdown import write_markdown
from tgi_conformance.reports.read_json import read_report
from tgi_conformance.reports.terminal import print_report
from tgi_conformance.results.load_figures import LoadFigures, RouteFigures

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

LATENCIES = {"first": (48.0, 69.0, 1400.0), "between": (0.0, 6.71, 23.0), "pace": (230.0, 700.0, 3100.0)}
FIGURES = LoadFigures(
    users=50,
    processes=2,
    seconds=60.04,
    offered=600.0,
    achieved=431.2,
    mixed_up=0.9251,
    routes=(
        RouteFigures("generate-stream", 12_345, 67, 8, LATENCIES),
        RouteFigures("completions", 0, 0, 0),
    ),
)
LOADED = evolve(NONE, load=FIGURES)


def test_the_line_says_who_asked_and_what_would_have_been_seen() -> None:
    assert (
        "50 users in 2 processes for 60.0 s; offered 600.0 requests/s, achieved 431.2 requests/s; one "
        "mixed-up answer in 10,000 would have been seen with a probability of 92.5%"
    ) == load_line(FIGURES)
    assert "offered as many as are answered" in load_line(evolve(FIGURES, offered=None))
    assert "1 user in 1 process" in load_line(evolve(FIGURES, users=1, processes=1))


def test_a_row_for_each_form() -> None:
    first, second = load_rows(FIGURES)

    assert len(HEAD) == len(first) == len(second)
    assert ("generate-stream", "12,345", "67", "8", "48 / 69 / 1,400", "0.0 / 6.7 / 23") == first[:6]
    assert ("completions", "0", "0", "0", "·", "·", "·", "·") == second


def test_every_report_for_people_has_the_table(snapshot: SnapshotAssertion) -> None:
    printed = StringIO()
    print_report(LOADED, Console(file=printed, width=200, soft_wrap=True))

    assert snapshot == printed.getvalue()
    for text in (write_html(LOADED), write_markdown(LOADED)):
        assert load_line(FIGURES) in text
        assert [] == [cell for row in load_rows(FIGURES) for cell in row if cell not in text]


def test_json_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(write_json(LOADED))

    assert FIGURES == read_report(file).load
