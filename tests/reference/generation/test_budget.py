"""How many tokens a request may generate, in the portions that TGI schedules."""

from __future__ import annotations

import pytest
from attrs import evolve

from tgi_reference.fidelity import DOCUMENTED
from tgi_reference.generation.budget import new_tokens
from tgi_reference.generation.errors import ParameterError
from tgi_reference.settings import Settings

SMALL = Settings(max_input_tokens=512, max_total_tokens=1024)
LARGE = Settings(max_input_tokens=4095, max_total_tokens=4096)
NARROW = Settings(max_input_tokens=512, max_total_tokens=4096)


@pytest.mark.parametrize(
    ("settings", "asked", "expected"),
    [
        (SMALL, None, 1014),
        (SMALL, 1014, 1014),
        (SMALL, 1, 1),
        (LARGE, None, 4086),
        (LARGE, 1024, 1024),
        (LARGE, 1025, 2048),  # whole portions, as long as they fit
        (LARGE, 5000, 3072),
        (NARROW, None, 1024),  # what was written would be too long a prompt
        (NARROW, 3000, 1024),
    ],
)
def test_what_is_generated(settings: Settings, asked: int | None, expected: int) -> None:
    assert expected == new_tokens(settings, 10, asked)


def test_as_documented_there_are_no_portions() -> None:
    documented = evolve(LARGE, fidelity=DOCUMENTED)
    assert 1500 == new_tokens(documented, 10, 1500)
    with pytest.raises(ParameterError, match="and 5000 `max_new_tokens`"):
        new_tokens(documented, 10, 5000)


def test_a_truncated_prompt_stays_so() -> None:
    assert 3072 == new_tokens(NARROW, 10, 3000, truncate=10)


@pytest.mark.parametrize(
    ("settings", "length", "asked", "expected"),
    [
        (SMALL, 10, 1015, "Given: 10 `inputs` tokens and 1015 `max_new_tokens`"),
        (SMALL, 10, 5000, "Given: 10 `inputs` tokens and 1024 `max_new_tokens`"),
        (SMALL, 513, None, "`inputs` must have less than 512 tokens. Given: 513"),
        (SMALL, 513, 1, "`inputs` must have less than 512 tokens. Given: 513"),
        (SMALL, 2000, None, "Given: 2000 `inputs` tokens and 0 `max_new_tokens`"),
    ],
)
def test_what_is_refused(settings: Settings, length: int, asked: int | None, expected: str) -> None:
    with pytest.raises(ParameterError) as caught:
        new_tokens(settings, length, asked)
    assert expected in str(caught.value)
