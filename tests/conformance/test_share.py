"""Cases of a rule that holds on several routes: all where one leads, and elsewhere some in turn."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from tests.conformance.making import make_session

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, GENERATE
from tgi_conformance.requirements._pairs import rows
from tgi_conformance.requirements.aliases import ENOUGH
from tgi_conformance.requirements.parameter_pairs import GENERATE_FACTORS
from tgi_conformance.results.levels import Depth
from tgi_conformance.session.context import Context

CASES = ("a", "b", "c")


def context(name: str = "root.is-some-way", **session: Any) -> Context:
    return Context(name, make_session(**session))


@pytest.mark.parametrize("name", ["generate.is-some-way", "chat-completions.is-some-way"])
def test_a_route_that_leads_has_every_case(name: str) -> None:
    assert CASES == context(name).share(CASES)


@pytest.mark.parametrize("name", ["root.is-some-way", "chat-completions.streamed-is-some-way"])
def test_another_has_as_many_as_are_enough(name: str) -> None:
    assert 1 == len(context(name).share(CASES))
    assert 2 == len(set(context(name).share(CASES, 2)))
    assert 3 == len(set(context(name).share(CASES, 9)))
    assert [] == context(name).share(())


def test_what_it_has_is_told_by_the_seed() -> None:
    seen = [tuple(context(seed=seed).share(CASES)) for seed in range(len(CASES))]

    assert seen == [tuple(context(seed=seed).share(CASES)) for seed in range(len(CASES))]
    assert {*CASES} == {case for cases in seen for case in cases}


def test_a_run_without_a_budget_has_every_case_everywhere() -> None:
    exhaustive = context(depth=Depth.EXHAUSTIVE)

    assert CASES == exhaustive.share(CASES)
    assert [CHAT, CHAT_STREAM] == [exhaustive.either(form, "limit") for form in (CHAT, CHAT_STREAM)]


def test_both_forms_of_a_route_ask_in_the_same_one_of_them() -> None:
    asked = [
        {context(seed=seed).either(form, "limit") for form in (CHAT, CHAT_STREAM)}
        for seed in range(len(CASES))
    ]

    assert [1, 1, 1] == [len(forms) for forms in asked]
    assert {CHAT, CHAT_STREAM} == {form for forms in asked for form in forms}
    assert GENERATE == context().either(GENERATE, "limit")


def test_rows_that_are_enough_have_every_factor() -> None:
    names = {factor.name for factor in GENERATE_FACTORS}
    some = [
        frozenset().union(*(row.factors for row in few))
        for few in combinations(rows(GENERATE_FACTORS, ()), ENOUGH)
    ]

    assert [] == [few for few in some if few != names]
