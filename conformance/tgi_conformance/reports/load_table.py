"""What a load run measured, as the rows of a table and a line above it, for every report that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_common.plural import counted
from tgi_conformance.results.load_figures import PERCENTILES

if TYPE_CHECKING:
    from tgi_conformance.results.load_figures import LoadFigures, RouteFigures

MEASURES = {
    "first": "first token ms",
    "between": "between tokens ms",
    "whole": "whole answer ms",
    "pace": "tokens/s",
}
HEAD = ("route", "answered", "refused", "failed", *MEASURES.values())
NOTHING = "·"
FEW = 10  # below it, a decimal is shown


def load_rows(load: LoadFigures) -> list[tuple[str, ...]]:
    """Return a row for each form, with the cells of `HEAD`."""
    return [_row(route) for route in load.routes]


def percentiles_line() -> str:
    """Say which percentiles a cell shows."""
    return f"Latencies and tokens per second of one answer: percentiles {', '.join(map(str, PERCENTILES))}."


def load_line(load: LoadFigures) -> str:
    """Say who asked how much, and what the run would have seen."""
    offered = "as many as are answered" if load.offered is None else f"{load.offered:,.1f} requests/s"
    processes = "1 process" if load.processes == 1 else f"{load.processes} processes"
    return (
        f"{counted(load.users, 'user')} in {processes} for {load.seconds:.1f} s; offered {offered}, achieved "
        f"{load.achieved:,.1f} requests/s; one mixed-up answer in 10,000 would have been seen with a "
        f"probability of {load.mixed_up:.1%}"
    )


def _row(route: RouteFigures) -> tuple[str, ...]:
    counts = (f"{count:,}" for count in (route.answered, route.refused, route.failed))
    return (route.name, *counts, *(_cell(route.latencies.get(name, ())) for name in MEASURES))


def _cell(numbers: tuple[float, ...]) -> str:
    return " / ".join(map(_number, numbers)) or NOTHING


def _number(number: float) -> str:
    return f"{number:.1f}" if number < FEW else f"{number:,.0f}"
