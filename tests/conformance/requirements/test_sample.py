"""Which cases of a rule that applies to several routes are checked on which route."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from tests.conformance.factories import make_session

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
def test_a_leading_route_checks_every_case(name: str) -> None:
    assert CASES == context(name).sample(CASES)


@pytest.mark.parametrize("name", ["root.is-some-way", "chat-completions.streamed-is-some-way"])
def test_another_route_checks_as_many_as_asked_for(name: str) -> None:
    assert 1 == len(context(name).sample(CASES))
    assert 2 == len(set(context(name).sample(CASES, 2)))
    assert 3 == len(set(context(name).sample(CASES, 9)))
    assert [] == context(name).sample(())


def test_the_seed_chooses_the_cases() -> None:
    seen = [tuple(context(seed=seed).sample(CASES)) for seed in range(len(CASES))]

    assert seen == [tuple(context(seed=seed).sample(CASES)) for seed in range(len(CASES))]
    assert {*CASES} == {case for cases in seen for case in cases}


def test_an_exhaustive_run_checks_every_case_on_every_route() -> None:
    exhaustive = context(depth=Depth.EXHAUSTIVE)

    assert CASES == exhaustive.sample(CASES)
    assert [CHAT, CHAT_STREAM] == [exhaustive.one_form(form, "limit") for form in (CHAT, CHAT_STREAM)]


def test_both_forms_of_a_route_choose_the_same_one() -> None:
    asked = [
        {context(seed=seed).one_form(form, "limit") for form in (CHAT, CHAT_STREAM)}
        for seed in range(len(CASES))
    ]

    assert [1, 1, 1] == [len(forms) for forms in asked]
    assert {CHAT, CHAT_STREAM} == {form for forms in asked for form in forms}
    assert GENERATE == context().one_form(GENERATE, "limit")


def test_enough_rows_have_every_factor() -> None:
    names = {factor.name for factor in GENERATE_FACTORS}
    some = [
        frozenset().union(*(row.factors for row in few))
        for few in combinations(rows(GENERATE_FACTORS, ()), ENOUGH)
    ]

    assert [] == [few for few in some if few != names]
