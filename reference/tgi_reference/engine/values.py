"""The values that cross the engine's border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen
from attrs.validators import ge, in_, instance_of

if TYPE_CHECKING:
    from tgi_reference.engine.grammar import Grammar

FINISH_REASONS = ("length", "eos_token", "stop_sequence")


class GrammarError(Exception):
    """A grammar that can't be compiled; the message says why, in one line."""


@frozen
class Encoding:
    """A text as tokens.

    ``spans`` are byte offsets (start, stop) into the UTF-8 text. A token that holds only a part of a
    character spans the whole of it, so neighbours may overlap; ``texts`` are the slices of the spans.
    """

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@frozen
class SamplingParameters:
    """How to choose tokens. ``None`` means: leave the distribution as it is.

    Tokens are drawn when ``do_sample`` is set or any of temperature, top_k, top_p, typical_p is given;
    otherwise the most probable one is taken (the lowest id among equals). ``seed`` is a u64; a sampled
    run without one draws its own and reports it.
    """

    max_new_tokens: int = field(validator=[instance_of(int), ge(1)])
    do_sample: bool = False
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    typical_p: float | None = None
    repetition_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    top_n_tokens: int = 0
    stop: tuple[str, ...] = ()
    grammar: Grammar | None = None
    watermark: bool = False

    @property
    def samples(self) -> bool:
        """Whether tokens are drawn by chance."""
        warpers = (self.temperature, self.top_k, self.top_p, self.typical_p)
        return self.do_sample or any(value is not None for value in warpers)


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
