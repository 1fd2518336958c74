"""What processes saw is added up; a doubt makes a finding inconclusive, and never passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgpack  # type: ignore[import-untyped]
import pytest
from attrs import evolve
from tests.conformance.factories import NOWHERE, make_session
from tests.conformance.load.answers import events, generated, plan, question, stream, whole

from tgi_conformance.http.exchange import Exchange
from tgi_conformance.load.checks import judge
from tgi_conformance.load.depth import Sample
from tgi_conformance.load.judging import judged
from tgi_conformance.load.outcome import Outcome as LoadOutcome
from tgi_conformance.load.plan import Plan
from tgi_conformance.load.slots import Slots
from tgi_conformance.load.tally import MOST_KINDS, Tally, Timing, request_wire, response_wire
from tgi_conformance.results.deviations import parse_deviations
from tgi_conformance.results.levels import Depth, Outcome, Verdict
from tgi_conformance.results.report import Report, Result
from tgi_conformance.session.capabilities import Capabilities

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Response

FORMS = ("generate", "generate-stream")
GOOD = {"generate": whole(generated(), x_total_time="100"), "generate-stream": stream(*events())}
OWN = "generate.answers-are-not-mixed-up-under-load"
NOW = 1_000.0


def tally(count: int = 3, **answers: Response) -> Tally:
    found = Tally(seconds=10.0, processor=1.0)
    for label in FORMS:
        response = answers.get(label.replace("-", "_"), GOOD[label])
        asked = question(label)
        timing = Timing(0.3, (0.1, 0.2, 0.3) if response.is_stream else ())
        for _ in range(count):
            verdict = judge(plan(label), asked, response)
            found.of(label).record(verdict, Exchange(asked.request, response), timing)
    found.of("health").answered += 5
    return found


def message(found: Tally, **rest: Any) -> Any:
    """Give what a process sends, as it comes from the wire."""
    told = {"tally": found.wire(), "samples": [], "warned": False, "done": True, "crash": "", "missing": 0}
    told["time"] = NOW
    return msgpack.loads(msgpack.dumps({**told, **rest}), raw=False, strict_map_key=False)


def outcome(limit: int = 2, **rest: Any) -> LoadOutcome:
    info = {"version": "3.3.6", "max_concurrent_requests": limit}
    session = make_session(capabilities=Capabilities(info=info))
    fixed: dict[str, Any] = {"before": Slots(2), "after": Slots(2), "users": 4, "seconds": 1.0}
    forms = tuple(plan(label) for label in FORMS)
    return LoadOutcome(Plan(forms), {}, Sample(session), **{**fixed, **rest})


def loaded(*messages: Any, **rest: Any) -> LoadOutcome:
    found = outcome(**rest)
    for name, one in enumerate(messages):
        found.take(f"worker-{name}", one, NOW)
    return found


def report_of(found: LoadOutcome) -> Report:
    empty = Report(
        *("0", "http://127.0.0.1:9", {}, Depth.LOAD, 0, "2026-11-26T12:00:00+00:00", 1.0, 0, 0),
        verdict=Verdict.COULD_NOT_TELL,
        reason="",
        requirements=(),
    )
    return judged(empty, found, NOWHERE)


def outcomes(report: Report) -> dict[str, Outcome]:
    return {result.id: result.outcome for result in report.requirements}


def sampled(label: str, response: Response) -> list[Any]:
    return [label, request_wire(question(label).request), response_wire(response)]


SAMPLES = [sampled(label, response) for label, response in GOOD.items()]


def test_what_processes_saw_is_added_up() -> None:
    report = report_of(loaded(message(tally(), samples=SAMPLES), message(tally())))

    assert (Verdict.CONFORMS, "") == (report.verdict, report.reason)
    assert (12 + 10, 72) == (report.requests, report.generated_tokens)
    assert report.load is not None
    assert (2, 12.0) == (report.load.processes, report.load.achieved)
    assert {"whole": (300.0,) * 3, "pace": (20.0,) * 3} == report.load.routes[0].latencies
    assert {"first", "between", "whole", "pace"} == set(report.load.routes[1].latencies)
    assert 0.0012 == report.load.mixed_up


def test_one_answer_of_another_fails_the_run_with_its_exchange() -> None:
    others = tally(1, generate=whole(generated("zzzzz")))
    report = report_of(loaded(message(tally()), message(others, samples=SAMPLES)))
    (failed,) = report.having(Outcome.FAILED)

    assert (OWN, Verdict.DOES_NOT_CONFORM) == (failed.id, report.verdict)
    assert ("'k4f9a'", "1 of 4: 'zzzzz'") == (failed.expected, failed.actual)
    assert failed.response is not None
    assert "zzzzz" in failed.response.body
    assert failed.curl.startswith("curl -i http://127.0.0.1:9/generate")


SHORT = "generate.counts-add-up-under-load"


def known() -> Any:
    """Known deviations of the counts of `generate`, for one token less."""
    text = f"""
