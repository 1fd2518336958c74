"""Each request asks for what only it can get."""

from __future__ import annotations

from itertools import islice

import pytest

from tgi_conformance.load.mix import FORMS
from tgi_conformance.load.plan import LENGTH, TEXT, FormPlan, Plan, read_plan
from tgi_conformance.load.questions import questions, texts
from tgi_conformance.protocol.forms import member

PROMPTS = (("count one", 3), ("count one one", 4), ("count one one one", 5))


def plan_of(form: FormPlan) -> Plan:
    return Plan((form,), characters=6)


def test_every_text_is_another() -> None:
    assert 40_000 == len(set(islice(texts(4, start=17), 40_000)))
    assert {5} == {len(text) for text in islice(texts(5), 100)}


def test_all_texts_come_before_any_comes_again() -> None:
    count = 36**3
    found = list(islice(texts(3, start=5), count + 1))

    assert count == len(set(found[:count]))
    assert found[0] == found[count]


def test_a_few_texts_come_in_turn() -> None:
    found = list(islice(texts(6, most=3), 7))

    assert 3 == len(set(found))
    assert found[:3] == found[3:6]


@pytest.mark.parametrize("label", ["generate", "streamed-root", "chat-completions", "streamed-invocations"])
def test_a_grammar_leaves_one_text(label: str) -> None:
    form = FormPlan(label, TEXT, prompts=(("Say it.", 4),), parameters={"details": True})
    first, second = islice(questions(plan_of(form), form), 2)
    body = first.request.json
    grammar = member(body, "response_format") or member(body, "parameters", "grammar")

    assert {"type": "regex", "value": first.text} == grammar
    assert first.text != second.text
    assert 4 == first.prompt_tokens
    assert FORMS[label].path == first.request.path


def test_users_without_a_grammar_have_prompts_of_different_lengths() -> None:
    form = FormPlan("completions", LENGTH, prompts=PROMPTS)
    users = [questions(plan_of(form), form, number) for number in range(3)]

    assert [3, 4, 5] == [next(user).prompt_tokens for user in users]
    assert [3, 4, 5] == [next(user).prompt_tokens for user in users]


def test_an_older_release_is_asked_as_it_needs() -> None:
    form = FormPlan("completions", LENGTH, prompts=PROMPTS)
    plan = Plan((form,), naming=("/v1/completions",), single=("/v1/completions",))
    body = next(questions(plan, form, 0)).request.json

    assert ("tgi", "count one") == (body["model"], body["prompt"])
    assert plan == read_plan(plan.write())


def test_a_plan_is_read_as_it_was_written() -> None:
    forms = (FormPlan("completions", LENGTH, prompts=PROMPTS), FormPlan("generate", TEXT, model="m"))
    plan = Plan(forms, pace=0.5, key_name="KEY")

    assert plan == read_plan(plan.write())
    assert None is plan.form("root")
