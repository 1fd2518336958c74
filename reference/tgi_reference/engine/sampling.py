"""Choosing a token: penalties, temperature and truncation, then the best one or a seeded draw."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.engine.model import Distribution
    from tgi_reference.engine.ngram import Vector
    from tgi_reference.engine.values import SamplingParameters

    Ids = npt.NDArray[np.intp]

_GREEN_SHARE = 0.5
_GREEN_BONUS = 2.0
"""Watermark: this share of the tokens, drawn anew after each token, gets this bonus (in nats)."""

_LOGPROB_DIGITS = 7
"""Decimals of reported log-probabilities: about what the 32-bit floats of TGI carry."""


@frozen
class Choice:
    """A chosen token, its log-probability, and the best candidates as (id, log-probability)."""

    id: int
    logprob: float
    top: tuple[tuple[int, float], ...]


@frozen
class Plan:
    """A distribution ready to draw from: what is reported, which tokens are left, their running total."""

    logprobs: Vector
    ids: Ids | None
    totals: Vector
    last: int

    def draw(self, chance: float) -> int:
        """The token at ``chance`` (0 up to 1) of the total; never one without a share of it."""
        place = int(self.totals.searchsorted(chance * self.totals[-1], side="right"))
        place = min(place, self.last)
        return place if self.ids is None else int(self.ids[place])


class Chooser:
    """Chooses the tokens of one run.

    Reported log-probabilities are those after penalties, grammar and temperature and before top-k, top-p
    and typical-p: so they are finite, and the lists of candidates are as long as asked.
    """

    def __init__(self, parameters: SamplingParameters, prompt: Sequence[int]) -> None:
        self._parameters = parameters
        self._top = parameters.top_n_tokens
        self._penalised = _penalises(parameters)
        self._seen = set(prompt) if self._penalised else set()
        self._counts: Counter[int] = Counter()
        self._previous = prompt[-1] if prompt else 0
        self.seed = _seed(parameters)
        self._random = None if self.seed is None else random.Random(self.seed)  # noqa: S311 - not for secrets
        self._settings = (
            parameters.temperature,
            parameters.top_k,
            parameters.top_p,
            parameters.typical_p,
        )

    def choose(self, distribution: Distribution, adjusted: Vector | None = None) -> Choice:
        """Choose after a distribution; ``adjusted`` are its scores as a grammar left them."""
        if self._penalised:
            adjusted = self._penalise(distribution.scores if adjusted is None else adjusted)
        if adjusted is None:
            choice = self._choose_remembered(distribution)
        else:
            choice = self._choose(adjusted)
        if self._penalised:
            self._remember(choice.id)
        return choice

    def _choose_remembered(self, distribution: Distribution) -> Choice:
        if self._random is None:
            number, logprob = distribution.best
            return Choice(number, reported(logprob), self._candidates(distribution.scores))
        plan = distribution.plans.get(self._settings)
        if not isinstance(plan, Plan):
            plan = _plan(distribution.scores, self._parameters)
            if len(distribution.plans) > 1:
                distribution.plans.clear()
            distribution.plans[self._settings] = plan
        return self._draw(plan, self._random)

    def _choose(self, scores: Vector) -> Choice:
        if self._random is not None:
            return self._draw(_plan(scores, self._parameters), self._random)
        logprobs = log_softmax(scores)
        number = int(logprobs.argmax())
        return Choice(number, reported(logprobs[number]), self._candidates(logprobs))

    def _draw(self, plan: Plan, chance: random.Random) -> Choice:
        number = plan.draw(chance.random())
        return Choice(number, reported(plan.logprobs[number]), self._candidates(plan.logprobs))

    def _candidates(self, logprobs: Vector) -> tuple[tuple[int, float], ...]:
        if not self._top:
            return ()
        best = best_first(logprobs)[: self._top].tolist()
        return tuple((number, reported(logprobs[number])) for number in best if logprobs[number] > -np.inf)

    def _penalise(self, scores: Vector) -> Vector:
        scores = scores.copy()
        parameters = self._parameters
        if parameters.repetition_penalty is not None:
            seen = list(self._seen)
            scores[seen] = repeated(scores[seen], parameters.repetition_penalty)
        for number, count in self._counts.items() if parameters.frequency_penalty else ():
            scores[number] -= parameters.frequency_penalty * count
        if parameters.watermark:
            scores[_green_tokens(self._previous, len(scores))] += _GREEN_BONUS
        return scores

    def _remember(self, number: int) -> None:
        self._seen.add(number)
        self._counts[number] += 1
        self._previous = number


def _penalises(parameters: SamplingParameters) -> bool:
    repetition, frequency = parameters.repetition_penalty, parameters.frequency_penalty
    return repetition not in (None, 1.0) or frequency not in (None, 0.0) or parameters.watermark


def _seed(parameters: SamplingParameters) -> int | None:
    if not parameters.samples:
        return None
    return secrets.randbits(64) if parameters.seed is None else parameters.seed


def repeated(scores: Vector, penalty: float) -> Vector:
    """Scores of tokens that were seen before, as the CTRL paper has it: both signs move down."""
    return np.where(scores < 0, scores * penalty, scores / penalty)


def _green_tokens(previous: int, size: int) -> npt.NDArray[np.int64]:
    """The favoured tokens after a token (Kirchenbauer et al., a watermark for language models)."""
    return np.random.default_rng(previous).permutation(size)[: int(size * _GREEN_SHARE)]


def reported(logprob: float) -> float:
    """A log-probability as it is shown: rounded, never above zero, never minus zero."""
    return min(round(float(logprob), _LOGPROB_DIGITS), 0.0) + 0.0


def log_softmax(scores: Vector) -> Vector:
    """Scores as log-probabilities; minus infinity stays."""
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float64)


def best_first(scores: Vector) -> Ids:
    """Token ids from the most probable on; the lower id first among equals."""
    return np.argsort(-scores, kind="stable")


def _plan(scores: Vector, parameters: SamplingParameters) -> Plan:
    if parameters.temperature is not None:
        scores = scores / parameters.temperature
    logprobs = log_softmax(scores)
    ids = _kept(logprobs, parameters)
    totals = np.exp(logprobs if ids is None else logprobs[ids]).cumsum()
    return Plan(logprobs, ids, totals, last=int(totals.searchsorted(totals[-1])))


def _kept(logprobs: Vector, parameters: SamplingParameters) -> Ids | None:
    """The tokens that top-k, top-p and typical-p leave, one after the other; ``None`` for all."""
    if parameters.top_k is None and parameters.top_p is None and parameters.typical_p is None:
        return None
    ids = best_first(logprobs)
    if parameters.top_k is not None:
        ids = ids[: parameters.top_k]
    if parameters.top_p is not None:
        ids = _nucleus(ids, np.exp(log_softmax(logprobs[ids])), parameters.top_p)
    if parameters.typical_p is not None:
        ids = _typical(ids, log_softmax(logprobs[ids]), parameters.typical_p)
    return ids


def _nucleus(ids: Ids, probabilities: Vector, mass: float) -> Ids:
    """The first ids whose probabilities reach the mass; at least one."""
    return ids[: int(probabilities.cumsum().searchsorted(mass)) + 1]


def _typical(ids: Ids, logprobs: Vector, mass: float) -> Ids:
    """The ids whose surprise is nearest to the expected one (Meister et al., locally typical sampling)."""
    probabilities = np.exp(logprobs)
    finite = np.where(probabilities > 0, logprobs, 0.0)
    expected = -(probabilities * finite).sum()
    order = np.argsort(np.abs(-logprobs - expected), kind="stable")
    return _nucleus(ids[order], probabilities[order], mass)
