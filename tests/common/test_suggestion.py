"""An unknown name is reported with the nearest known one."""

from __future__ import annotations

import pytest

from tgi_common.suggestion import unknown

NAMES = ("level", "seed", "max-tokens")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("levle", "unknown setting 'levle'; did you mean 'level'?"),
        ("max_tokens", "unknown setting 'max_tokens'; did you mean 'max-tokens'?"),
        ("xyzzy", "unknown setting 'xyzzy'; expected one of many"),
        ("", "unknown setting ''; expected one of many"),
    ],
)
def test_the_nearest_name_is_suggested(name: str, message: str) -> None:
    assert message == unknown("setting", name, NAMES, "expected one of many")


def test_nothing_is_suggested_where_there_is_nothing() -> None:
    assert "unknown setting 'a'" == unknown("setting", "a", ())
