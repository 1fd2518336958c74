"""The language model: an n-gram model that writes well-formed UTF-8, with its distributions remembered."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tgi_reference.engine.ngram import ORDER, Context, NGram, Vector
from tgi_reference.engine.utf8 import continues_well, unfinished_tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.engine.vocabulary import Vocabulary

CONTEXT_LENGTH = ORDER - 1

_ILL_FORMED = 1e-9
"""Probability of all tokens together that would break a character: seen in truncated prompts only."""

_REMEMBERED = 2048
"""Distributions kept at most; each takes about 10 kB, and as much again when sampled from."""


class Distribution:
    """The next token after one context.

    ``logprobs`` covers every token; ``scores`` is the same with minus infinity for what is never
    generated: special tokens other than the end, and bytes that would break a character.
    """

    def __init__(self, logprobs: Vector, possible: npt.NDArray[np.bool_]) -> None:
        self.logprobs = logprobs
        self.scores: Vector = np.where(possible, logprobs, -np.inf)
        self.plans: dict[tuple[float | int | None, ...], object] = {}
        """What a sampler prepared from the scores, by its settings."""

    @cached_property
    def best(self) -> tuple[int, float]:
        """The most probable token (the lowest id among equals) and its log-probability."""
        number = int(self.scores.argmax())
        return number, float(self.scores[number])


class LanguageModel:
    """Distributions by the last tokens, learned from a text and from the answers (one a line) that end."""

    def __init__(self, vocabulary: Vocabulary, text: str, endings: str = "") -> None:
        self._vocabulary = vocabulary
        ending_ids = ([*vocabulary.ids(line), vocabulary.eos_id] for line in endings.splitlines())
        self._ngram = NGram(vocabulary.ids(text), ending_ids, len(vocabulary), vocabulary.special_ids)
        self._remembered: dict[Context, Distribution] = {}
        self._possible: dict[bytes, npt.NDArray[np.bool_]] = {}

    def after(self, ids: Sequence[int]) -> Distribution:
        """The distribution of the token that follows; only the last ``CONTEXT_LENGTH`` ids matter."""
        context = tuple(ids[-CONTEXT_LENGTH:])
        found = self._remembered.get(context)
        if found is None:
            found = self._compute(context)
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[context] = found
        return found

    def _compute(self, context: Context) -> Distribution:
        pending = unfinished_tail(b"".join(self._vocabulary.bytes[number] for number in context))
        possible = self._well_formed(pending)
        shares = np.where(possible, self._ngram.probabilities(context), 0.0)
        shares *= (1.0 - _ILL_FORMED) / shares.sum()
        shares[~possible] = _ILL_FORMED / np.count_nonzero(~possible)
        return Distribution(np.minimum(np.log(shares), 0.0), possible)

    def _well_formed(self, pending: bytes) -> npt.NDArray[np.bool_]:
        """Which tokens may follow the first bytes of a character (usually none)."""
        found = self._possible.get(pending)
        if found is None:
            found = np.array([continues_well(pending, data) for data in self._vocabulary.bytes])
            found[list(self._vocabulary.special_ids)] = False
            found[self._vocabulary.eos_id] = not pending
            self._possible[pending] = found
        return found
