"""An interpolated n-gram model: how probable is each token after the tokens before it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Vector = npt.NDArray[np.float64]
Context = tuple[int, ...]

ORDER = 4
"""Tokens looked at together: the one predicted and up to three before it."""

_ADDED = 0.05
"""What the unigram adds to each count, so that no token is impossible."""

_SPECIAL_FLOOR = 1e-9
"""The unigram's probability of a special token: an answer must not end by a slip of smoothing."""

_ENDING_CONTEXT = 2
"""Answers that end are learned from at least this many tokens, so that other text doesn't drift there."""

_BACKOFF = 0.25
"""Weight of the shorter context, for each different token seen after the longer one."""


@frozen
class Followers:
    """What was seen after one context: token ids and how often, and the weight left to shorter contexts."""

    ids: npt.NDArray[np.intp]
    shares: Vector
    rest: float


class NGram:
    """Counts of one corpus; each longer context is mixed with the shorter ones (after Witten and Bell)."""

    def __init__(
        self, text: Sequence[int], endings: Iterable[Sequence[int]], size: int, special_ids: Sequence[int]
    ) -> None:
        counts: dict[Context, Counter[int]] = {(): Counter()}
        _count(counts, text, shortest_context=0)
        for ending in endings:
            _count(counts, ending, shortest_context=_ENDING_CONTEXT)
        self._unigram = _unigram(counts.pop(()), size, special_ids)
        self._followers = {context: _followers(seen) for context, seen in counts.items()}

    def probabilities(self, context: Context) -> Vector:
        """The distribution of the next token: positive everywhere, summing to one."""
        mixed = self._unigram
        for length in range(1, ORDER):
            followers = self._followers.get(context[-length:]) if length <= len(context) else None
            if followers is None:
                break
            mixed = mixed * followers.rest
            mixed[followers.ids] += followers.shares
        return mixed


def _count(counts: dict[Context, Counter[int]], ids: Sequence[int], shortest_context: int) -> None:
    for place, number in enumerate(ids):
        for length in range(shortest_context, min(ORDER - 1, place) + 1):
            context = tuple(ids[place - length : place])
            counts.setdefault(context, Counter())[number] += 1


def _unigram(counts: Counter[int], size: int, special_ids: Sequence[int]) -> Vector:
    numbers = np.full(size, _ADDED)
    for number, count in counts.items():
        numbers[number] += count
    special = list(special_ids)
    numbers[special] = 0.0
    unigram: Vector = numbers * ((1.0 - _SPECIAL_FLOOR * len(special)) / numbers.sum())
    unigram[special] = _SPECIAL_FLOOR
    return unigram


def _followers(counts: Counter[int]) -> Followers:
    ids = np.array(sorted(counts), dtype=np.intp)
    numbers = np.array([counts[int(number)] for number in ids], dtype=np.float64)
    weight = numbers.sum() + _BACKOFF * len(numbers)
    return Followers(ids, numbers / weight, _BACKOFF * len(numbers) / weight)
