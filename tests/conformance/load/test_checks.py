"""Every answer is checked: one that keeps its promises passes, one that breaks one is told by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.load.answers import (
    chat,
    chunks,
    events,
    generated,
    length_plan,
    plan,
    question,
    stream,
    usage,
    whole,
)

from tgi_conformance.load.checks import judge
from tgi_conformance.requirements import _under_load as promises

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Response
    from tgi_conformance.requirements._under_load import Promise

OVERLOAD = {"error": "Model is overloaded", "error_type": "overloaded"}
GENERATE, STREAM, CHAT, CHAT_STREAM = (
    "generate",
    "generate-stream",
    "chat-completions",
    "streamed-chat-completions",
)


def broken(label: str, response: Response, **rest: Any) -> list[Promise]:
    judged = judge(plan(label, **rest), question(label), response)
    return [violation.promise for violation in judged.violations]


def without(found: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    return [*found[:place], *found[place + 1 :]]


def swapped(found: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    return [*found[:place], found[place + 1], found[place], *found[place + 2 :]]


@pytest.mark.parametrize(
    ("label", "response", "rest"),
    [
        (GENERATE, whole(generated(), x_generated_tokens="6", x_prompt_tokens="6"), {}),
        (GENERATE, whole([generated()]), {}),
        (STREAM, stream(*events()), {}),
        (CHAT, whole(chat()), {"model": "m"}),
        (CHAT_STREAM, stream(*chunks(), done=True), {"model": "m"}),
        (CHAT_STREAM, stream(*chunks()), {"terminated": False}),
    ],
)
def test_an_answer_that_keeps_its_promises_passes(
    label: str, response: Response, rest: dict[str, Any]
) -> None:
    judged = judge(plan(label, **rest), question(label), response)

    assert () == judged.violations
    assert (False, 6) == (judged.refused, judged.tokens)


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (GENERATE, whole(generated("zzzzz"))),
        (STREAM, stream(*events("zzzzz"))),
        (CHAT, whole(chat("zzzzz"))),
        (CHAT_STREAM, stream(*chunks("zzzzz"), done=True)),
        (GENERATE, whole(generated("k4f"))),
        (GENERATE, whole({"generated_text": ""})),
    ],
)
def test_the_answer_of_another_is_told(label: str, response: Response) -> None:
    assert [promises.OWN] == broken(label, response)


def test_the_beginning_of_a_text_is_its_own_if_the_tokens_ran_out() -> None:
    assert [] == broken(GENERATE, whole(generated("k4f", finish_reason="length")))
    assert [promises.OWN] == broken(GENERATE, whole(generated("zzz", finish_reason="length")))


def test_without_a_grammar_the_length_of_the_prompt_tells_whose_answer_it_is() -> None:
    body = {"choices": [{"text": "anything", "finish_reason": "length"}]}
    own, others = (whole({**body, "usage": usage(3, prompt)}) for prompt in (6, 7))
    label = "completions"

    assert () == judge(length_plan(label), question(label, ""), own).violations
    (violation,) = judge(length_plan(label), question(label, ""), others).violations
    assert (promises.OWN, "an answer to a prompt of 6 tokens") == (violation.promise, violation.expected)


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (STREAM, stream(*swapped(events(), 1))),
        (STREAM, stream(*without(events(), 2))),
        (CHAT_STREAM, stream(*swapped(chunks(), 1), done=True)),
        (CHAT_STREAM, stream(*swapped(chunks(), 4), done=True)),
    ],
)
def test_events_in_another_order_are_told(label: str, response: Response) -> None:
    assert promises.ORDERED in broken(label, response)
    assert promises.OWN not in broken(label, response) or label == STREAM


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (STREAM, stream(*events()[:-1])),
        (STREAM, stream(*events(), done=True)),
        (CHAT_STREAM, stream(*chunks())),
        (CHAT_STREAM, stream(*chunks()[:-2], done=True)),
        (CHAT_STREAM, stream(*chunks(), *chunks()[-2:-1], done=True)),
    ],
)
def test_a_stream_that_does_not_end_as_it_must_is_told(label: str, response: Response) -> None:
    assert promises.ENDED in broken(label, response)


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (GENERATE, whole(generated(generated_tokens=5))),
        (GENERATE, whole(generated(), x_generated_tokens="5")),
        (GENERATE, whole(generated(), x_prompt_tokens="7")),
        (CHAT, whole({**chat(), "usage": {**usage(6), "total_tokens": 11}})),
        (CHAT, whole({**chat(), "usage": usage(6, prompt=5)})),
        (CHAT, whole({**chat(), "usage": usage(40)})),
    ],
)
def test_counts_that_do_not_add_up_are_told(label: str, response: Response) -> None:
    assert [promises.COUNTED] == broken(label, response)


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (CHAT, whole(chat(model="n"))),
        (CHAT, whole({name: value for name, value in chat().items() if name != "model"})),
        (CHAT_STREAM, stream(*chunks()[:2], *chunks(model="n")[2:], done=True)),
    ],
)
def test_another_model_is_told(label: str, response: Response) -> None:
    assert [promises.MODEL] == broken(label, response, model="m")


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (GENERATE, whole({"error": "x", "error_type": "generation"}, 500)),
        (GENERATE, whole(generated(), content_type="text/html")),
        (STREAM, stream()),
        (STREAM, stream({"error": "x", "error_type": "generation"})),
        (STREAM, stream(*events()[:2], {"error": "x", "error_type": "overloaded"})),
        (CHAT, whole(chat(), 502)),
    ],
)
def test_what_is_no_answer_is_told(label: str, response: Response) -> None:
    assert [promises.ANSWERED] == broken(label, response)


@pytest.mark.parametrize(
    ("label", "response"),
    [
        (GENERATE, whole(OVERLOAD, 429)),
        (GENERATE, whole(OVERLOAD, 429, retry_after="3")),
        (CHAT, whole(OVERLOAD, 429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")),
        (GENERATE, whole("slow down", 429, content_type="text/plain")),
        (STREAM, stream(OVERLOAD)),
        (CHAT_STREAM, stream({"error": {"message": "Model is overloaded", "http_status_code": 429}})),
        (GENERATE, whole({}, 503, retry_after="1")),
    ],
)
def test_a_refusal_for_overload_breaks_nothing(label: str, response: Response) -> None:
    judged = judge(plan(label), question(label), response)

    assert (True, ()) == (judged.refused, judged.violations)


@pytest.mark.parametrize(
    "response",
    [
        whole({"detail": "busy"}, 429),
        whole({**OVERLOAD, "error_type": "generation"}, 429),
        whole(OVERLOAD, 429, retry_after="soon"),
        whole(OVERLOAD, 429, retry_after="-1"),
    ],
)
def test_a_refusal_of_another_form_is_told(response: Response) -> None:
    assert [promises.REFUSED] == broken(GENERATE, response)
