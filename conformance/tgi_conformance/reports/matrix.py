"""Several reports beside each other: a column each, a row for what differs or is broken."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen
from rich.markup import escape

from tgi_common.text import escaped
from tgi_conformance.comparison import Column, Comparison, compare, differing
from tgi_conformance.reports.page import write_page
from tgi_conformance.reports.signs import OUTCOMES, VERDICTS, Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from tgi_conformance.report import Result

COLOURS = {
    "pass": "green",
    "fail": "red",
    "known": "yellow",
    "unsupported": "cyan",
    "inconclusive": "magenta",
    "error": "magenta",
    "intermittent": "yellow",
}
NOT_HELD = Sign("none", "", "not held")
LEFT_OUT = "unsupported"
MOST_ROWS = 40  # of a screen; pages have them all


@frozen
class Head:
    """What stands above a column."""

    name: str
    target: str
    server: str
    verdict: Sign
    counts: str


@frozen
class Row:
    """A requirement, and the sign of its outcome in each column."""

    id: str
    level: str
    statement: str
    cells: tuple[Sign, ...]


@frozen
class Change:
    """What is different in a column from the first one: a title and the findings under it."""

    title: str
    slug: str
    findings: tuple[tuple[str, str], ...]


@frozen
class Matrix:
    """Everything that is shown; `changes` has a list for each column but the first that can be compared."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    same: int


def matrix_of(columns: tuple[Column, ...]) -> Matrix:
    """Lay reports out; the first is what the others are held against."""
    first = columns[0].report
    outcomes = [{r.id: OUTCOMES[r.outcome] for r in column.report.requirements} for column in columns]
    known = {r.id: r for column in columns for r in column.report.requirements}
    ids = differing(columns)
    rows = [_row(known[i], tuple(column.get(i, NOT_HELD) for column in outcomes)) for i in ids]
    changes = [
        (column.name, tuple(_changes(compare(first, column.report))))
        for column in columns[1:]
        if first.requirements and column.report.requirements
    ]
    return Matrix(tuple(map(_head, columns)), tuple(rows), tuple(changes), len(known) - len(ids))


def _row(result: Result, cells: tuple[Sign, ...]) -> Row:
    return Row(result.id, result.level.value, result.statement, cells)


def _head(column: Column) -> Head:
    report = column.report
    counts = Counter(result.outcome for result in report.requirements)
    said = ", ".join(
        f"{counts[outcome]} {sign.title}" for outcome, sign in OUTCOMES.items() if counts[outcome]
    )
    server = f"{report.server.get('model_id', '')} {report.server.get('version', '')}".strip()[:120]
    return Head(column.name, report.target, server, VERDICTS[report.verdict], said or report.reason[:300])


def _changes(found: Comparison) -> Iterator[Change]:
    for title, slug, results in (
        ("broke", "fail", found.broke),
        ("not offered any more", "fail", found.withdrawn),
        ("mended", "pass", found.mended),
        ("new, and broken", "known", found.new),
    ):
        if results:
            yield Change(title, slug, tuple((r.id, _said(r)) for r in results))
    if found.left_out:
        yield Change("not held any more", LEFT_OUT, tuple((i, "") for i in found.left_out))


def _said(result: Result) -> str:
    if not result.actual:
        return result.reason[:300]
    return f"{result.actual[:200]} instead of {result.expected[:200]}"


def print_matrix(columns: tuple[Column, ...], console: Console) -> None:
    """Print the matrix and what changed."""
    matrix = matrix_of(columns)
    for line in _table(matrix):
        console.print(line)
    if len(matrix.rows) > MOST_ROWS:
        console.print(f"… and {len(matrix.rows) - MOST_ROWS} more rows, in --html FILE and --markdown FILE")
    console.print(f"{matrix.same} requirements have one outcome everywhere, and none of them is broken\n")
    for name, changes in matrix.changes:
        _print_changes(f"{name} against {matrix.heads[0].name}", changes, console)
    for head in matrix.heads:
        colour = COLOURS[head.verdict.slug]
        console.print(
            f"[bold {colour}]{_safe(head.name)}: {head.verdict.title.lower()}[/]  {_safe(head.counts)}"
        )


