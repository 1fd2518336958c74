"""How many tokens a request may generate.

Since 3.0 the router schedules a request for 1024 new tokens at most, and then again with what it wrote as its
prompt, until it has as many as were asked for or a limit stands in the way. So the limits are checked
for the first portion alone: a request for more tokens than there is room for is accepted, and gets what the
portions leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tgi_reference.generation.errors import ParameterError

if TYPE_CHECKING:
    from tgi_reference.settings import Settings


BATCH_TOKENS: Final = 16_000  # tokens that a batch has room for, as /info of 2.0.4 says


def new_tokens(settings: Settings, length: int, asked: int | None, truncate: int | None = None) -> int:
    """The most tokens that follow a prompt of ``length`` tokens; without ``asked`` all that is left.

    The portions may add up to a little more than was asked for.

    Raises:
        ParameterError: the prompt is too long, or its first portion is.
    """
    wanted = _wanted(settings, length, asked)
    portion = _portion(settings, wanted)
    if length + portion > settings.max_total_tokens:
        raise ParameterError(
            f"`inputs` tokens + `max_new_tokens` must be <= {settings.max_total_tokens}. "
            f"Given: {length} `inputs` tokens and {portion} `max_new_tokens`"
        )
    if length > settings.max_input_tokens:
        raise ParameterError(
            f"`inputs` must have less than {settings.max_input_tokens} tokens. Given: {length}"
        )
    total = portion
    while total < wanted:
        prompt = min(length + total, truncate or length + total)
        portion = _portion(settings, _wanted(settings, prompt, asked))
        if prompt + portion > settings.max_total_tokens or prompt > settings.max_input_tokens:
            break
        total += portion
    return total


def _wanted(settings: Settings, length: int, asked: int | None) -> int:
    return max(settings.max_total_tokens - length, 0) if asked is None else asked


def _portion(settings: Settings, wanted: int) -> int:
    portion = settings.release.portion if settings.fidelity.schedules_in_portions else None
    return wanted if portion is None else min(wanted, portion)


def uncounted(settings: Settings, asked: int | None, truncate: int | None) -> tuple[int, int]:
    """The prompt's length as a router without a tokenizer takes it, and the new tokens, unchecked.

    No more are generated than a batch has room for.

    Raises:
        ParameterError: neither says how long anything is.
    """
    if asked is None and truncate is None:
        raise ParameterError(
            "one of `max_new_tokens` or `truncate` must be set if a fast tokenizer is not in use"
        )
    length = truncate or settings.max_input_tokens
    wanted = max(settings.max_total_tokens - length, 0) if asked is None else asked
    fits = length + wanted <= settings.max_total_tokens
    return length if fits else max(length - wanted, 0), min(wanted, BATCH_TOKENS)
