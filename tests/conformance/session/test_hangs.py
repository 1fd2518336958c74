"""A deployment that hangs does not use up the run's time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.factories import make_requirement, make_session
from tests.conformance.hostile import EVENTS, JSON, answer, hostile

from tgi_conformance.engine.execute import execute
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.exchange import Exchange, NoAnswerError, Request, Response
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import CHAT, GENERATE, GENERATE_STREAM, get, post
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.hangs import IMPATIENT, LARGE, SHORTEST, TIMEOUTS, Hangs

if TYPE_CHECKING:
    from tests.conformance.hostile import Connection

    from tgi_conformance.session.context import Context

MOST = 60.0


def answered(request: Request, seconds: float, tokens: int = 0) -> Hangs:
    hangs = Hangs()
    hangs.record_answer(Exchange(request, Response(200, {}, b"", seconds)), tokens)  # type: ignore[arg-type]
    return hangs


def test_the_first_request_may_take_as_long_as_the_bounds_allow() -> None:
    assert MOST == Hangs().allowed(GENERATE.ask(), MOST)


def test_quick_answers_shorten_the_wait() -> None:
    hangs = answered(get("/info"), 0.01)

    assert SHORTEST == hangs.allowed(GENERATE.ask(), MOST)
    assert 1.0 == hangs.allowed(GENERATE.ask(), 1.0)


def test_slow_answers_lengthen_the_wait() -> None:
    hangs = answered(GENERATE.ask(tokens=4), 4.0, 4)

    assert 40.0 == hangs.allowed(GENERATE.ask(tokens=4), MOST)
    assert MOST == hangs.allowed(GENERATE.ask(tokens=20), MOST)
    assert MOST == hangs.allowed(CHAT.ask(tokens=None), MOST)
    assert 40.0 == hangs.allowed(get("/health"), MOST)
    assert 40.0 == hangs.allowed(post("/tokenize", {"inputs": "x"}), MOST)


def test_a_large_body_may_take_as_long_as_the_bounds_allow() -> None:
    assert MOST == answered(get("/info"), 0.01).allowed(GENERATE.ask("x" * LARGE), MOST)


def test_a_kind_that_only_times_out_is_not_sent_a_third_time() -> None:
    hangs = answered(get("/info"), 0.01)
    for _ in range(TIMEOUTS):
        hangs.record_timeout(GENERATE_STREAM.ask(), 1.0)
    with pytest.raises(NoAnswerError, match="two requests of its kind timed out"):
        hangs.allowed(GENERATE_STREAM.ask("another"), MOST)

    assert SHORTEST == hangs.allowed(GENERATE.ask(), MOST)


def test_a_kind_that_times_out_sometimes_has_a_short_wait() -> None:
    hangs = answered(GENERATE.ask(), 0.01)
    for _ in range(TIMEOUTS):
        hangs.record_timeout(GENERATE.ask(), 1.0)

    assert IMPATIENT[0][1] == hangs.allowed(GENERATE.ask(), MOST)


def test_timeouts_shorten_the_wait() -> None:
    hangs = answered(get("/info"), 0.01)
    for waited, seconds in reversed(IMPATIENT):
        hangs.record_timeout(get(f"/{waited}"), waited)

        assert seconds == hangs.allowed(GENERATE.ask(), MOST)


def test_the_rest_of_a_group_is_inconclusive_without_waiting() -> None:
    def handler(connection: Connection) -> None:
        while request := connection.request():
            if b"bad" in request:
                connection.over.wait(30)
                return
            connection.send(answer(b'{"generated_text": "x"}', JSON))

    def asking(context: Context) -> None:
        context.send(GENERATE.ask())
        context.send(GENERATE.ask(bad=1))

    with hostile(handler) as server:
        session = make_session(Target(server.url), Bounds(request_seconds=0.2))
        wanted = [evolve(make_requirement(asking), id=f"info.says-{n}") for n in range(20)]
        started = time.monotonic()
        outcomes = [execute(one, session).result.outcome for one in wanted]

    assert [Outcome.FAILED] * TIMEOUTS + [Outcome.INCONCLUSIVE] * (20 - TIMEOUTS) == outcomes
    assert time.monotonic() - started < 5


def test_an_endless_stream_times_out() -> None:
    def handler(connection: Connection) -> None:
        connection.request()
        connection.send(EVENTS + b"\r\n")
        while not connection.over.wait(0.02):
            connection.send(b": still here\n\n")

    def asking(context: Context) -> None:
        context.send(GENERATE_STREAM.ask())

    with hostile(handler) as server:
        session = make_session(Target(server.url), Bounds(request_seconds=0.3))
        results = [execute(make_requirement(asking), session).result for _ in range(3)]

    assert Outcome.FAILED is results[0].outcome
    assert Outcome.INCONCLUSIVE is results[-1].outcome
    assert session.sender.usage.requests <= TIMEOUTS
