"""Choosing a token: penalties, temperature and truncation, then the best one or a seeded draw."""

from __future__ import annotations

import random
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.engine.model import Candidates, Distribution
    from tgi_reference.engine.ngram import Vector
    from tgi_reference.engine.parameters import SamplingParameters

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
    top: Candidates


@frozen
class Plan:
    """A warped distribution ready to draw from: what is reported, the tokens left, their running total."""

    logprobs: Vector
    ids: Ids | None
    totals: Vector

    def draw(self, chance: float) -> int:
        """The token at ``chance`` (0 up to 1) of the total."""
        place = drawn(self.totals, chance)
        return place if self.ids is None else int(self.ids[place])


class Chooser:
    """Chooses the tokens of one run.

    Reported log-probabilities are those after penalties, grammar and temperature and before top-k, top-p
    and typical-p: so they are finite, and the lists of candidates are as long as asked.
    """

    def __init__(self, parameters: SamplingParameters, prompt: Sequence[int], size: int) -> None:
        self._parameters = parameters
        self._top = parameters.top_n_tokens
        self._penalties = Penalties(parameters, prompt, size) if penalises(parameters) else None
        self._warps = warps(parameters)
        self._settings = (parameters.temperature, parameters.top_k, parameters.top_p, parameters.typical_p)
        self.seed = _seed(parameters)
        self._random = None if self.seed is None else random.Random(self.seed)  # noqa: S311 - not for secrets

    def choose(self, distribution: Distribution, adjusted: Vector | None = None) -> Choice:
        """Choose after a distribution; ``adjusted`` are its scores as a grammar left them."""
        if self._penalties is not None:
            adjusted = self._penalties.apply(distribution.scores if adjusted is None else adjusted)
        choice = self._choose_remembered(distribution) if adjusted is None else self._choose(adjusted)
        if self._penalties is not None:
            self._penalties.remember(choice.id)
        return choice

    def _choose_remembered(self, distribution: Distribution) -> Choice:
        if self._random is None:
            number = distribution.best
        elif self._warps:
            return self._draw(self._remembered_plan(distribution), self._random)
        else:
            number = drawn(distribution.totals, self._random.random())
        return Choice(
            number, reported(distribution.logprob(number)), self._remembered_candidates(distribution)
        )

    def _remembered_candidates(self, distribution: Distribution) -> Candidates:
        if not self._top:
            return ()
        found = distribution.candidates.get(self._top)
        if found is None:
            found = distribution.candidates[self._top] = self._candidates(distribution.scores)
        return found

    def _remembered_plan(self, distribution: Distribution) -> Plan:
        plan = distribution.plans.get(self._settings)
        if not isinstance(plan, Plan):
            plan = _plan(distribution.scores, self._parameters)
            if len(distribution.plans) > 1:
                distribution.plans.clear()
            distribution.plans[self._settings] = plan
        return plan

    def _choose(self, scores: Vector) -> Choice:
        if self._random is not None:
            return self._draw(_plan(log_softmax(scores), self._parameters), self._random)
        logprobs = log_softmax(scores)
        number = int(logprobs.argmax())
        return Choice(number, reported(logprobs[number]), self._candidates(logprobs))

    def _draw(self, plan: Plan, chance: random.Random) -> Choice:
        number = plan.draw(chance.random())
        return Choice(number, reported(plan.logprobs[number]), self._candidates(plan.logprobs))

    def _candidates(self, logprobs: Vector) -> Candidates:
        best = best_first(logprobs, self._top).tolist() if self._top else ()
        return tuple((number, reported(logprobs[number])) for number in best)


class Penalties:
    """What makes some tokens likelier and others less so, by what was written before.

    The repetition penalty looks at the prompt too; the frequency penalty counts generated tokens alone.
    """

    def __init__(self, parameters: SamplingParameters, prompt: Sequence[int], size: int) -> None:
        self._repetition = parameters.repetition_penalty or 1.0
        self._frequency = parameters.frequency_penalty or 0.0
        self._watermark = parameters.watermark
        self._seen = np.zeros(size, dtype=np.bool_)
        self._seen[list(prompt)] = True
        self._counts = np.zeros(size)
        self._previous = prompt[-1] if prompt else 0

    def apply(self, scores: Vector) -> Vector:
        """The scores with the penalties."""
        penalised = np.where(self._seen, repeated(scores, self._repetition), scores)
        penalised -= self._counts * self._frequency
        if self._watermark:
            penalised[_green_tokens(self._previous, len(scores))] += _GREEN_BONUS
        return penalised

    def remember(self, number: int) -> None:
        """Take a generated token into account from now on."""
        self._seen[number] = True
        self._counts[number] += 1
        self._previous = number


