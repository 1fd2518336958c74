"""What fails is sent again alone before it counts: another's poison is no finding, chance is one."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.hostile import EVENTS, JSON, answer, hostile
from tests.conformance.making import make_requirement, make_setting

from tgi_conformance.api import GENERATE, GENERATE_STREAM
from tgi_conformance.client import Bounds, Price
from tgi_conformance.judge import judge
from tgi_conformance.levels import Outcome
from tgi_conformance.outcomes import UnmetError
from tgi_conformance.pool import Pool
from tgi_conformance.routes import deployment
from tgi_conformance.target import Target
from tgi_conformance.verify import expect_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conformance.hostile import Connection, Handler

    from tgi_conformance.report import Result
    from tgi_conformance.requirement import Requirement
    from tgi_conformance.trial import Setting, Trial

FINE = answer(b'{"generated_text": "x"}', JSON)
ERROR = b'{"error": "Request failed during generation", "error_type": "generation"}'
FAILED = answer(ERROR, b"HTTP/1.1 424 No\r\nContent-Type: application/json\r\n")
STREAM = answer(b'data: {"token": {"id": 1, "text": "x"}, "generated_text": "x"}\n\n', EVENTS)
FAILED_STREAM = answer(b"data: " + ERROR + b"\n\n", EVENTS)
CRASHED = answer(b"oops", b"HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\n")
CUT_OFF = b""


def in_turn(answers: Iterator[bytes]) -> Handler:
    """Answer each request with the next; cut the connection where it is none."""
    lock = threading.Lock()

    def handler(connection: Connection) -> None:
        while request := connection.request():
            if request.startswith(b"GET /health"):
                connection.send(FINE)
                return  # so that what follows has a connection of its own
            with lock:
                sent = next(answers)
            if sent == CUT_OFF:
                connection.reset()
                return
            connection.send(sent)

    return handler


def first(*answers: bytes, then: bytes) -> Iterator[bytes]:
    yield from answers
    while True:
        yield then


def asking(trial: Trial) -> None:
    expect_answer(GENERATE, trial.send(GENERATE.ask()))


def streaming(trial: Trial) -> None:
    expect_answer(GENERATE_STREAM, trial.send(GENERATE_STREAM.ask()))


def held(answers: Iterator[bytes], check: Callable[[Trial], None] = asking) -> tuple[Result, Price]:
    with hostile(in_turn(answers)) as server:
        setting = make_setting(Target(server.url))
        setting.client.answered = True
        result, _ = judge(make_requirement(check), setting)
    return result, setting.client.price


@pytest.mark.parametrize("failure", [FAILED, CRASHED, CUT_OFF])
def test_a_failure_that_does_not_come_again_is_intermittent(failure: bytes) -> None:
    result, price = held(first(failure, then=FINE))

    assert Outcome.INTERMITTENT is result.outcome
    assert "1 of 3 times" in result.reason
    assert "POST /generate" in result.reason
    assert 2 == price.again


def test_an_error_event_of_the_model_is_asked_again() -> None:
    assert Outcome.INTERMITTENT is held(first(FAILED_STREAM, then=STREAM), streaming)[0].outcome


@pytest.mark.parametrize("failure", [FAILED, CRASHED, CUT_OFF])
def test_a_failure_that_comes_again_is_one(failure: bytes) -> None:
    assert Outcome.FAIL is held(first(failure, failure, then=FINE))[0].outcome


@pytest.mark.parametrize("failure", [FAILED, CRASHED])
def test_a_failure_that_comes_twice_in_three_times_is_one(failure: bytes) -> None:
    assert Outcome.FAIL is held(first(failure, FINE, failure, then=FINE))[0].outcome


def test_nothing_else_is_in_flight_when_it_is_asked_again() -> None:
    flying, most = 0, 0
    lock = threading.Lock()

    def handler(connection: Connection) -> None:
        """Fail whatever is not alone, as a batch does in which something raises."""
        nonlocal flying, most
        while connection.request():
            with lock:
                flying += 1
            time.sleep(0.02)
            with lock:
                most, beside = max(most, flying), flying > 1
                flying -= 1
            connection.send(FAILED if beside else FINE)

    with hostile(handler) as server:
        setting = make_setting(Target(server.url), Bounds(request_seconds=5))
        setting.client.answered = True
        wanted = [evolve(make_requirement(asking), id=f"info.says-{n}") for n in range(8)]
        outcomes = {result.outcome for result, _ in held_together(setting, wanted)}

    assert most > 1
    assert outcomes <= {Outcome.PASS, Outcome.INTERMITTENT}


def held_together(setting: Setting, wanted: list[Requirement]) -> list[tuple[Result, Trial]]:
    pool = Pool(setting, 4)
    pool.start(wanted)
    try:
        return [pool.result(one) for one in wanted]
    finally:
        pool.close()


def every(number: int, failure: bytes) -> Iterator[bytes]:
    while True:
        yield from [FINE] * (number - 1)
        yield failure


def chance(answers: Iterator[bytes], requests: int) -> Result:
    """Send many requests, and look back on them."""
    with hostile(in_turn(answers)) as server:
        setting = make_setting(Target(server.url))
        for _ in range(requests):
            judge(make_requirement(asking), setting)
        requirement = next(one for one in deployment.CATALOGUE.requirements if "chance" in one.id)
        return judge(requirement, setting)[0]


def test_a_server_that_fails_by_chance_does_not_pass() -> None:
    result = chance(every(5, CRASHED), 40)

    assert Outcome.FAIL is result.outcome
    assert "500" in result.actual


def test_a_neighbour_that_poisons_a_batch_now_and_then_fails_nothing() -> None:
    assert Outcome.PASS is chance(every(100, FAILED), 300).outcome


def test_what_is_meant_to_fail_is_not_asked_again() -> None:
    def broken(trial: Trial) -> None:
        exchange = trial.send(GENERATE.ask(grammar={"type": "regex", "value": "(unclosed"}))
        if exchange.response.status != 424:
            raise UnmetError("424", exchange.response.status, exchange)

    result, price = held(first(FAILED, then=FINE), broken)

    assert Outcome.PASS is result.outcome
    assert 0 == price.again
