"""JSON of a stranger is bounded, and strict."""

from __future__ import annotations

import pytest

from tgi_common.json_text import MAX_DEPTH, MAX_VALUES, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, "[[[,,,"]}', {"a": [1, "[[[,,,"]}),
        ('["' + "[" * 200 + '\\\\"]', ["[" * 200 + "\\"]),
    ],
)
def test_json_is_read(text: str, value: object) -> None:
    assert value == parse(text)


def test_the_deepest_that_is_allowed_is_read() -> None:
    value, depth = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH), 1
    while value:
        value, depth = value[0], depth + 1

    assert MAX_DEPTH == depth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "NaN is not a JSON value"),
        ('{"a": -Infinity}', "-Infinity is not a JSON value"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested deeper than 100 levels"),
        ("[" + "0," * (MAX_VALUES + 1) + "0]", "more than 200000 values"),
        ("[" * 2_000_000, "more than 200000 values"),
        ("{", "Expecting"),
        ("", "Expecting value"),
        ('{"a": 1} {', "Extra data"),
    ],
)
def test_what_is_no_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)
