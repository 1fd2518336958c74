"""Inexact decoding is recognised, and answers are compared after an opening from which they repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.factories import make_session

from tgi_conformance.http.target import Target
from tgi_conformance.protocol.answers import Answer
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE
from tgi_conformance.requirements._effects_in_noise import expect_temperature, expect_top_p
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError
from tgi_conformance.session.capabilities import Capabilities
from tgi_conformance.session.context import RETRIES, Context
from tgi_conformance.session.probes import EXACT, REPRODUCIBLE, probe
from tgi_conformance.session.repeatability import FEWEST, RepeatableOpening, _longest_certain_run
from tgi_conformance.session.response_cache import ResponseCache
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING = RepeatableOpening("no equal answers", " It is", 12, frozenset({"generate"}))


@pytest.fixture(scope="module")
def noisy() -> Iterator[str]:
    with running(Settings(quiet=True, noise=0.05, fault_seed=3)) as server:
        yield server.url


def context_at(url: str, capabilities: Capabilities) -> Context:
    return Context("info.says-so", make_session(Target(url), capabilities=capabilities))


def probed(url: str) -> Capabilities:
    return probe(ResponseCache(make_session(Target(url)).sender), Capabilities())


def test_exact_decoding_is_recognised(tgi_server: Any) -> None:
    capabilities = probed(tgi_server.url)

    assert capabilities.repeatable_opening is None
    assert set() == {EXACT, REPRODUCIBLE} & set(capabilities.absent)


def test_noise_is_recognised_and_an_opening_found_for_all_dialects(noisy: str) -> None:
    capabilities = probed(noisy)

    assert capabilities.repeatable_opening is not None
    assert {"generate", "chat", "completions"} == capabilities.repeatable_opening.dialects
    assert capabilities.repeatable_opening.tokens >= FEWEST
    assert "gave different answers" in capabilities.absent[EXACT]
    assert REPRODUCIBLE not in capabilities.absent


def test_temperature_and_top_p_show_through_noise(noisy: str) -> None:
    context = context_at(noisy, probed(noisy))

    for form in (GENERATE, CHAT, COMPLETIONS):
        expect_temperature(context, form, {})
        expect_top_p(context, form, {})


def test_a_temperature_that_is_ignored_shows_through_noise() -> None:
    settings = Settings(quiet=True, noise=0.05, fault_seed=3, faults=("temperature-is-ignored",))
    with running(settings) as server:
        context = context_at(server.url, probed(server.url))
        with pytest.raises(UnmetError):
            expect_temperature(context, GENERATE, {})


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
def test_the_longest_certain_run_is_found(logprobs: tuple[float, ...], expected: tuple[int, int]) -> None:
    assert expected == _longest_certain_run(tokens(*logprobs))


def test_a_prompt_ends_with_the_opening() -> None:
    context = context_at("http://127.0.0.1:9", Capabilities(repeatable_opening=OPENING))

    assert "What? It is" == context.repeatable(GENERATE).body("What?")["inputs"]
    assert (12, 5) == (context.repeatable_tokens(24), context.repeatable_tokens(5))
    with pytest.raises(UnsupportedError, match="no equal answers"):
        context.repeatable(CHAT)


def test_a_conversation_ends_with_the_opening() -> None:
    capabilities = Capabilities(
        repeatable_opening=RepeatableOpening("no equal answers", "It is", 12, frozenset({"chat"}))
    )
    body = context_at("http://127.0.0.1:9", capabilities).repeatable(CHAT).body("What?")

    assert [("user", "What?"), ("assistant", "It is")] == [
        (m["role"], m["content"]) for m in body["messages"]
    ]


def test_exact_decoding_needs_no_opening() -> None:
    context = context_at("http://127.0.0.1:9", Capabilities())

    assert GENERATE is context.repeatable(GENERATE)
    assert 24 == context.repeatable_tokens(24)


@pytest.mark.parametrize(
    ("capabilities", "calls"), [(Capabilities(), 1), (Capabilities(repeatable_opening=OPENING), 1 + RETRIES)]
)
def test_a_real_failure_fails_each_time(capabilities: Capabilities, calls: int) -> None:
    times = []

    def broken() -> None:
        times.append(1)
        raise UnmetError("this", "that")

    with pytest.raises(UnmetError):
        context_at("http://127.0.0.1:9", capabilities).retry_if_inexact(broken)
    assert calls == len(times)


def test_a_tie_decided_differently_once_is_no_failure() -> None:
    answers = iter([False, True])

    def tied() -> str:
        if not next(answers):
            raise UnmetError("this", "that")
        return "met"

    assert "met" == context_at(
        "http://127.0.0.1:9", Capabilities(repeatable_opening=OPENING)
    ).retry_if_inexact(tied)
