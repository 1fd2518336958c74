"""Few rows have every two factors combined, and each without the other."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from tgi_conformance.requirements._pairs import COLUMNS, ROWS, Factor, rows
from tgi_conformance.requirements.parameter_pairs import CHAT_FACTORS, GENERATE_FACTORS

MOST = tuple(Factor(f"factor {n}", {f"p{n}": n}) for n in range(len(COLUMNS) - 4))


@pytest.mark.parametrize("factors", [GENERATE_FACTORS, CHAT_FACTORS, MOST], ids=["generate", "chat", "most"])
def test_every_pair_occurs_together_and_apart(factors: tuple[Factor, ...]) -> None:
    found = [row.factors for row in rows(factors, ())]
    names = [factor.name for factor in factors]

    assert ROWS == len(found)
    assert [] == [pair for pair in combinations(names, 2) if not any({*pair} <= row for row in found)]
    apart = [(one, other) for one, other in permutations(names, 2)]
    assert [] == [pair for pair in apart if not any(pair[0] in row and pair[1] not in row for row in found)]


@pytest.mark.parametrize("factors", [GENERATE_FACTORS, CHAT_FACTORS], ids=["generate", "chat"])
def test_one_row_is_greedy(factors: tuple[Factor, ...]) -> None:
    sampling = {factor.name for factor in factors if factor.samples}

    assert set() == rows(factors, ())[-1].factors & sampling
    assert all(row.factors & sampling for row in rows(factors, ())[:1])


def test_an_absent_factor_does_not_change_the_others() -> None:
    whole, without = rows(GENERATE_FACTORS, ()), rows(GENERATE_FACTORS, ("grammar",))

    assert [row.factors - {"a grammar"} for row in whole] == [row.factors for row in without]
    assert all("grammar" not in row.parameters for row in without)
