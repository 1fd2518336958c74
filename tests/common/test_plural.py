"""One request, two requests."""

from __future__ import annotations

import pytest

from tgi_common.plural import counted


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (1200, "1,200 requests")]
)
def test_only_one_is_singular(count: int, expected: str) -> None:
    assert expected == counted(count, "request")
