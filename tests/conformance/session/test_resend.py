"""A failed request is sent again alone before it counts; a failure by chance is a finding, too."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.factories import make_requirement, make_session
from tests.conformance.hostile import EVENTS, JSON, answer, hostile

from tgi_conformance.engine.execute import Executed, execute
from tgi_conformance.engine.scheduler import Scheduler
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import GENERATE, GENERATE_STREAM
from tgi_conformance.requirements import requirements
from tgi_conformance.requirements._verify import expect_answer
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conformance.hostile import Connection, Handler

    from tgi_conformance.http.usage import Usage
    from tgi_conformance.requirements._declaration import Requirement
    from tgi_conformance.results.report import Result
    from tgi_conformance.session.context import Context
    from tgi_conformance.session.session import Session

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


def asking(context: Context) -> None:
    expect_answer(GENERATE, context.send(GENERATE.ask()))


def streaming(context: Context) -> None:
    expect_answer(GENERATE_STREAM, context.send(GENERATE_STREAM.ask()))


def executed(answers: Iterator[bytes], check: Callable[[Context], None] = asking) -> tuple[Result, Usage]:
    with hostile(in_turn(answers)) as server:
        session = make_session(Target(server.url))
        session.sender.answered = True
        result = execute(make_requirement(check), session).result
    return result, session.sender.usage


@pytest.mark.parametrize("failure", [FAILED, CRASHED, CUT_OFF])
def test_a_failure_that_does_not_recur_is_intermittent(failure: bytes) -> None:
    result, usage = executed(first(failure, then=FINE))

    assert Outcome.INTERMITTENT is result.outcome
    assert "1 of 3 times" in result.reason
    assert "POST /generate" in result.reason
    assert 2 == usage.again


def test_a_request_with_an_error_event_of_the_model_is_sent_again() -> None:
    assert Outcome.INTERMITTENT is executed(first(FAILED_STREAM, then=STREAM), streaming)[0].outcome


@pytest.mark.parametrize("failure", [FAILED, CRASHED, CUT_OFF])
def test_a_failure_that_recurs_fails(failure: bytes) -> None:
    assert Outcome.FAILED is executed(first(failure, failure, then=FINE))[0].outcome


@pytest.mark.parametrize("failure", [FAILED, CRASHED])
def test_a_failure_in_two_of_three_attempts_fails(failure: bytes) -> None:
    assert Outcome.FAILED is executed(first(failure, FINE, failure, then=FINE))[0].outcome


def test_nothing_else_is_in_flight_when_it_is_sent_again() -> None:
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
        session = make_session(Target(server.url), Bounds(request_seconds=5))
        session.sender.answered = True
        wanted = [evolve(make_requirement(asking), id=f"info.says-{n}") for n in range(8)]
        outcomes = {one.result.outcome for one in executed_together(session, wanted)}

    assert most > 1
    assert outcomes <= {Outcome.PASSED, Outcome.INTERMITTENT}


def executed_together(session: Session, wanted: list[Requirement]) -> list[Executed]:
    scheduler = Scheduler(session, 4)
    scheduler.start(wanted)
    try:
        return [executed for one in wanted if (executed := scheduler.result(one))]
    finally:
        scheduler.close()


def every(number: int, failure: bytes) -> Iterator[bytes]:
    while True:
        yield from [FINE] * (number - 1)
        yield failure


def chance(answers: Iterator[bytes], requests: int) -> Result:
    """Send many requests, and look back on them."""
    with hostile(in_turn(answers)) as server:
        session = make_session(Target(server.url))
        for _ in range(requests):
            execute(make_requirement(asking), session)
        requirement = next(one for one in requirements() if "chance" in one.id)
        return execute(requirement, session).result


def test_a_server_that_fails_by_chance_does_not_pass() -> None:
    result = chance(every(5, CRASHED), 40)

    assert Outcome.FAILED is result.outcome
    assert "500" in result.actual


def test_requests_of_others_that_fail_a_batch_do_not_fail_the_run() -> None:
    assert Outcome.PASSED is chance(every(100, FAILED), 300).outcome


def test_a_request_that_is_meant_to_fail_is_not_sent_again() -> None:
    def broken(context: Context) -> None:
        exchange = context.send(GENERATE.ask(grammar={"type": "regex", "value": "(unclosed"}))
        if exchange.response.status != 424:
            raise UnmetError("424", exchange.response.status, exchange)

    result, usage = executed(first(FAILED, then=FINE), broken)

    assert Outcome.PASSED is result.outcome
    assert 0 == usage.again
