"""Few rows show every pair of factors: together, and each without the other."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from tgi_conformance.requirements._combinations import COLUMNS, ROWS, Factor, rows
from tgi_conformance.requirements.together import CHATTED, NATIVE

MOST = tuple(Factor(f"factor {n}", {f"p{n}": n}) for n in range(len(COLUMNS) - 4))


@pytest.mark.parametrize("factors", [NATIVE, CHATTED, MOST], ids=["native", "chatted", "most"])
def test_every_pair_meets_and_parts(factors: tuple[Factor, ...]) -> None:
    found = [row.factors for row in rows(factors, ())]
    names = [factor.name for factor in factors]

    assert ROWS == len(found)
    assert [] == [pair for pair in combinations(names, 2) if not any({*pair} <= row for row in found)]
    apart = [(one, other) for one, other in permutations(names, 2)]
    assert [] == [pair for pair in apart if not any(pair[0] in row and pair[1] not in row for row in found)]


@pytest.mark.parametrize("factors", [NATIVE, CHATTED], ids=["native", "chatted"])
def test_one_row_is_greedy(factors: tuple[Factor, ...]) -> None:
    sampling = {factor.name for factor in factors if factor.samples}

    assert set() == rows(factors, ())[-1].factors & sampling
    assert all(row.factors & sampling for row in rows(factors, ())[:1])


def test_what_is_absent_is_not_asked_and_moves_nothing_else() -> None:
    whole, without = rows(NATIVE, ()), rows(NATIVE, ("grammar",))

    assert [row.factors - {"a grammar"} for row in whole] == [row.factors for row in without]
    assert all("grammar" not in row.parameters for row in without)
