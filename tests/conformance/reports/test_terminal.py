"""What a run prints: it wraps on a terminal, but for what is to be copied, and ends with the verdict."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from rich.cells import cell_len
from rich.console import Console
from tests.conformance.reports.samples import BAD, CURL, GOOD, NONE, SEEN, in_letters, result

from tgi_conformance.cli.output import console
from tgi_conformance.reports.terminal import print_report
from tgi_conformance.results.levels import Level, Outcome

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report

LONG = " ".join(["A server says many words about 日本語 and more"] * 12)
CURL_LONG = f"{CURL} {'x' * 300}"


def printed(report: Report, width: int | None = None, written: dict[str, Path] | None = None) -> list[str]:
    """Print on a terminal of this width, or into a pipe; without colours."""
    out = io.StringIO()
    shown_on = Console(file=out, width=width, force_terminal=width is not None, color_system=None)
    print_report(report, shown_on, written)
    return out.getvalue().splitlines()


def failing(count: int, **rest: Any) -> Report:
    """Give a report of failures that have each a cause of its own."""
    failures = [
        result(f"n{n}", Outcome.FAILED, **{**SEEN, "expected": in_letters(n), "actual": "x", **rest})
        for n in range(count)
    ]
    return evolve(BAD, requirements=tuple(failures))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_prose_wraps_at_the_width_of_a_terminal_and_curl_lines_do_not(width: int) -> None:
    report = evolve(failing(1, actual=LONG, curl=CURL_LONG, why=LONG, statement=LONG), reason=LONG)
    lines = printed(report, width)
    wide = [line for line in lines if cell_len(line) > width and not line.startswith("route ")]

    assert [f"  {CURL_LONG}"] == wide
    assert [] == [line for line in lines[lines.index("") :] if line != line.rstrip()]
    assert LONG in " ".join(line[12:] if line.startswith(" ") else line for line in lines)


def test_what_wraps_stands_below_itself() -> None:
    lines = printed(failing(1, actual=LONG), 80)
    place = next(n for n, line in enumerate(lines) if line.startswith("  actual    A server"))

    assert lines[place + 1].startswith(" " * 12 + "words")


def test_a_pipe_gets_each_text_in_one_line() -> None:
    lines = printed(failing(1, actual=LONG, curl=CURL_LONG))

    assert f"  actual    {LONG}" in lines
    assert f"  {CURL_LONG}" in lines


def test_a_pipe_gets_the_whole_table(capsys: pytest.CaptureFixture[str]) -> None:
    every = [result(f"n{n}", outcome) for n, outcome in enumerate(Outcome)]
    print_report(evolve(BAD, requirements=tuple(every)), console())
    head = re.split(" {2,}", capsys.readouterr().out.splitlines()[0])

    assert ["route", "passed", "failed", "known deviation", "intermittent"] == head[:5]
    assert ["unsupported", "inconclusive", "internal error"] == head[5:]


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (5, None),
        (6, "… and 1 more cause; see --html FILE or --json FILE"),
        (12, "… and 7 more causes; see --html FILE or --json FILE"),
    ],
)
def test_five_causes_are_printed_and_the_others_counted(count: int, last: str | None) -> None:
    lines = printed(failing(count))

    assert 5 == len([line for line in lines if line.startswith("MUST  ")])
    assert last == next((line for line in lines if line.startswith("… and")), None)


def test_the_file_with_everything_is_named() -> None:
    both = {"json": Path("a.json"), "html": Path("a.html"), "badge": Path("b.json")}

    assert "… and 1 more cause; see a.html" in printed(failing(6), None, both)
    assert "… and 1 more cause; see a.json" in printed(failing(6), None, {"json": Path("a.json")})


def test_a_cause_names_its_requirements_and_counts_levels_and_routes() -> None:
    must = [result(f"n{n}", Outcome.FAILED, **SEEN) for n in range(5)]
    should = evolve(result("n", Outcome.FAILED, Level.SHOULD, **SEEN), id="root.n", why="Proxies.")
    lines = printed(evolve(BAD, requirements=(should, *must)))
    named = "generate.n0, generate.n1, generate.n2, generate.n3 and 2 more"

    assert f"  failed    {named} (5 MUST and 1 SHOULD, 2 routes)" in lines
    assert "MUST  What `n0` says." in lines
    assert [] == [line for line in lines if line.startswith("  why")], "they do not share it"


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (
            BAD,
            (
                "http://h.test does not conform. 4 MUST, 1 SHOULD and 1 MAY requirements fail on the "
                "generate route; most concern the members of answers."
            ),
        ),
        (GOOD, "http://h.test conforms. No requirement fails; 1 known deviation of TGI itself."),
        (NONE, "http://h.test could not tell: the deployment cannot be reached: no connection"),
    ],
    ids=["bad", "good", "could not tell"],
)
def test_the_verdict_comes_last(report: Report, expected: str) -> None:
    assert expected == printed(report)[-1]
