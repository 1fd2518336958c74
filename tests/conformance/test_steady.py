"""Decoding that is not exact is told from decoding that is, and judged from where answers repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.making import make_requirement, make_setting

from tgi_conformance.answer import Answer
from tgi_conformance.api import CHAT, COMPLETIONS, GENERATE
from tgi_conformance.families.effects_in_noise import expect_temperature, expect_top_p
from tgi_conformance.outcomes import UnmetError, UnsupportedError
from tgi_conformance.probes import EXACT, REPRODUCIBLE, Facts, probe
from tgi_conformance.samples import Samples
from tgi_conformance.steady import FEWEST, Steady, _surest
from tgi_conformance.target import Target
from tgi_conformance.trial import AGAIN, Trial
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

STEADY = Steady("not alike", " It is", 12, frozenset({"generate"}))


@pytest.fixture(scope="module")
def noisy() -> Iterator[str]:
    with running(Settings(quiet=True, noise=0.05, fault_seed=3)) as server:
        yield server.url


def trial_at(url: str, facts: Facts) -> Trial:
    return Trial(make_requirement(lambda _: None), make_setting(Target(url), facts=facts))


def probed(url: str) -> Facts:
    return probe(Samples(make_setting(Target(url)).client), Facts())


def test_exact_decoding_is_told_as_such(tgi_server: Any) -> None:
    facts = probed(tgi_server.url)

    assert facts.steady is None
    assert set() == {EXACT, REPRODUCIBLE} & set(facts.absent)


def test_noise_is_told_and_an_opening_found_that_all_dialects_repeat_from(noisy: str) -> None:
    facts = probed(noisy)

    assert facts.steady is not None
    assert {"generate", "chat", "completions"} == facts.steady.dialects
    assert facts.steady.tokens >= FEWEST
    assert "not answered alike" in facts.absent[EXACT]
    assert REPRODUCIBLE not in facts.absent


def test_temperature_and_top_p_show_through_noise(noisy: str) -> None:
    trial = trial_at(noisy, probed(noisy))

    for form in (GENERATE, CHAT, COMPLETIONS):
        expect_temperature(trial, form, {})
        expect_top_p(trial, form, {})


def test_a_temperature_that_is_ignored_shows_through_noise() -> None:
    settings = Settings(quiet=True, noise=0.05, fault_seed=3, faults=("temperature-is-ignored",))
    with running(settings) as server:
        trial = trial_at(server.url, probed(server.url))
        with pytest.raises(UnmetError):
            expect_temperature(trial, GENERATE, {})


def tokens(*logprobs: float | None) -> Answer:
    return Answer(text="", finish=None, tokens=tuple({"logprob": one, "special": False} for one in logprobs))


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        ((), (0, 0)),
        ((-2.0, -0.1, -0.2, -3.0, -0.1), (1, 2)),
        ((-0.1, -3.0, -0.1), (0, 1)),
        ((-3.0, -0.1, -0.1), (1, 2)),
        ((None, -0.1), (1, 1)),
    ],
)
def test_the_longest_run_that_the_model_is_sure_of(
    logprobs: tuple[float, ...], expected: tuple[int, int]
) -> None:
    assert expected == _surest(tokens(*logprobs))


def test_a_form_is_asked_with_the_opening() -> None:
    trial = trial_at("http://127.0.0.1:9", Facts(steady=STEADY))

    assert "What? It is" == trial.steady(GENERATE).body("What?")["inputs"]
    assert (12, 5) == (trial.few(24), trial.few(5))
    with pytest.raises(UnsupportedError, match="not alike"):
        trial.steady(CHAT)


def test_a_conversation_ends_with_the_opening() -> None:
    facts = Facts(steady=Steady("not alike", "It is", 12, frozenset({"chat"})))
    body = trial_at("http://127.0.0.1:9", facts).steady(CHAT).body("What?")

    assert [("user", "What?"), ("assistant", "It is")] == [
        (m["role"], m["content"]) for m in body["messages"]
    ]


def test_exact_decoding_is_asked_as_ever() -> None:
    trial = trial_at("http://127.0.0.1:9", Facts())

    assert GENERATE is trial.steady(GENERATE)
    assert 24 == trial.few(24)


@pytest.mark.parametrize(("facts", "held"), [(Facts(), 1), (Facts(steady=STEADY), 1 + AGAIN)])
def test_what_is_broken_fails_each_time(facts: Facts, held: int) -> None:
    times = []

    def broken() -> None:
        times.append(1)
        raise UnmetError("this", "that")

    with pytest.raises(UnmetError):
        trial_at("http://127.0.0.1:9", facts).steadily(broken)
    assert held == len(times)


def test_a_tie_that_falls_otherwise_once_is_forgiven() -> None:
    answers = iter([False, True])

    def tied() -> str:
        if not next(answers):
            raise UnmetError("this", "that")
        return "held"

    assert "held" == trial_at("http://127.0.0.1:9", Facts(steady=STEADY)).steadily(tied)