- requirement: {SHORT}
  instead: counts a token less
  versions: ""
  evidence: ticket 7
  seen:
    properties: {{symptom: {{const: "# generated tokens | 1 less | 200 application/json"}}}}
    required: [symptom]
"""
    return parse_deviations(text, "known.yaml")


def short(by: int) -> Response:
    return whole(generated(generated_tokens=6 - by))


def knowing(*messages: Any) -> dict[str, Result]:
    found = loaded(*messages)
    found.sample.session = evolve(found.sample.session, deviations=known())
    return {result.id: result for result in report_of(found).requirements}


def test_what_the_user_knows_is_a_known_deviation_with_its_exchange() -> None:
    good, bad = message(tally(), samples=SAMPLES), message(tally(1, generate=short(1)))
    result = knowing(good, bad)[SHORT]

    assert (Outcome.KNOWN_DEVIATION, "counts a token less (ticket 7)") == (result.outcome, result.reason)
    assert ("6 generated tokens", "1 of 4: 5") == (result.expected, result.actual)
    assert result.response is not None


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_another_failure_beside_a_known_one_fails(order: tuple[int, int]) -> None:
    bad = [message(tally(1, generate=short(by)), samples=SAMPLES) for by in order]
    result = knowing(message(tally()), *bad)[SHORT]

    assert (Outcome.FAILED, "1 of 5: 4") == (result.outcome, result.actual)
    assert ("# generated tokens | 2 less | 200 application/json",) == result.symptoms


def test_a_doubt_makes_a_known_deviation_inconclusive() -> None:
    bad = message(tally(1, generate=short(1)), samples=SAMPLES, done=False)

    assert Outcome.INCONCLUSIVE is knowing(bad)[SHORT].outcome


def test_what_breaks_a_promise_in_many_ways_is_counted_whole() -> None:
    found = tally(0)
    for more in range(1, 16):
        answer = whole(generated(generated_tokens=6 + more))
        asked = question("generate")
        exchange = Exchange(asked.request, answer)
        found.of("generate").record(judge(plan("generate"), asked, answer), exchange, Timing(0.1))
    result = {one.id: one for one in report_of(loaded(message(found))).requirements}[SHORT]

    assert "15 of 15: 7" == result.actual
    assert MOST_KINDS == len(result.symptoms)


def test_a_few_broken_connections_are_intermittent_and_many_a_failure() -> None:
    answered = "generate.requests-are-answered-under-load"
    bad = tally(1, generate=whole({"error": "x"}, 502))
    few = report_of(loaded(message(tally(2000)), message(bad, samples=SAMPLES)))
    many = report_of(loaded(message(tally(20)), message(bad, samples=SAMPLES)))

    assert (Outcome.INTERMITTENT, Verdict.CONFORMS) == (outcomes(few)[answered], few.verdict)
    assert (Outcome.FAILED, Verdict.DOES_NOT_CONFORM) == (outcomes(many)[answered], many.verdict)


DOUBTS: dict[str, dict[str, Any]] = {
    "lost": {"done": False},
    "warned": {"warned": True},
    "drift": {"time": NOW - 3},
    "missing": {"missing": 1},
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_makes_what_passed_inconclusive(doubt: str) -> None:
    report = report_of(loaded(message(tally(), samples=SAMPLES), message(tally(), **DOUBTS[doubt])))

    assert Verdict.COULD_NOT_TELL == report.verdict
    assert set() == {Outcome.PASSED, Outcome.INTERMITTENT} & set(outcomes(report).values())


def test_a_busy_or_late_process_is_a_doubt() -> None:
    busy, late = evolve(tally(), processor=9.9), tally()
    for _ in range(10):
        late.lateness.add_seconds(0.5)

    assert ("the load process worker-0 was saturated: it used 99% of a processor",) == loaded(
        message(busy)
    ).doubts
    (told,) = loaded(message(late)).doubts
    assert "the load process worker-0 was saturated: it was late by more than 100 ms 100% of the time" == told


def test_a_process_that_stood_still_is_a_doubt() -> None:
    stalled = tally()
    for seconds in [0.0] * 999 + [6.0]:
        stalled.lateness.add_seconds(seconds)
    (told,) = loaded(message(stalled)).doubts

    assert "the load process worker-0 was saturated: it did nothing for 6 s" == told


def test_a_doubt_does_not_excuse_what_was_seen() -> None:
    others = tally(1, generate=whole(generated("zzzzz")))
    report = report_of(loaded(message(tally()), message(others, done=False)))

    assert Verdict.DOES_NOT_CONFORM == report.verdict
    assert Outcome.FAILED is outcomes(report)[OWN]


def test_a_doubt_excuses_what_only_a_slow_client_may_have_seen() -> None:
    bad = tally(1, generate=whole({"error": "x"}, 502))
    report = report_of(loaded(message(bad, warned=True, samples=SAMPLES)))

    assert Verdict.COULD_NOT_TELL == report.verdict


def test_an_error_of_a_user_is_an_internal_error() -> None:
    report = report_of(loaded(message(tally(), crash="KeyError: 'x' at users.py:1")))

    assert (Verdict.INTERNAL_ERROR, "KeyError: 'x' at users.py:1") == (report.verdict, report.reason)


ROOM = "info.refused-only-beyond-the-limit-under-load"
OVERLOAD = whole({"error": "Model is overloaded", "error_type": "overloaded"}, 429)
OF_A_GATEWAY = whole({"message": "rate limit"}, 429)
SHED = whole({"message": "upstream overflow"}, 503, retry_after="1")


@pytest.mark.parametrize(
    ("replicas", "users", "response", "expected"),
    [
        (None, 4, OVERLOAD, Outcome.UNSUPPORTED),
        (1, 4, GOOD["generate"], Outcome.PASSED),
        (1, 4, OVERLOAD, Outcome.FAILED),
        (1, 5, OVERLOAD, Outcome.UNSUPPORTED),
        (1, 4, OF_A_GATEWAY, Outcome.PASSED),
        (1, 4, SHED, Outcome.PASSED),
    ],
)
def test_nothing_is_refused_while_there_is_room(
    replicas: int | None, users: int, response: Response, expected: Outcome
) -> None:
    found = loaded(
        message(tally(generate=response), samples=SAMPLES), replicas=replicas, users=users, limit=10
    )

    assert expected is outcomes(report_of(found))[ROOM]


LIMIT, FREED = "info.limit-is-kept-under-load", "info.slots-are-free-after-load"


@pytest.mark.parametrize(
    ("replicas", "seconds", "expected"),
    [
        (None, 0.1, Outcome.UNSUPPORTED),
        (1, 1.0, Outcome.PASSED),
        (1, 0.1, Outcome.FAILED),
        (4, 0.1, Outcome.PASSED),
    ],
)
def test_slots_are_held_no_longer_than_the_limit_allows(
    replicas: int | None, seconds: float, expected: Outcome
) -> None:
    # 3 streams of 0.2 seconds and 3 answers of 0.1: 0.9 seconds of slots, of which there are two.
    found = loaded(message(tally(), samples=SAMPLES), replicas=replicas, seconds=seconds)

    assert expected is outcomes(report_of(found))[LIMIT]


@pytest.mark.parametrize("label", FORMS)
@pytest.mark.parametrize(("overtime", "expected"), [(0.0, Outcome.FAILED), (29.0, Outcome.PASSED)])
def test_a_slot_that_is_held_when_the_load_is_over_does_not_count_beyond_it(
    label: str, overtime: float, expected: Outcome
) -> None:
    # Two answers of 30 seconds, whose slots were held for one second of the load, which took one.
    found = Tally(seconds=1.0)
    asked, whole_answer = question(label), whole(generated(), x_total_time="30000")
    response = whole_answer if label == "generate" else GOOD[label]
    timing = Timing(30.0, () if label == "generate" else (0.0, 30.0), overtime)
    for _ in range(2):
        verdict = judge(plan(label), asked, response)
        found.of(label).record(verdict, Exchange(asked.request, response), timing)
    results = outcomes(report_of(loaded(message(found), replicas=1, seconds=1.0)))

    assert expected is results[LIMIT]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Slots(2), Slots(2), Outcome.PASSED),
        (
            Slots(2),
            Slots(2, 1, exchange=Exchange(question("generate").request, whole({}, 429))),
            Outcome.FAILED,
        ),
        (Slots(2, 1), Slots(2, 1), Outcome.UNSUPPORTED),
        (Slots(0, evidence="/info advertises no max_concurrent_requests"), Slots(0), Outcome.UNSUPPORTED),
        (Slots(2), None, Outcome.INCONCLUSIVE),
    ],
)
def test_slots_must_be_free_afterwards(before: Slots, after: Slots | None, expected: Outcome) -> None:
    found = loaded(message(tally(), samples=SAMPLES), before=before, after=after)

    assert expected is outcomes(report_of(found))[FREED]


def test_a_sample_is_checked_against_the_document() -> None:
    body = generated()
    body["details"]["tokens"][0]["logprob"] = "much"
    report = report_of(loaded(message(tally(), samples=[*SAMPLES, sampled("generate", whole(body))])))
    (failed,) = report.having(Outcome.FAILED)

    assert "generate.answers-fit-the-document-under-load" == failed.id
    assert failed.actual.startswith("1 of 2: at $")
    assert "'much'" in failed.actual


def test_what_an_older_release_breaks_alone_is_unsupported() -> None:
    found = loaded(message(tally(generate=whole(generated(generated_tokens=5))), samples=SAMPLES))
    form, other = found.plan.forms
    slug = "counts-add-up-under-load"
    found.plan = evolve(found.plan, forms=(evolve(form, excused={slug: "5"}), other))
    (counted,) = (result for result in report_of(found).requirements if result.id == f"generate.{slug}")

    assert Outcome.UNSUPPORTED is counted.outcome
    assert "an answer of this release that comes alone breaks it too: 5" == counted.reason


def test_a_form_that_no_user_asked_is_unsupported() -> None:
    few = tally()
    del few.routes["generate-stream"]
    results = {result.id: result for result in report_of(loaded(message(few, samples=SAMPLES))).requirements}

    assert Outcome.UNSUPPORTED is results["generate-stream.streams-end-under-load"].outcome
    assert results["generate-stream.streams-end-under-load"].reason.startswith("none of the 4 users")
    assert Outcome.PASSED is results[OWN].outcome


def test_a_form_that_is_not_offered_is_unsupported() -> None:
    found = loaded(message(tally(), samples=SAMPLES))
    found.lacking = {"chat-completions": "POST /v1/chat/completions answered 404"}
    results = {result.id: result for result in report_of(found).requirements}
    own = results["chat-completions.answers-are-not-mixed-up-under-load"]

    assert (Outcome.UNSUPPORTED, "POST /v1/chat/completions answered 404") == (own.outcome, own.reason)
