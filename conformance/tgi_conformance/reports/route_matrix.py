"""The matrix of the HTML report: a row per route, the worst outcome beside it, a column per category."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from attrs import frozen

from tgi_common.plural import counted
from tgi_conformance.reports.signs import OUTCOMES, Sign
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.report import ROUTE_SPECIFIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.results.report import Report, Result

ORDER = list(OUTCOMES)
URGENT = (Outcome.ERROR, Outcome.FAILED, Outcome.INCONCLUSIVE)


@frozen
class Cell:
    """The requirements of a route, or of a route and category.

    Attributes:
        category: The category; empty for all requirements of a route.
        worst: The worst outcome.
        count: How many of the requirements have it.
        href: The filters that show the requirements.
        label: All outcomes and how often each occurs.
        urgent: Whether the worst outcome needs attention.
    """

    category: str
    worst: Sign
    count: int
    href: str
    label: str
    urgent: bool


@frozen
class Column:
    """A category; `urgent` if a cell of it is."""

    category: str
    urgent: bool


@frozen
class Row:
    """A route; a cell is None where it has no requirement of a category."""

    route: str
    worst: Cell
    cells: tuple[Cell | None, ...]


@frozen
class RouteMatrix:
    """The whole matrix, without columns that would be empty."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def calm(self) -> str:
        """How many rows need no attention, for where they are left out; empty if all do."""
        count = sum(not row.worst.urgent for row in self.rows)
        return f"Not shown here: {counted(count, 'route')} without failures." if count else ""


def urgent_outcomes(report: Report) -> tuple[Outcome, ...]:
    """Return the outcomes that need attention; in a strict run known deviations count as failures."""
    return (*URGENT, Outcome.KNOWN_DEVIATION) if report.strict else URGENT


def route_matrix(report: Report) -> RouteMatrix:
    """Make the matrix; checks that only one route has come first, since no other column shows them."""
    urgent = urgent_outcomes(report)
    results = report.requirements
    categories = sorted(
        dict.fromkeys(result.category for result in results),
        key=lambda category: category != ROUTE_SPECIFIC,
    )
    rows = tuple(_rows(results, categories, urgent))
    columns = tuple(
        Column(category, any(cell is not None and cell.urgent for cell in cells))
        for category, cells in zip(categories, zip(*(row.cells for row in rows), strict=True), strict=True)
    )
    return RouteMatrix(columns, rows)


def _rows(results: Sequence[Result], categories: list[str], urgent: Sequence[Outcome]) -> Iterator[Row]:
    for route in dict.fromkeys(result.route for result in results):
        here = [result for result in results if result.route == route]
        cells = [
            _cell(route, category, [r for r in here if r.category == category], urgent)
            for category in categories
        ]
        whole = _cell(route, "", here, urgent)
        if whole is not None:
            yield Row(route, whole, tuple(cells))


def _cell(route: str, category: str, results: list[Result], urgent: Sequence[Outcome]) -> Cell | None:
    if not results:
        return None
    counts = Counter(result.outcome for result in results)
    worst = worst_outcome(counts, urgent)
    listed = ", ".join(f"{counts[outcome]} {OUTCOMES[outcome].title}" for outcome in ORDER if counts[outcome])
    place = {"route": route, **({"category": category} if category else {})}
    return Cell(
        category=category,
        worst=OUTCOMES[worst],
        count=counts[worst],
        href="#" + urlencode({"outcome": "all", **place}),
        label=f"{', '.join(place.values())}: {listed}",
        urgent=worst in urgent,
    )


def worst_outcome(counts: Counter[Outcome], urgent: Sequence[Outcome]) -> Outcome:
    """Return the worst outcome; what is not offered is no better than what passed, and says less."""
    found = [outcome for outcome in ORDER if counts[outcome]]
    weighty = [outcome for outcome in found if outcome in urgent]
    return (weighty or [outcome for outcome in found if outcome is not Outcome.UNSUPPORTED] or found)[0]
