from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tgi_reference.engine import SamplingParameters
from tgi_reference.engine.model import Distribution
from tgi_reference.engine.sampling import Chooser, best_first, drawn, log_softmax, reported

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.engine import Engine, Finish, Step

    Write = Callable[..., list[Step]]
    End = Callable[..., Finish]

SHARES = np.array([0.4, 0.3, 0.15, 0.1, 0.05, 0.0])
DRAWS = 4000


def distribution() -> Distribution:
    return Distribution(SHARES, 1e-9)


def choose_often(prompt: tuple[int, ...] = (), **parameters: object) -> Counter[int]:
    settings = SamplingParameters(max_new_tokens=1, seed=11, **parameters)  # type: ignore[arg-type]
    chooser = Chooser(settings, prompt, len(SHARES))
    source = distribution()
    return Counter(chooser.choose(source).id for _ in range(DRAWS))


def shares_of(counts: Counter[int]) -> list[float]:
    return [counts[number] / DRAWS for number in range(len(SHARES))]


def near(shares: list[float]) -> object:
    return pytest.approx(shares, abs=0.03)


def test_draws_follow_the_distribution() -> None:
    assert near(SHARES.tolist()) == shares_of(choose_often(do_sample=True))


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_temperature_sharpens_or_flattens(temperature: float) -> None:
    warped = SHARES ** (1 / temperature)
    assert near((warped / warped.sum()).tolist()) == shares_of(choose_often(temperature=temperature))


def test_top_k_keeps_the_k_best() -> None:
    assert near([0.4 / 0.7, 0.3 / 0.7, 0, 0, 0, 0]) == shares_of(choose_often(top_k=2))


def test_top_p_keeps_the_fewest_that_reach_the_mass() -> None:
    assert {0, 1, 2} == set(choose_often(top_p=0.8))
    assert {0} == set(choose_often(top_p=0.01))


def test_typical_p_prefers_the_expected_surprise() -> None:
    expected = -sum(share * math.log(share) for share in SHARES if share)
    nearest = min(range(5), key=lambda number: abs(-math.log(SHARES[number]) - expected))
    assert {nearest} == set(choose_often(typical_p=0.01))


def test_truncations_apply_one_after_the_other() -> None:
    assert {0, 1} == set(choose_often(top_k=3, top_p=0.8, do_sample=True))


def test_impossible_tokens_are_never_drawn() -> None:
    assert 5 not in choose_often(temperature=1000.0)
    totals = SHARES.cumsum()
    assert 4 == drawn(totals, math.nextafter(1.0, 0.0))
    assert 0 == drawn(totals, 0.0)


def test_the_repetition_penalty_counts_the_prompt() -> None:
    chooser = Chooser(SamplingParameters(max_new_tokens=1, repetition_penalty=3.0), (0,), len(SHARES))
    assert 1 == chooser.choose(distribution()).id


def test_the_frequency_penalty_grows_with_each_use() -> None:
    chooser = Chooser(SamplingParameters(max_new_tokens=1, frequency_penalty=2.0), (0,), len(SHARES))
    source = distribution()
    assert [0, 1, 2, 3, 0] == [chooser.choose(source).id for _ in range(5)]


def test_a_negative_frequency_penalty_repeats() -> None:
    parameters = SamplingParameters(max_new_tokens=1, frequency_penalty=-2.0, do_sample=True, seed=3)
    chooser = Chooser(parameters, (), len(SHARES))
    source = distribution()
    numbers = [chooser.choose(source).id for _ in range(100)]
    assert 1 == len(set(numbers[50:]))


@pytest.mark.parametrize("name", ["repetition_penalty", "frequency_penalty"])
def test_penalties_make_text_less_repetitive(write: Write, name: str) -> None:
    plain, penalised = (write(max_new_tokens=300, **parameters) for parameters in ({}, {name: 1.9}))
    assert len({step.token.id for step in plain}) < len({step.token.id for step in penalised})


def test_the_watermark_favours_green_tokens(write: Write) -> None:
    plain = write(max_new_tokens=100)
    marked = write(max_new_tokens=100, watermark=True)
    assert [step.token.id for step in plain] != [step.token.id for step in marked]
    assert marked == write(max_new_tokens=100, watermark=True)


def test_the_seed_decides(write: Write) -> None:
    runs = [write(do_sample=True, seed=seed) for seed in (1, 1, 2, 2**64 - 1)]
    assert runs[0] == runs[1]
    finishes = [finish for run in runs if (finish := run[-1].finish) is not None]
    assert 3 == len({finish.generated_text for finish in finishes})
    assert [1, 1, 2, 2**64 - 1] == [finish.seed for finish in finishes]


def test_a_sampled_run_without_seed_reports_one_that_repeats_it(end: End) -> None:
    finish = end(temperature=0.9)
    assert finish.seed is not None
    assert 0 <= finish.seed < 2**64
    assert finish == end(temperature=0.9, seed=finish.seed)


def test_top_k_1_is_greedy(write: Write) -> None:
    greedy = [step.token.id for step in write(max_new_tokens=100)]
    assert greedy == [step.token.id for step in write(max_new_tokens=100, top_k=1, seed=5)]


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": 0.5},
        {"temperature": 3.0},
        {"top_k": 1},
        {"top_p": 0.1},
        {"typical_p": 0.2},
        {"repetition_penalty": 1.3},
        {"frequency_penalty": -2.0},
        {"watermark": True},
    ],
)
def test_reported_logprobs_are_a_distribution(
    write: Write, engine: Engine, parameters: dict[str, object]
) -> None:
    size = len(engine.vocabulary)
    for step in write(max_new_tokens=5, seed=1, top_n_tokens=size, **parameters):
        by_id = {token.id: token.logprob or 0.0 for token in step.top_tokens}
        assert pytest.approx(1.0, abs=1e-4) == sum(map(math.exp, by_id.values()))
        assert step.token.logprob == by_id[step.token.id] <= 0


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": 5e-324},
        {"temperature": 1e300},
        {"repetition_penalty": 1e300},
        {"repetition_penalty": 1e-300},
    ],
)
@pytest.mark.parametrize("pattern", [None, "a{9}"])
def test_extreme_settings_are_survived(
    write: Write, engine: Engine, parameters: dict[str, Any], pattern: str | None
) -> None:
    grammar = engine.compile_grammar("regex", pattern) if pattern else None
    steps = write(max_new_tokens=9, seed=1, grammar=grammar, top_n_tokens=3, **parameters)
    logprobs = [token.logprob for step in steps for token in (step.token, *step.top_tokens)]
    assert all(logprob is not None and -math.inf < logprob <= 0 for logprob in logprobs)


def test_equals_are_listed_by_id() -> None:
    assert [1, 3, 0, 2] == best_first(np.log([0.2, 0.3, 0.2, 0.3]), 9).tolist()
    assert [1, 3, 0] == best_first(np.log([0.2, 0.3, 0.2, 0.3]), 3).tolist()


def test_reported_logprobs_are_never_above_zero_or_minus_zero() -> None:
    assert "0.0" == str(reported(1e-12)) == str(reported(-1e-12))


def test_log_softmax_keeps_the_impossible() -> None:
    assert [pytest.approx(math.log(0.5)), -math.inf] == log_softmax(np.array([1.0, -np.inf, 1.0]))[
        :2
    ].tolist()
