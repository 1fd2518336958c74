from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tgi_reference.engine import Engine, SamplingParameters, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.engine import Finish

    Write = Callable[..., list[Step]]
    End = Callable[..., Finish]

ENGINE = Engine()


def texts(steps: list[Step]) -> str:
    return "".join(step.token.text for step in steps if not step.token.special)


def finish_of(steps: list[Step]) -> Finish:
    finish = steps[-1].finish
    assert finish is not None
    return finish


def test_the_limit_is_exact_and_only_the_last_step_finishes(write: Write) -> None:
    steps = write(max_new_tokens=7)
    assert [None] * 6 == [step.finish for step in steps[:-1]]
    finish = finish_of(steps)
    assert ("length", 7, None) == (finish.reason, finish.generated_tokens, finish.seed)
    assert finish.generated_text == texts(steps)


def test_a_smaller_limit_gives_a_beginning(write: Write) -> None:
    long = write(max_new_tokens=30)
    assert [step.token for step in long[:11]] == [step.token for step in write(max_new_tokens=11)]


def test_greedy_runs_are_equal_and_without_seed(write: Write, end: End) -> None:
    assert write() == write()
    assert end(seed=7).seed is None


def test_free_text_goes_on_to_its_limit(end: End) -> None:
    for seed in range(5):
        assert "length" == end(max_new_tokens=1000, do_sample=True, seed=seed).reason


def test_a_farewell_ends_with_the_end_token(write: Write) -> None:
    steps = write("Now say goodbye", max_new_tokens=10)
    assert steps[-1].token.special
    assert "<|im_end|>" == steps[-1].token.text
    finish = finish_of(steps)
    assert ("eos_token", len(steps)) == (finish.reason, finish.generated_tokens)
    assert "." == finish.generated_text == texts(steps)


def test_the_limit_comes_before_the_end_token(end: End) -> None:
    finish = end("Now say goodbye", max_new_tokens=2)
    assert ("length", 2, ".") == (finish.reason, finish.generated_tokens, finish.generated_text)


@settings(max_examples=60)
@given(st.integers(0, 2**64 - 1), st.sampled_from([None, 0.3, 1.5, 5.0, 50.0]))
def test_no_stream_shows_half_a_character(seed: int, temperature: float | None) -> None:
    parameters = SamplingParameters(max_new_tokens=40, do_sample=True, seed=seed, temperature=temperature)
    steps = list(ENGINE.generate(ENGINE.encode("日本語 🤖").ids, parameters))
    assert all("\ufffd" not in step.token.text for step in steps)
    assert texts(steps) == finish_of(steps).generated_text
    pieces = b"".join(ENGINE.vocabulary.bytes[step.token.id] for step in steps if not step.token.special)
    assert texts(steps) == pieces.decode("utf-8", "ignore")


def test_a_character_of_several_tokens_comes_with_the_last(write: Write, engine: Engine) -> None:
    grammar = engine.compile_grammar("regex", "\U0001f3a8x")
    steps = write(grammar=grammar)
    assert "\U0001f3a8x" == finish_of(steps).generated_text
    assert ["", "", "\U0001f3a8", "x", "<|im_end|>"] == [step.token.text for step in steps]


@settings(max_examples=60)
@given(st.data())
def test_a_stop_string_ends_the_run_with_the_token_that_completes_it(data: st.DataObject) -> None:
    ids = ENGINE.encode("What is Deep Learning?").ids
    whole = list(ENGINE.generate(ids, SamplingParameters(max_new_tokens=60)))
    text = texts(whole)
    start = data.draw(st.integers(0, len(text) - 1))
    stop = text[start : start + data.draw(st.integers(1, 12))]
    steps = list(ENGINE.generate(ids, SamplingParameters(max_new_tokens=61, stop=("§§", stop))))
    count = next(n for n in range(1, len(whole) + 1) if stop in texts(whole[:n]))
    assert [step.token for step in whole[:count]] == [step.token for step in steps]
    assert ("stop_sequence", count) == (finish_of(steps).reason, finish_of(steps).generated_tokens)
    assert stop in finish_of(steps).generated_text == texts(steps)


def test_an_empty_stop_string_stops_after_the_first_token(end: End) -> None:
    finish = end(stop=("",))
    assert ("stop_sequence", 1) == (finish.reason, finish.generated_tokens)


def test_a_stop_string_in_the_prompt_is_no_stop(end: End) -> None:
    assert "length" == end("The end of §", stop=("§",)).reason


@pytest.mark.parametrize("count", [1, 3, 5])
def test_top_tokens_are_the_best_ones_best_first(write: Write, count: int) -> None:
    for step in write(top_n_tokens=count):
        logprobs = [token.logprob or 0.0 for token in step.top_tokens]
        assert count == len({token.id for token in step.top_tokens})
        assert sorted(logprobs, reverse=True) == logprobs
        assert (step.token.id, step.token.logprob) == (step.top_tokens[0].id, step.top_tokens[0].logprob)
        assert sum(map(math.exp, logprobs)) <= 1 + 1e-6


def test_top_tokens_come_only_when_asked(write: Write) -> None:
    assert all(() == step.top_tokens for step in write())


def test_a_limit_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="max_new_tokens"):
        SamplingParameters(max_new_tokens=0)


def test_an_empty_prompt_can_be_continued(end: End) -> None:
    assert 5 == end("", max_new_tokens=5).generated_tokens
