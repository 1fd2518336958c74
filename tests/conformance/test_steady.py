"""Decoding that is not exact is told from decoding that is, and judged from where answers repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.making import make_session

from tgi_conformance.http.target import Target
from tgi_conformance.protocol.answers import Answer
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE
from tgi_conformance.requirements._effects_in_noise import expect_temperature, expect_top_p
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError
from tgi_conformance.session.capabilities import Capabilities
from tgi_conformance.session.context import AGAIN, Context
from tgi_conformance.session.probes import EXACT, REPRODUCIBLE, probe
from tgi_conformance.session.repeatability import FEWEST, Steady, _surest
from tgi_conformance.session.response_cache import ResponseCache
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

STEADY = Steady("not alike", " It is", 12, frozenset({"generate"}))


@pytest.fixture(scope="module")
def noisy() -> Iterator[str]:
    with running(Settings(quiet=True, noise=0.05, fault_seed=3)) as server:
        yield server.url


def context_at(url: str, capabilities: Capabilities) -> Context:
    return Context("info.says-so", make_session(Target(url), capabilities=capabilities))


def probed(url: str) -> Capabilities:
    return probe(ResponseCache(make_session(Target(url)).sender), Capabilities())


def test_exact_decoding_is_told_as_such(tgi_server: Any) -> None:
    capabilities = probed(tgi_server.url)

    assert capabilities.steady is None
    assert set() == {EXACT, REPRODUCIBLE} & set(capabilities.absent)


def test_noise_is_told_and_an_opening_found_that_all_dialects_repeat_from(noisy: str) -> None:
    capabilities = probed(noisy)

    assert capabilities.steady is not None
    assert {"generate", "chat", "completions"} == capabilities.steady.dialects
    assert capabilities.steady.tokens >= FEWEST
    assert "not answered alike" in capabilities.absent[EXACT]
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
def test_the_longest_run_that_the_model_is_sure_of(
    logprobs: tuple[float, ...], expected: tuple[int, int]
) -> None:
    assert expected == _surest(tokens(*logprobs))


def test_a_form_is_asked_with_the_opening() -> None:
    context = context_at("http://127.0.0.1:9", Capabilities(steady=STEADY))

    assert "What? It is" == context.steady(GENERATE).body("What?")["inputs"]
    assert (12, 5) == (context.few(24), context.few(5))
    with pytest.raises(UnsupportedError, match="not alike"):
        context.steady(CHAT)


def test_a_conversation_ends_with_the_opening() -> None:
    capabilities = Capabilities(steady=Steady("not alike", "It is", 12, frozenset({"chat"})))
    body = context_at("http://127.0.0.1:9", capabilities).steady(CHAT).body("What?")

    assert [("user", "What?"), ("assistant", "It is")] == [
        (m["role"], m["content"]) for m in body["messages"]
    ]


def test_exact_decoding_is_asked_as_ever() -> None:
    context = context_at("http://127.0.0.1:9", Capabilities())

    assert GENERATE is context.steady(GENERATE)
    assert 24 == context.few(24)


@pytest.mark.parametrize(
    ("capabilities", "held"), [(Capabilities(), 1), (Capabilities(steady=STEADY), 1 + AGAIN)]
)
def test_what_is_broken_fails_each_time(capabilities: Capabilities, held: int) -> None:
    times = []

    def broken() -> None:
        times.append(1)
        raise UnmetError("this", "that")

    with pytest.raises(UnmetError):
        context_at("http://127.0.0.1:9", capabilities).steadily(broken)
    assert held == len(times)


def test_a_tie_that_falls_otherwise_once_is_forgiven() -> None:
    answers = iter([False, True])

    def tied() -> str:
        if not next(answers):
            raise UnmetError("this", "that")
        return "held"

    assert "held" == context_at("http://127.0.0.1:9", Capabilities(steady=STEADY)).steadily(tied)
