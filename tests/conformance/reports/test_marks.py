"""The value that a finding is about is found where `expected` and `actual` point at one, and only there."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.reports.samples import HOSTILE, result

from tgi_conformance.reports.json_view import Part, read_json
from tgi_conformance.reports.marks import differing_part, subject_of
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from tgi_conformance.reports.json_view import Path

TOKENS = [{"id": 5, "text": " a", "logprob": -1.5}, {"id": "5", "text": " b", "logprob": 0.25}]
BODY = {
    "generated_text": " a b",
    "model": "a-model",
    "details": {"finish_reason": None, "generated_tokens": 5, "seed": 5, "tokens": TOKENS},
}


def marked(expected: str, actual: str, value: Any = BODY, **rest: Any) -> set[Path]:
    subject = subject_of(result("x", Outcome.FAILED, expected=expected, actual=actual, **rest))
    return set(subject.paths(read_json(json.dumps(value))))


@pytest.mark.parametrize(
    ("expected", "actual", "paths"),
    [
        (
            "what # says",
            "at $.details.tokens[1].id: '5' is not of type 'integer'",
            {("details", "tokens", 1, "id")},
        ),
        ("what # says", "at $[1].id: '5' is not of type 'integer'", {("details", "tokens", 1, "id")}),
        ("what # says", "at $.details: 'x' is a required property", {("details",)}),
        ("what # says", "at $: 'x' is a required property", set()),
        ("what # says", "at $.nothing.here: 5 is not of type 'string'", set()),
        ("generated_tokens = 4", "5", {("details", "generated_tokens")}),
        ("the finish reason = 'stop'", "None", {("details", "finish_reason")}),
        ("model = 'a-name'", "a-model", {("model",)}),
        ("the text ' c'", str(TOKENS[0]), {("details", "tokens", 0)}),
        ("other tokens", str(TOKENS), {("details", "tokens")}),
        ("another text", " a b", {("generated_text",)}),
        ("a count", "5", set()),
        ("1 to 3 tokens for a `max_new_tokens` of 3", "5", {("details", "generated_tokens")}),
        ("status 422", "200 application/json: '{}'", set()),
        ("no number", "[]", set()),
    ],
)
def test_it_is_found(expected: str, actual: str, paths: set[Path]) -> None:
    assert paths == marked(expected, actual)


def test_the_source_names_a_member() -> None:
    assert {("details", "seed")} == marked("none", "5", source="#/components/schemas/Details/properties/seed")


def test_the_statement_names_a_member() -> None:
    assert {("details", "seed")} == marked("none", "5", statement="Without sampling `seed` is null.")


def test_a_value_that_is_nowhere_is_not_marked() -> None:
    assert set() == marked("generated_tokens = 4", "6")
    assert set() == marked("generated_tokens = 4", "5", value="no object")


@pytest.mark.parametrize(
    ("expected", "actual", "parts"),
    [
        ("'naïve text' at the end", "na?ve text", ["na", "?", "ve text"]),
        ("the text = 'one two three'", "one two free", ["one two ", "f", "ree"]),
        ("the text = 'one two'", "one two", ["one two"]),
        ("status 200", "500 text/plain", ["500 text/plain"]),
        ("'abc'", "xyz", ["xyz"]),
        ("'long text'", "long text and more", ["long text", " and more"]),
    ],
)
def test_what_differs_is_marked(expected: str, actual: str, parts: list[str]) -> None:
    found = differing_part(expected, actual)

    assert parts == [part.text for part in found]
    assert (1 if len(parts) > 1 else 0) == sum(part.kind == "mark" for part in found)


def test_no_text_has_no_parts() -> None:
    assert () == differing_part("'a'", "")
    assert (Part("a"),) == differing_part("", "a")


def test_hostile_text_does_nothing_and_takes_no_time() -> None:
    began = time.monotonic()
    for text in (
        HOSTILE,
        "[" * 900,
        "{" * 900,
        "'" * 900,
        "9**9**9",
        "[9**9**9]",
        "at $" + ".a" * 400 + ": x",
    ):
        marked(text, text)
        differing_part(text, text)

    assert time.monotonic() - began < 2
