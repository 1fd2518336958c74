"""Names as parts of a JSON pointer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgi_common.json_pointer import escape, unescape


@pytest.mark.parametrize(("name", "part"), [("/a~b", "~1a~0b"), ("~1", "~01"), ("plain", "plain"), ("", "")])
def test_names_are_escaped(name: str, part: str) -> None:
    assert part == escape(name)
    assert name == unescape(part)


def test_a_part_of_a_fragment_is_unquoted_first() -> None:
    assert "a b/c" == unescape("a%20b%7E1c")


@given(st.text().filter(lambda name: "%" not in name))
def test_what_is_escaped_comes_back(name: str) -> None:
    assert name == unescape(escape(name))
