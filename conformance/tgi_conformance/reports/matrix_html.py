"""Several reports in one matrix, as a page that leaves out empty columns and hides no failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.plural import counted
from tgi_conformance.reports.matrix import NOT_CHECKED, Change, Head, matrix_of
from tgi_conformance.reports.page import write_page
from tgi_conformance.reports.route_matrix import URGENT
from tgi_conformance.reports.signs import OUTCOMES, Sign
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from tgi_conformance.reports.matrix import Row
    from tgi_conformance.results.comparison import Column

KNOWN = OUTCOMES[Outcome.KNOWN_DEVIATION]
UNSUPPORTED = OUTCOMES[Outcome.UNSUPPORTED]
ORDER = (*OUTCOMES.values(), NOT_CHECKED)
URGENT_SIGNS = frozenset(OUTCOMES[outcome] for outcome in URGENT)


@frozen
class Cell:
    """An outcome in one report; in a `strict` one a known deviation counts as a failure."""

    sign: Sign
    strict: bool

    @property
    def urgent(self) -> bool:
        """Whether it needs attention."""
        return self.sign in URGENT_SIGNS or (self.strict and self.sign == KNOWN)


@frozen
class PageRow:
    """A requirement, its worst outcome, and its outcome in each report that has a column."""

    id: str
    level: str
    statement: str
    worst: Cell
    cells: tuple[Cell, ...]

    @property
    def urgent(self) -> bool:
        """Whether an outcome needs attention."""
        return self.worst.urgent


@frozen
class PageMatrix:
    """What the page shows; `columns` are the names of the reports in which a row was checked."""

    heads: tuple[Head, ...]
    columns: tuple[str, ...]
    rows: tuple[PageRow, ...]
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    same_shown: str

    @property
    def calm(self) -> str:
        """How many rows have no failure, for where they are left out; empty if all have one."""
        count = sum(not row.urgent for row in self.rows)
        return f"Not shown here: {counted(count, 'requirement')} without failures." if count else ""


def write_matrix_html(columns: tuple[Column, ...]) -> str:
    """Return the matrix as a self-contained page."""
    matrix = matrix_of(columns)
    filled = [
        place
        for place in range(len(columns))
        if any(row.cells[place] is not NOT_CHECKED for row in matrix.rows)
    ]
    strict = [columns[place].report.strict for place in filled]
    rows = [_row(row, filled, strict) for row in matrix.rows]
    shown = PageMatrix(
        heads=matrix.heads,
        columns=tuple(columns[place].name for place in filled),
        rows=tuple(sorted(rows, key=lambda row: not row.urgent)),
        changes=matrix.changes,
        same_shown=matrix.same_shown,
    )
    return write_page("matrix.html.j2", matrix=shown, version=columns[0].report.version)


def _row(row: Row, filled: list[int], strict: list[bool]) -> PageRow:
    cells = [Cell(row.cells[place], one) for place, one in zip(filled, strict, strict=True)]
    return PageRow(row.id, row.level, row.statement, min(cells, key=_badness), tuple(cells))


def _badness(cell: Cell) -> tuple[bool, bool, int]:
    """Order cells from the worst; what is not offered or not checked says less than what passed."""
    return not cell.urgent, cell.sign in (UNSUPPORTED, NOT_CHECKED), ORDER.index(cell.sign)
