"""The values that cross the engine's border."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import in_

FINISH_REASONS = ("length", "eos_token", "stop_sequence")


class GrammarError(Exception):
    """A grammar that can't be compiled; the message says why, in one line."""


@frozen
class Encoding:
    """A text as tokens.

    ``spans`` are byte offsets (start, stop) into the UTF-8 text. A token that is only a part of a
    character spans the whole of it, so neighbours may overlap; ``texts`` are the slices of the spans.
    """

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@frozen
class Token:
    """One token: its text (what it adds to the answer) and its natural log-probability (at most 0)."""

    id: int
    text: str
    logprob: float | None
    special: bool


@frozen
class Finish:
    """Why generation ended; ``generated_text`` is the concatenation of the texts of ordinary tokens."""

    reason: str = field(validator=in_(FINISH_REASONS))
    generated_text: str
    generated_tokens: int
    seed: int | None


@frozen
class Step:
    """One generated token, the best candidates for its place, and on the last step the finish."""

    token: Token
    top_tokens: tuple[Token, ...]
    finish: Finish | None
