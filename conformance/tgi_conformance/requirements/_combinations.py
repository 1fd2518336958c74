"""Which parameters to ask for together, so that few requests show each with and without each other one."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROWS = 5
# Kleitman and Spencer's array: a factor stands in three of five rows, no two in the same three. So any two
# meet in one row, and each stands without the other in another; a plain request has neither. Those that stand
# apart from the last row come first: it is for factors that make an answer sampled, and leaves it greedy.
COLUMNS = sorted(combinations(range(ROWS), 3), key=lambda rows: ROWS - 1 in rows)
APART = sum(ROWS - 1 not in rows for rows in COLUMNS)


@frozen(eq=False)
class Factor:
    """Parameters that come or stay away as one; an ability that the deployment may lack."""

    name: str
    parameters: Mapping[str, Any]
    ability: str = ""
    samples: bool = False


@frozen
class Row:
    """One request: the names of its factors, and their parameters."""

    factors: frozenset[str]
    parameters: Mapping[str, Any] = field(factory=dict)

    @property
    def name(self) -> str:
        """What is asked for, in a few words."""
        return " + ".join(sorted(self.factors))


def rows(factors: Iterable[Factor], absent: Iterable[str]) -> tuple[Row, ...]:
    """Give the requests to make, without the factors whose ability is absent."""
    known = list(factors)
    columns = dict(zip((one for one in known if one.samples), COLUMNS[:APART], strict=False))
    columns |= dict(zip((one for one in known if not one.samples), COLUMNS[APART:], strict=False))
    offered = {factor: places for factor, places in columns.items() if factor.ability not in set(absent)}
    found = []
    for place in range(ROWS):
        here = [factor for factor, places in offered.items() if place in places]
        parameters = {key: value for factor in here for key, value in factor.parameters.items()}
        found.append(Row(frozenset(factor.name for factor in here), parameters))
    return tuple(found)
