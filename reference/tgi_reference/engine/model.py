"""The language model: an n-gram model that writes well-formed UTF-8, with its distributions remembered."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tgi_reference.engine.ngram import ORDER, Context, NGram, Vector
from tgi_reference.engine.utf8 import continues_well, unfinished_tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.engine.vocabulary import Vocabulary

Candidates = tuple[tuple[int, float], ...]
"""Tokens as (id, log-probability), best first."""

CONTEXT_LENGTH = ORDER - 1

_ILL_FORMED = 1e-9
"""Probability of all tokens together that are never written: they occur in prompts only."""

_REMEMBERED = 2048
"""Distributions kept at most; each takes 10 to 60 kB, by how it is used."""


class Distribution:
    """The next token after one context.

    ``shares`` are the probabilities of the tokens that may be written; they are 0 for special tokens other
    than the end and for bytes that would break a character. Each of those has the probability ``floor``.
    """

    def __init__(self, shares: Vector, floor: float) -> None:
        self.shares = shares
        self.floor = floor
        self.plans: dict[tuple[float | None, ...], object] = {}
        """What a sampler prepared from the scores, by its settings."""
        self.candidates: dict[int, Candidates] = {}
        """The best tokens, by how many."""

    @cached_property
    def best(self) -> int:
        """The most probable token (the lowest id among equals)."""
        return int(self.shares.argmax())

    @cached_property
    def totals(self) -> Vector:
        """The running total of the shares."""
        return self.shares.cumsum()

    @cached_property
    def scores(self) -> Vector:
        """The logarithms of the shares: minus infinity for what is never written."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.shares), dtype=np.float64)

    def logprob(self, number: int) -> float:
        """The log-probability of any token: finite, and at most 0."""
        return min(math.log(self.shares[number] or self.floor), 0.0)


class LanguageModel:
    """Distributions by the last tokens, learned from a text and from the answers (one a line) that end."""

    def __init__(self, vocabulary: Vocabulary, text: str, endings: str = "") -> None:
        self._vocabulary = vocabulary
        ending_ids = ([*vocabulary.ids(line), vocabulary.eos_id] for line in endings.splitlines())
        self._ngram = NGram(vocabulary.ids(text), ending_ids, len(vocabulary), vocabulary.special_ids)
        self._remembered: dict[Context, Distribution] = {}
        self._possible: dict[bytes, Vector] = {}

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
        shares = self._ngram.probabilities(context) * possible
        shares *= (1.0 - _ILL_FORMED) / shares.sum()
        return Distribution(shares, _ILL_FORMED / (len(possible) - np.count_nonzero(possible)))

    def _well_formed(self, pending: bytes) -> Vector:
        """One for each token that may follow the first bytes of a character (usually none), else zero."""
        found = self._possible.get(pending)
        if found is None:
            found = np.array([float(continues_well(pending, data)) for data in self._vocabulary.bytes])
            found[list(self._vocabulary.special_ids)] = 0.0
            found[self._vocabulary.eos_id] = 0.0 if pending else 1.0
            self._possible[pending] = found
        return found
