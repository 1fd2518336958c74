"""A stranger's text is shown without anything that breaks a line or steers a terminal."""

from __future__ import annotations

import pytest

from tgi_common.text import escaped, escaped_lines, quoted, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("naïve 🤖 日本", "naïve 🤖 日本"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[0m", "\\u{1b}[0m"),
        ("\u202e\u2066\u200b\ufeff", "\\u{202e}\\u{2066}\\u{200b}\\u{feff}"),
        ("\ud800\ue000\U000e0041\x85\u2028", "\\u{d800}\\u{e000}\\u{e0041}\\u{85}\\u{2028}"),
    ],
)
def test_unsafe_characters_show_as_their_code_points(text: str, expected: str) -> None:
    assert expected == escaped(text)


def test_line_ends_may_stay() -> None:
    assert "a\n\\u{1b}b\\r" == escaped_lines("a\r\n\x1bb\r")


def test_a_long_text_keeps_its_ends() -> None:
    shown = visible("a" * 500 + "z", 20)

    assert len(shown) <= 20
    assert ("a", "…", "z") == (shown[0], shown[9], shown[-1])


@pytest.mark.parametrize(
    ("value", "expected"),
    [('a"b\\', '"a\\"b\\\\"'), (None, "null"), (True, "true"), (1.5, "1.5"), ("\0", '"\\u{0}"')],
)
def test_scalars_are_written_as_json_writes_them(value: object, expected: str) -> None:
    assert expected == quoted(value)
