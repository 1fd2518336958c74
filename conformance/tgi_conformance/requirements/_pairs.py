"""Few requests that combine every two parameters, and have each of them without the other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROWS = 5
# Kleitman and Spencer's array: each factor is in three of five rows, no two in the same three. So any two are
# combined in one row, and each is without the other in another; a plain request has neither. Columns without
# the last row come first: factors that sample take those, so that the last row is greedy.
COLUMNS = sorted(combinations(range(ROWS), 3), key=lambda rows: ROWS - 1 in rows)
NOT_IN_LAST = sum(ROWS - 1 not in rows for rows in COLUMNS)


@frozen(eq=False)
class Factor:
    """Parameters that a request has or lacks as one, and a capability that the deployment may lack."""

    name: str
    parameters: Mapping[str, Any]
    capability: str = ""
    samples: bool = False


@frozen
class Row:
    """One request: the names of its factors, and the parameters of all of them."""

    factors: frozenset[str]
    parameters: Mapping[str, Any] = field(factory=dict)

    @property
    def name(self) -> str:
        """The names of the factors in one line."""
        return " + ".join(sorted(self.factors))


def rows(factors: Iterable[Factor], absent: Iterable[str]) -> tuple[Row, ...]:
    """Return the requests to send, without the factors whose capability is absent."""
    known = list(factors)
    columns = dict(zip((one for one in known if one.samples), COLUMNS[:NOT_IN_LAST], strict=False))
    columns |= dict(zip((one for one in known if not one.samples), COLUMNS[NOT_IN_LAST:], strict=False))
    offered = {factor: places for factor, places in columns.items() if factor.capability not in set(absent)}
    found = []
    for place in range(ROWS):
        here = [factor for factor, places in offered.items() if place in places]
        parameters = {key: value for factor in here for key, value in factor.parameters.items()}
        found.append(Row(frozenset(factor.name for factor in here), parameters))
    return tuple(found)
