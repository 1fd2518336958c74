"""Noise on the logits: no two answers are quite the same, and what is impossible stays so."""

from __future__ import annotations

import numpy as np

from tgi_reference.engine import Engine, Noise, SamplingParameters

SIGMA = 0.05
PARAMETERS = SamplingParameters(max_new_tokens=20)


def logprobs(engine: Engine) -> list[float | None]:
    ids = engine.encode("What is Deep Learning?").ids
    return [step.token.logprob for step in engine.generate(ids, PARAMETERS)]


def test_equal_requests_have_other_logprobs_that_are_near() -> None:
    engine = Engine(Noise(SIGMA))
    first, second = logprobs(engine)[0], logprobs(engine)[0]
    assert first is not None
    assert second is not None
    assert first != second
    assert abs(first - second) < 10 * SIGMA


def test_without_noise_they_are_the_same(engine: Engine) -> None:
    assert logprobs(engine) == logprobs(engine)


def test_a_seed_makes_a_server_repeat_what_another_did() -> None:
    assert logprobs(Engine(Noise(SIGMA, 7))) == logprobs(Engine(Noise(SIGMA, 7)))
    assert logprobs(Engine(Noise(SIGMA))) != logprobs(Engine(Noise(SIGMA)))


def test_noise_has_the_deviation_asked_for_and_leaves_the_impossible() -> None:
    scores = np.append(np.zeros(10_000), -np.inf)
    noisy = Noise(SIGMA, 1).disturbed(scores)
    assert abs(float(noisy[:-1].std()) - SIGMA) < SIGMA / 20
    assert -np.inf == noisy[-1]


def test_a_grammar_holds_under_noise() -> None:
    engine = Engine(Noise(3.0, 1))
    parameters = SamplingParameters(
        max_new_tokens=40, grammar=engine.compile_grammar("regex", "(yes|no)"), do_sample=True
    )
    for _ in range(20):
        finish = [*engine.generate((1,), parameters)][-1].finish
        assert finish is not None
        assert finish.generated_text in {"yes", "no"}
