"""Reports are compared, and the changes are shown."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from rich.console import Console
from tests.conformance.reports.samples import BAD, NONE, RESULTS, SEEN, hostile, result
from tests.conformance.reports.test_html import UNSAFE, Reader, anchors
from tests.conformance.reports.test_markdown import rendered

from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.matrix import print_matrix, write_matrix_markdown
from tgi_conformance.reports.matrix_html import write_matrix_html
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.results.comparison import Column, compare, differing
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tgi_conformance.results.report import Report


def report(*results: tuple[str, Outcome]) -> Report:
    seen = {Outcome.FAILED: SEEN, Outcome.UNSUPPORTED: {"reason": "POST /generate answered 404"}}
    return evolve(BAD, requirements=tuple(result(i, o, **seen.get(o, {})) for i, o in results))


PASS, FAIL, KNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.KNOWN_DEVIATION
GONE, INCONCLUSIVE = Outcome.UNSUPPORTED, Outcome.INCONCLUSIVE
BEFORE = report(
    *(("stays", PASS), ("breaks", PASS), ("worsens", KNOWN), ("is-fixed", FAIL), ("stays-broken", FAIL)),
    *(
        ("goes", PASS),
        ("was-inconclusive", INCONCLUSIVE),
        ("was-gone", GONE),
        ("is-dropped", PASS),
        ("deviates", PASS),
    ),
)
AFTER = report(
    *(("stays", PASS), ("breaks", FAIL), ("worsens", FAIL), ("is-fixed", PASS), ("stays-broken", FAIL)),
    *(("goes", GONE), ("was-inconclusive", FAIL), ("was-gone", FAIL), ("is-new", FAIL), ("deviates", KNOWN)),
)
COLUMNS = (Column("old", BEFORE), Column("new", AFTER), Column("gone", NONE))


def names(results: tuple[object, ...]) -> list[str]:
    return [getattr(one, "id", str(one)).removeprefix("generate.") for one in results]


def printed(columns: tuple[Column, ...], *, terminal: bool = False) -> str:
    out = io.StringIO()
    print_matrix(
        columns, Console(file=out, width=80, force_terminal=terminal, highlight=False, soft_wrap=True)
    )
    return out.getvalue()


def test_changes_are_classified() -> None:
    found = compare(BEFORE, AFTER)

    assert ["breaks", "worsens"] == names(found.broke)
    assert ["goes"] == names(found.withdrawn)
    assert ["is-fixed"] == names(found.fixed)
    assert ["was-inconclusive", "was-gone", "is-new"] == names(found.new)
    assert ["is-dropped"] == names(found.left_out)
    assert found.regressed
    assert not compare(AFTER, AFTER).regressed


def test_a_strict_run_counts_known_deviations_as_broken() -> None:
    assert ["deviates"] == names(compare(BEFORE, evolve(report(("deviates", KNOWN)), strict=True)).broke)


def test_rows_are_what_differs_or_is_broken() -> None:
    rows = [i.removeprefix("generate.") for i in differing(COLUMNS)]

    assert "stays" not in rows
    assert {"breaks", "stays-broken", "deviates", "is-new", "is-dropped"} <= set(rows)


def test_the_terminal_shows_it(snapshot: SnapshotAssertion) -> None:
    assert snapshot == printed(COLUMNS)


def test_the_markdown_shows_it(snapshot: SnapshotAssertion) -> None:
    assert snapshot == write_matrix_markdown(COLUMNS)


def test_the_page_shows_it(snapshot: SnapshotAssertion) -> None:
    page = write_matrix_html(COLUMNS)

    assert snapshot == page[page.index("<main>") : page.index("</main>")]
    reader = Reader(page)
    assert anchors(reader) <= set(reader.attributes("id"))


def test_the_page_leaves_out_empty_columns_and_puts_failures_first() -> None:
    page = write_matrix_html(COLUMNS)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    rows = re.findall(r'<tr id="([^"]+)"( class="calm")?>', page)

    assert ["requirement", "worst outcome", "<span>old</span>", "<span>new</span>"] == heads
    assert [] != [calm for _, calm in rows if calm] != [calm for _, calm in rows]
    assert sorted(rows, key=lambda row: bool(row[1])) == rows
    assert "Not shown here: " in page


@pytest.mark.parametrize("terminal", [False, True])
def test_hostile_text_is_inert(*, terminal: bool) -> None:
    bad = hostile()
    columns = (Column("a|b`<i>", evolve(bad, requirements=RESULTS[:1])), Column("b\x1b[31m", bad))
    page, markdown = write_matrix_html(columns), write_matrix_markdown(columns)
    safe = {tag for tag, _ in Reader(write_matrix_html(COLUMNS)).elements}

    assert UNSAFE.search(page) is UNSAFE.search(markdown) is None
    assert {tag for tag, _ in Reader(page).elements} <= safe
    tags = {tag for tag, _ in rendered(markdown).elements}
    assert not {"script", "img", "a", "i"} & tags
    assert "table" in tags
    shown = printed(columns, terminal=terminal)
    assert "\x1b[31mred" not in shown
    assert "\u202e" not in shown


def test_a_report_is_read_back_as_it_was(tmp_path: Path) -> None:
    for one in (BAD, NONE, AFTER):
        (tmp_path / "r.json").write_text(write_json(one), "utf-8")
        read = read_report(tmp_path / "r.json")

        assert evolve(one, seconds=round(one.seconds, 3)) == read


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not JSON"),
        ("[]", "not a report"),
        ('{"verdict": "fine"}', "not a report"),
        ("[" * 100_000, "not JSON"),
        ("\ud800", "not JSON"),
    ],
)
def test_a_file_that_is_no_report_is_a_one_line_error(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(ReportError, match=complaint) as message:
        read_report(path)
    assert 1 == len(str(message.value).splitlines())
    assert str(path) in str(message.value)
