"""Findings of one cause put together, so that hundreds of them are read as the few that they are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tgi_conformance.levels import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.report import Result


def fold(results: Iterable[Result]) -> list[list[Result]]:
    """Group failures by what came, MUST before SHOULD, the largest group first among equals."""
    groups: dict[tuple[Level, str, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.level, result.expected, result.actual].append(result)
    order = list(Level)
    return sorted(groups.values(), key=lambda group: (order.index(group[0].level), -len(group)))