def penalises(parameters: SamplingParameters) -> bool:
    """Whether any penalty or the watermark changes the scores."""
    repetition, frequency = parameters.repetition_penalty, parameters.frequency_penalty
    return repetition not in (None, 1.0) or frequency not in (None, 0.0) or parameters.watermark


def warps(parameters: SamplingParameters) -> bool:
    """Whether temperature or truncation changes the distribution that is drawn from."""
    return parameters.temperature not in (None, 1.0) or truncates(parameters)


def truncates(parameters: SamplingParameters) -> bool:
    """Whether only some of the tokens are drawn from."""
    return any(value is not None for value in (parameters.top_k, parameters.top_p, parameters.typical_p))


def _seed(parameters: SamplingParameters) -> int | None:
    if not parameters.samples:
        return None
    return secrets.randbits(64) if parameters.seed is None else parameters.seed


def repeated(scores: Vector, penalty: float) -> Vector:
    """Scores of tokens that were seen before, as the CTRL paper has it: both signs move down."""
    return np.where(scores < 0, scores * penalty, scores / penalty)


@lru_cache(maxsize=256)
def _green_tokens(previous: int, size: int) -> Ids:
    """The favoured tokens after a token (Kirchenbauer et al., a watermark for language models)."""
    return np.random.default_rng(previous).permutation(size)[: int(size * _GREEN_SHARE)].astype(np.intp)


def reported(logprob: float) -> float:
    """A log-probability as it is shown: rounded, never above zero, never minus zero."""
    return min(round(float(logprob), _LOGPROB_DIGITS), 0.0) + 0.0


def log_softmax(scores: Vector) -> Vector:
    """Scores as log-probabilities; minus infinity stays."""
    shifted: Vector = scores - scores.max()
    shifted -= np.log(np.exp(shifted).sum())
    return shifted


def best_first(scores: Vector, count: int) -> Ids:
    """The ids of the best possible tokens, best first; the lower id first among equals."""
    threshold = np.partition(scores, -count)[-count] if count < len(scores) else -np.inf
    ids = np.flatnonzero(scores >= threshold)
    ids = ids[scores[ids] > -np.inf]
    return ids[np.argsort(-scores[ids], kind="stable")[:count]]


def drawn(totals: Vector, chance: float) -> int:
    """The place at ``chance`` (0 up to 1) of a running total; never one that adds nothing to it."""
    total = totals[-1]
    place = int(totals.searchsorted(chance * total, side="right"))
    return place if place < len(totals) else int(totals.searchsorted(total))


def _plan(logprobs: Vector, parameters: SamplingParameters) -> Plan:
    if parameters.temperature not in (None, 1.0):
        logprobs = tempered(logprobs, parameters.temperature)
    ids = _kept(logprobs, parameters)
    return Plan(logprobs, ids, np.exp(logprobs if ids is None else logprobs[ids]).cumsum())


def tempered(scores: Vector, temperature: float) -> Vector:
    """Log-probabilities at a temperature; near zero all but the best become impossible."""
    with np.errstate(over="ignore"):
        return log_softmax((scores - scores.max()) / temperature)


def _kept(logprobs: Vector, parameters: SamplingParameters) -> Ids | None:
    """The tokens that top-k, top-p and typical-p leave, one after the other; ``None`` for all."""
    if not truncates(parameters):
        return None
    ids = best_first(logprobs, parameters.top_k or len(logprobs))
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
    expected = -(probabilities * np.where(probabilities > 0, logprobs, 0.0)).sum()
    order = np.argsort(np.abs(-logprobs - expected), kind="stable")
    return _nucleus(ids[order], probabilities[order], mass)
