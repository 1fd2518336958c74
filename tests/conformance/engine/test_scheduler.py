"""A failure that inexact decoding may explain is checked again before it counts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.conformance.factories import make_requirement, make_session
from tests.conformance.hostile import JSON, answer, answering, hostile

from tgi_conformance.engine.scheduler import Scheduler
from tgi_conformance.http.target import Target
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

SAME = answering(answer(b'{"generated_text": "x"}', JSON))  # so that the probe calls decoding exact


def outcome(failures: list[str | None], *, alone: bool = False, needs: str = "reproducible") -> Outcome:
    """Execute a requirement whose check fails with each text in turn; None passes."""
    left = iter(failures)

    def check(_: Context) -> None:
        if (actual := next(left)) is not None:
            raise UnmetError("the same text", actual)

    requirement = make_requirement(check, needs=(needs,), alone=alone)
    with hostile(SAME) as server:
        scheduler = Scheduler(make_session(Target(server.url)), 2)
        scheduler.start([requirement])
        executed = scheduler.result(requirement)
        scheduler.close()
    assert executed is not None
    assert [] == list(left), "it was checked less often than expected"
    return executed.result.outcome


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([None], Outcome.PASSED),
        (["a", None], Outcome.PASSED),
        (["a", "a"], Outcome.FAILED),
        (["a", "b", None], Outcome.PASSED),
        (["a", "b", "a", None], Outcome.PASSED),
        (["a", "b", "c", "d"], Outcome.FAILED),
    ],
)
def test_a_failure_that_differs_is_checked_again(failures: list[str | None], expected: Outcome) -> None:
    assert expected is outcome(failures)


def test_what_runs_alone_is_not_repeated_since_a_state_may_stay() -> None:
    assert Outcome.FAILED is outcome(["a"], alone=True)


def test_a_failure_that_decoding_does_not_explain_counts_at_once() -> None:
    assert Outcome.FAILED is outcome(["a"], needs="POST /generate")


class CrashError(BaseException):
    """What no check expects."""


def test_an_error_that_ends_a_thread_is_raised_instead_of_waited_for() -> None:
    def check(_: Context) -> None:
        raise CrashError

    requirement = make_requirement(check)
    with hostile(SAME) as server:
        scheduler = Scheduler(make_session(Target(server.url)), 2)
        scheduler.start([requirement])
        with pytest.raises(CrashError):
            scheduler.result(requirement)
        scheduler.close()


def test_one_that_must_be_alone_waits_for_all_that_were_started() -> None:
    running: list[str] = []

    def slow(_: Context) -> None:
        running.append("slow")
        time.sleep(0.05)
        running.remove("slow")

    def alone(_: Context) -> None:
        assert [] == running

    requirements = [make_requirement(slow, id=f"info.slow-{place}") for place in range(6)]
    last = make_requirement(alone, id="info.alone", alone=True)
    with hostile(SAME) as server:
        scheduler = Scheduler(make_session(Target(server.url)), 2)
        scheduler.start([*requirements, last])
        found = [scheduler.result(one) for one in (last, *requirements)]
        scheduler.close()

    assert [Outcome.PASSED] * 7 == [one and one.result.outcome for one in found]
