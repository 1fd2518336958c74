"""How a run chooses its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen
from attrs.validators import ge, instance_of

if TYPE_CHECKING:
    from tgi_reference.engine.grammar import Grammar


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