def _table(matrix: Matrix) -> Iterator[str]:
    """Lay the rows out by hand: a table of rich would cut ids to the width of the screen."""
    if not matrix.rows:
        return
    names = [escaped(head.name) for head in matrix.heads]
    width = max(len(row.id) for row in matrix.rows)
    yield f"{'requirement':<{width}}  {escape('  '.join(names))}"
    for row in matrix.rows[:MOST_ROWS]:
        cells = [_cell(cell, len(name)) for cell, name in zip(row.cells, names, strict=True)]
        yield f"{_safe(row.id):<{width}}  {'  '.join(cells)}".rstrip()


def _print_changes(title: str, changes: tuple[Change, ...], console: Console) -> None:
    if not changes:
        console.print(f"{_safe(title)}: nothing changed\n")
        return
    console.print(f"[bold]{_safe(title)}[/]")
    for change in changes:
        console.print(f"  [{COLOURS[change.slug]}]{change.title} {len(change.findings)}[/]")
        for name, actual in change.findings[: MOST_ROWS if change.slug != LEFT_OUT else 0]:
            console.print(f"    {_safe(name)}  [dim]{_safe(actual)}[/]".rstrip())
        if change.slug != LEFT_OUT and len(change.findings) > MOST_ROWS:
            console.print(f"    … and {len(change.findings) - MOST_ROWS} more")
    console.print()


def _cell(sign: Sign, width: int) -> str:
    shown = f"{sign.sign or '·':^{width}}"
    return f"[{COLOURS[sign.slug]}]{shown}[/]" if sign.slug in COLOURS else f"[dim]{shown}[/]"


def _safe(text: str) -> str:
    return escape(escaped(text))


def write_matrix_markdown(columns: tuple[Column, ...]) -> str:
    """Give the matrix as GitHub's Markdown."""
    matrix = matrix_of(columns)
    names = [_inert(head.name) for head in matrix.heads]
    lines = ["## TGI API conformance", "", f"| | {' | '.join(names)} |", f"| --- |{' :---: |' * len(names)}"]
    lines.append(_line("verdict", [f"{head.verdict.sign} {head.verdict.title}" for head in matrix.heads]))
    lines.append(_line("target", [_inert(head.target) for head in matrix.heads]))
    lines.append(_line("outcomes", [_inert(head.counts) for head in matrix.heads]))
    lines += [_line(_inert(row.id), [cell.sign or "·" for cell in row.cells]) for row in matrix.rows]
    lines += ["", f"{matrix.same} requirements have one outcome everywhere, and none of them is broken.", ""]
    for name, changes in matrix.changes:
        lines += [f"### {_inert(name)} against {names[0]}", ""]
        lines += [line for change in changes for line in _change_lines(change)] or ["Nothing changed.", ""]
    return "\n".join(lines)


def _change_lines(change: Change) -> list[str]:
    items = [f"- {_inert(name)} {_inert(actual)}".rstrip() for name, actual in change.findings]
    return [f"**{change.title}: {len(change.findings)}**", "", *items, ""]


def _line(title: str, cells: list[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def _inert(text: str) -> str:
    """Write a text so that Markdown sees letters and digits alone, all else as references."""
    if not text:
        return ""
    shown = re.sub(r"[^\w .-]", lambda found: f"&#{ord(found.group())};", escaped(text))
    return f"<code>{shown}</code>"


def write_matrix_html(columns: tuple[Column, ...]) -> str:
    """Give the matrix as one page that needs nothing else."""
    return write_page("matrix.html.j2", matrix=matrix_of(columns), version=columns[0].report.version)
