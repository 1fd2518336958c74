"""Several reports in one matrix: a column per report, a row per requirement that differs or failed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen
from rich.markup import escape

from tgi_common.plural import counted
from tgi_common.text import escaped
from tgi_conformance.reports.lines import Lines
from tgi_conformance.reports.signs import OUTCOMES, VERDICTS, Sign, profile_sign
from tgi_conformance.results.comparison import Column, Comparison, compare, differing
from tgi_conformance.results.profiles import profiles_told
from tgi_conformance.results.summary import report_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from tgi_conformance.results.profiles import ProfileResult
    from tgi_conformance.results.report import Result

COLOURS = {
    "passed": "green",
    "failed": "red",
    "known": "yellow",
    "unsupported": "cyan",
    "inconclusive": "magenta",
    "error": "magenta",
    "intermittent": "yellow",
}
NOT_CHECKED = Sign("none", "", "not checked")
LEFT_OUT = "unsupported"
MOST_ROWS = 40  # in a terminal; files have them all


@frozen
class Head:
    """The head of a column."""

    name: str
    target: str
    server: str
    verdict: Sign
    sentence: str
    counts: str
    profiles: tuple[ProfileResult, ...] = ()

    @property
    def profiles_shown(self) -> str:
        """The verdict on each profile, in one line."""
        return profiles_told(self.profiles)


@frozen
class Row:
    """A requirement, and its outcome in each column."""

    id: str
    level: str
    statement: str
    cells: tuple[Sign, ...]


@frozen
class Change:
    """One kind of difference from the first column: a title and its findings."""

    title: str
    slug: str
    findings: tuple[tuple[str, str], ...]


@frozen
class Matrix:
    """The whole matrix; `changes` has an entry for each later column that can be compared with the first."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    same: int

    @property
    def same_shown(self) -> str:
        """How many requirements have no row."""
        count = counted(self.same, "requirement")
        return f"Not shown: {count} with the same outcome in every report and no failure"


def matrix_of(columns: tuple[Column, ...]) -> Matrix:
    """Make the matrix; the first report is what the others are compared with."""
    first = columns[0].report
    outcomes = [{r.id: OUTCOMES[r.outcome] for r in column.report.requirements} for column in columns]
    known = {r.id: r for column in columns for r in column.report.requirements}
    ids = differing(columns)
    rows = [_row(known[i], tuple(column.get(i, NOT_CHECKED) for column in outcomes)) for i in ids]
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
    listed = ", ".join(
        f"{counts[outcome]} {sign.title}" for outcome, sign in OUTCOMES.items() if counts[outcome]
    )
    server = f"{report.server.get('model_id', '')} {report.server.get('version', '')}".strip()[:120]
    return Head(
        name=column.name,
        target=report.target,
        server=server,
        verdict=VERDICTS[report.verdict],
        sentence=report_summary(report),
        counts=listed or report.reason[:300],
        profiles=report.profiles,
    )


def _changes(found: Comparison) -> Iterator[Change]:
    for title, slug, results in (
        ("broke", "failed", found.broke),
        ("no longer offered", "failed", found.withdrawn),
        ("fixed", "passed", found.fixed),
        ("new failures", "failed", found.new),
    ):
        if results:
            yield Change(title, slug, tuple((r.id, _finding(r)) for r in results))
    if found.left_out:
        yield Change("no longer checked", LEFT_OUT, tuple((i, "") for i in found.left_out))


def _finding(result: Result) -> str:
    if not result.actual:
        return result.reason[:300]
    return f"{result.actual[:200]} instead of {result.expected[:200]}"


def print_matrix(columns: tuple[Column, ...], console: Console) -> None:
    """Print the matrix and what changed."""
    matrix = matrix_of(columns)
    for line in _table(matrix):
        console.print(line)
    if len(matrix.rows) > MOST_ROWS:
        console.print(
            f"… and {counted(len(matrix.rows) - MOST_ROWS, 'more row')}; see --html FILE or --markdown FILE"
        )
    console.print(f"{matrix.same_shown}\n")
    for name, changes in matrix.changes:
        _print_changes(f"{name} compared with {matrix.heads[0].name}", changes, console)
    lines = Lines(console)
    for head, column in zip(matrix.heads, columns, strict=True):
        colour = COLOURS[head.verdict.slug]
        verdict = f"{head.name}: {head.verdict.title.lower()}"
        lines.text(f"  {head.counts}", verdict, style=f"bold {colour}")
        if head.profiles:
            lines.text(head.profiles_shown, "  profiles  ", style="dim")
        if column.report.broken:
            lines.text(report_summary(column.report), "  ")


def _table(matrix: Matrix) -> Iterator[str]:
    """Format the rows without rich's table, which would cut ids to the width of the terminal."""
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
    """Return the matrix as GitHub's Markdown."""
    matrix = matrix_of(columns)
    names = [inert(head.name) for head in matrix.heads]
    lines = ["## TGI API conformance", "", f"| | {' | '.join(names)} |", f"| --- |{' :---: |' * len(names)}"]
    lines.append(_line("verdict", [f"{head.verdict.sign} {head.verdict.title}" for head in matrix.heads]))
    lines.append(_line("target", [inert(head.target) for head in matrix.heads]))
    lines.append(_line("outcomes", [inert(head.counts) for head in matrix.heads]))
    lines += _profile_lines(matrix)
    lines += [_line(inert(row.id), [cell.sign or "·" for cell in row.cells]) for row in matrix.rows]
    lines += ["", f"{matrix.same_shown}.", ""]
    for name, changes in matrix.changes:
        lines += [f"### {inert(name)} compared with {names[0]}", ""]
        lines += [line for change in changes for line in _change_lines(change)] or ["Nothing changed.", ""]
    return "\n".join(lines)


def _profile_lines(matrix: Matrix) -> list[str]:
    """A line for each profile of which a report tells a verdict."""
    told = [{one.name: one for one in head.profiles} for head in matrix.heads]
    return [
        _line(f"profile {inert(name)}", [_profile_cell(column.get(name)) for column in told])
        for name in dict.fromkeys(name for column in told for name in column)
    ]


def _profile_cell(found: ProfileResult | None) -> str:
    return f"{profile_sign(found).sign} {inert(found.told)}" if found else "·"


def _change_lines(change: Change) -> list[str]:
    items = [f"- {inert(name)} {inert(actual)}".rstrip() for name, actual in change.findings]
    return [f"**{change.title}: {len(change.findings)}**", "", *items, ""]


def _line(title: str, cells: list[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def inert(text: str) -> str:
    """Escape everything but letters and digits as character references, so that Markdown has no effect."""
    if not text:
        return ""
    shown = re.sub(r"[^\w .-]", lambda found: f"&#{ord(found.group())};", escaped(text))
    return f"<code>{shown}</code>"
