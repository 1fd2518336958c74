"""The matrix has the worst outcome beside each route, and no column that hides or has nothing."""

from __future__ import annotations

from attrs import evolve
from tests.conformance.reports.answers import everything
from tests.conformance.reports.samples import BAD, result

from tgi_conformance.reports.route_matrix import route_matrix
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.report import ROUTE_SPECIFIC, Report


def report(*outcomes: Outcome, strict: bool = False) -> Report:
    results = tuple(result(f"n{place}", outcome) for place, outcome in enumerate(outcomes))
    return evolve(BAD, requirements=results, strict=strict)


def worst(*outcomes: Outcome, strict: bool = False) -> tuple[str, int, bool]:
    (row,) = route_matrix(report(*outcomes, strict=strict)).rows
    return row.worst.worst.slug, row.worst.count, row.worst.urgent


def test_the_worst_outcome_counts() -> None:
    known, unsupported, passed = Outcome.KNOWN_DEVIATION, Outcome.UNSUPPORTED, Outcome.PASSED

    assert ("failed", 2, True) == worst(passed, Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.FAILED)
    assert ("error", 1, True) == worst(Outcome.ERROR, Outcome.FAILED)
    assert ("inconclusive", 1, True) == worst(Outcome.INCONCLUSIVE, known, passed)
    assert ("known", 1, False) == worst(known, passed, unsupported)
    assert ("known", 1, True) == worst(known, passed, strict=True)
    assert ("passed", 1, False) == worst(unsupported, passed, unsupported)
    assert ("unsupported", 1, False) == worst(unsupported)


def test_columns_are_those_of_the_results_and_the_rows_fill_them() -> None:
    matrix = route_matrix(everything(Outcome.FAILED))

    assert ROUTE_SPECIFIC == matrix.columns[0].category
    assert all(len(row.cells) == len(matrix.columns) for row in matrix.rows)
    filled = [any(row.cells[place] for row in matrix.rows) for place in range(len(matrix.columns))]
    assert all(filled)
    counted = sum(cell.count for row in matrix.rows for cell in row.cells if cell)
    assert len(everything(Outcome.FAILED).requirements) == counted


def test_a_cell_links_to_the_filters_that_show_it() -> None:
    (row,) = route_matrix(report(Outcome.FAILED)).rows
    (cell,) = row.cells

    assert cell is not None
    assert "#outcome=all&route=generate&category=answers" == cell.href
    assert "#outcome=all&route=generate" == row.worst.href
    assert "generate, answers: 1 failed" == cell.label


def test_routes_without_failures_are_counted_for_where_they_are_left_out() -> None:
    assert "Not shown here: 1 route without failures." == route_matrix(report(Outcome.PASSED)).calm
    assert "" == route_matrix(report(Outcome.FAILED)).calm
