"""JSON is shown indented, with what a finding is about marked and what repeats folded."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from tests.conformance.reports.samples import HOSTILE

from tgi_conformance.http.exchange import NOT_JSON
from tgi_conformance.reports.json_view import Number, Part, json_parts, read_json, shortened
from tgi_conformance.results.evidence import cut


def text_of(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


def of_kind(parts: tuple[Part, ...], kind: str) -> list[str]:
    return [part.text for part in parts if part.kind == kind]


LONG = {
    "text": "x" * 60,
    "details": {"tokens": [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}], "seed": None},
}


def test_what_is_short_stays_on_one_line_and_the_rest_is_indented() -> None:
    assert '{"a": 1, "b": [true, null]}' == text_of(json_parts('{"a":1,"b":[true,null]}'))
    lines = text_of(json_parts(json.dumps(LONG))).splitlines()

    assert ["{", f'  "text": "{"x" * 60}",'] == lines[:2]
    assert '  "details": {"tokens": [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}], "seed": null}' in lines


@pytest.mark.parametrize("number", ["1.0", "1", "1e3", "-0", "1.2345678901234567890"])
def test_a_number_stays_as_it_was_written(number: str) -> None:
    assert f"[{number}]" == text_of(json_parts(f"[{number}]"))


def test_a_number_has_any_length() -> None:
    assert "9" * 5000 in text_of(json_parts(f"[{'9' * 5000}]"))


@pytest.mark.parametrize("text", ["", "oops", "{", '{"a":1} and more', '{"a":1,"a":2}', "[" * 5000, HOSTILE])
def test_what_is_no_json_stays_as_it_is(text: str) -> None:
    assert text == text_of(json_parts(text))
    assert NOT_JSON is read_json(text)


def test_it_reads_back_as_what_was_sent() -> None:
    values: tuple[Any, ...] = (LONG, [], {}, [[]], "text", {"": {"\u202e\n": ["é", "🤖"]}})
    for value in values:
        assert value == json.loads(text_of(json_parts(json.dumps(value))))


def test_json_that_was_cut_off_is_indented_as_far_as_it_goes() -> None:
    text = json.dumps({"tokens": [{"id": n, "text": f"token {n}"} for n in range(100)]})
    for longest in range(30, 300):
        parts = json_parts(cut(text, longest))

        assert text_of(parts).startswith('{"tokens"' if longest < 60 else "{")
        assert text_of(parts).endswith(f"… ({len(text)} characters)")
        assert NOT_JSON is not read_json(cut(text, longest))
    assert {"tokens": [{"id": Number("0"), "text": "token 0"}]} == read_json(cut(text, 50))


def test_a_text_that_is_cut_twice_keeps_its_number_of_characters() -> None:
    once = cut("x" * 5000, 4000)

    assert "x" * 100 + "… (5000 characters)" == shortened(once, 100)
    assert once == shortened(once, 6000)
    assert "short" == shortened("short", 100)


def test_values_are_marked_with_what_is_in_them() -> None:
    text = json.dumps(LONG)

    assert ["null"] == of_kind(json_parts(text, [("details", "seed")]), "mark")
    assert ['{"id": 2, "text": "b"}'] == of_kind(json_parts(text, [("details", "tokens", 1)]), "mark")
    assert text_of(json_parts(text)) == text_of(json_parts(text, [("details", "seed"), ("text",)]))


def test_equal_elements_are_folded_unless_one_is_marked() -> None:
    text = json.dumps({"zeros": [0] * 60, "few": [1, 1, 1]})

    assert [", … 59 more that are equal"] == of_kind(json_parts(text), "fold")
    assert [] == of_kind(json_parts(text, [("zeros", 30)]), "fold")


def test_members_equal_to_those_before_are_folded() -> None:
    first = {"id": "", "model": "m", "choices": [{"index": 0, "delta": {"content": "a"}}]}
    second = {**first, "choices": [{"index": 0, "delta": {"content": "b"}}]}
    parts = json_parts(json.dumps(second), (), json.dumps(first))

    assert '{"choices": [{"delta": {"content": "b"}, …}], …}' == text_of(parts)
    assert "{…}" == text_of(json_parts(json.dumps(first), (), json.dumps(first)))


def test_nothing_is_folded_where_a_member_is_missing() -> None:
    assert '{"a": 1}' == text_of(json_parts('{"a": 1}', (), '{"a": 1, "b": 2}'))


def test_a_marked_member_is_shown_though_it_is_equal() -> None:
    assert '{"a": 1, …}' == text_of(json_parts('{"a": 1, "b": 2}', [("a",)], '{"a": 1, "b": 2}'))


def test_hostile_text_takes_no_time() -> None:
    began = time.monotonic()
    for text in ('{"a":' * 1300, '"' + "\\" * 6000, "[1," * 2000, '{"a": "' + "\\u0041" * 1000):
        json_parts(f"{text}… (9999 characters)")

    assert time.monotonic() - began < 2
