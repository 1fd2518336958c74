"""Group findings by cause, so that a reader sees a few causes instead of hundreds of findings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tgi_conformance.results.levels import Level
from tgi_conformance.results.report import WHOLE_RUN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.results.report import Result


def group_by_cause(results: Iterable[Result]) -> list[list[Result]]:
    """Group failures by what was expected and what came: MUST before SHOULD, then the largest group first.

    Requirements about the whole run come first, since they may explain the rest.
    """
    groups: dict[tuple[Level, str, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.level, result.expected, result.actual].append(result)
    order = list(Level)

    def place(group: list[Result]) -> tuple[int, bool, int]:
        return order.index(group[0].level), group[0].route != WHOLE_RUN, -len(group)

    return sorted(groups.values(), key=place)
