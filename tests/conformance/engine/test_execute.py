"""Checks become outcomes, and outcomes a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.conformance.factories import GET, make_requirement, make_session
from tests.conformance.hostile import JSON, answer, answering, hostile

from tgi_conformance.contract.served import TITLE, Served
from tgi_conformance.engine.execute import execute
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.http.target import Key, Target
from tgi_conformance.protocol.forms import post
from tgi_conformance.requirements._verify import expect_status
from tgi_conformance.results.deviations import Deviation, parse_deviations
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.outcomes import LONGEST_SHOWN, InconclusiveError, UnmetError, UnsupportedError
from tgi_conformance.session.capabilities import Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.hostile import Connection

    from tgi_conformance.http.exchange import Request
    from tgi_conformance.results.report import Result
    from tgi_conformance.session.context import Context
    from tgi_conformance.session.session import Session

    Check = Callable[[Context], None]


TGIS = Served({"info": {"title": TITLE, "version": "2.0.4"}})


def raising(error: BaseException) -> Check:
    def check(context: Context) -> None:
        raise error

    return check


def outcome_of(check: Check, session: Session | None = None, **requirement: Any) -> Result:
    return execute(make_requirement(check, **requirement), session or make_session()).result


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UnmetError("this", "that"), Outcome.FAILED),
        (UnsupportedError("not there"), Outcome.UNSUPPORTED),
        (InconclusiveError("who knows"), Outcome.INCONCLUSIVE),
        (NoAnswerError("refused", "nobody there", GET), Outcome.INCONCLUSIVE),
        (NoAnswerError("budget", "no time left", GET), Outcome.INCONCLUSIVE),
        (NoAnswerError("timeout", "no answer", GET), Outcome.FAILED),
        (NoAnswerError("broken", "reset", GET), Outcome.FAILED),
        (NoAnswerError("too-large", "flood", GET), Outcome.FAILED),
        (KeyError("a fault of ours"), Outcome.ERROR),
        (RecursionError("deep"), Outcome.ERROR),
    ],
)
def test_each_exception_is_an_outcome(error: Exception, outcome: Outcome) -> None:
    assert outcome is outcome_of(raising(error)).outcome


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_exceptions_that_stop_the_run_propagate(error: BaseException) -> None:
    with pytest.raises(type(error)):
        outcome_of(raising(error))


def test_a_check_that_returns_passes() -> None:
    result = outcome_of(lambda _: None)

    assert (Outcome.PASSED, 1) == (result.outcome, result.cases)
    assert ("", "", "", "") == (result.expected, result.actual, result.reason, result.curl)


def test_a_result_describes_its_requirement() -> None:
    result = outcome_of(lambda _: None, level=Level.SHOULD)

    assert ("info.says-so", Level.SHOULD, "GET /info", "info") == (
        result.id,
        result.level,
        result.operation,
        result.route,
    )
    assert ("It says so.", "#/paths/~1info/get", "Somebody asks.") == (
        result.statement,
        result.source,
        result.why,
    )


def test_a_failure_shows_expected_and_actual_cut_to_a_readable_length() -> None:
    result = outcome_of(raising(UnmetError("a short text", "x" * 5000, request=GET)))

    assert "a short text" == result.expected
    assert len(result.actual) < LONGEST_SHOWN + 50
    assert "(5000 characters)" in result.actual
    assert result.curl.startswith("curl ")


def test_a_request_without_answer_has_a_curl_line() -> None:
    result = outcome_of(raising(NoAnswerError("timeout", "no answer in time", GET)))

    assert ("a complete answer", "no answer in time") == (result.expected, result.actual)
    assert "http://127.0.0.1:9/info" in result.curl


def test_a_missing_capability_is_unsupported_with_evidence() -> None:
    capabilities = Capabilities(absent={"GET /info": "GET /info answered 404"})
    needs = Capabilities(absent={"grammar": "POST /generate answered 422"})
    unreached = raising(AssertionError("never called"))

    assert "GET /info answered 404" == outcome_of(unreached, make_session(capabilities=capabilities)).reason
    assert "POST /generate answered 422" == (
        outcome_of(unreached, make_session(capabilities=needs), needs=("grammar",)).reason
    )


def test_a_required_route_that_is_missing_fails() -> None:
    capabilities = Capabilities(absent={"GET /info": "GET /info answered 404"})
    session = make_session(capabilities=capabilities, required=frozenset({"info"}))
    result = outcome_of(lambda _: None, session)

    assert (Outcome.FAILED, "GET /info answered 404") == (result.outcome, result.actual)


@pytest.mark.parametrize(
    ("version", "outcome"), [("3.3.6-dev0", Outcome.PASSED), ("2.4.1", Outcome.UNSUPPORTED)]
)
def test_an_older_release_is_not_checked_for_later_promises(version: str, outcome: Outcome) -> None:
    session = make_session(capabilities=Capabilities(info={"version": version}))

    assert outcome is outcome_of(lambda _: None, session, since="3.0.0").outcome


def known(status: int) -> tuple[Deviation, ...]:
    text = f"""
    - requirement: info.says-so
      instead: answers {status}
      versions: ">=1.0"
      evidence: somewhere
      seen: {{properties: {{status: {{const: {status}}}}}, required: [status]}}
    """
    return parse_deviations(text, "here")


def expecting(*statuses: int) -> Check:
    """Ask as many times as there are statuses, each time expecting another answer than 200."""

    def check(context: Context) -> None:
        for status in statuses:
            with context.case():
                exchange = context.send(GET)
                raise UnmetError(f"{status}", exchange.response.status, exchange)

    return check


def test_a_known_deviation_does_not_end_the_check() -> None:
    with hostile(answering(answer(b"{}"))) as server:
        session = make_session(Target(server.url), deviations=known(200))
        executed = execute(make_requirement(expecting(201, 202)), session)
    result = executed.result

    assert Outcome.KNOWN_DEVIATION is result.outcome
    assert "answers 200 (somewhere)" == result.reason
    assert ("201", "200") == (result.expected, result.actual)
    assert 3 == result.cases
    assert set(known(200)) == set(executed.deviations_seen)


def test_a_failure_that_no_deviation_describes_fails() -> None:
    with hostile(answering(answer(b"{}"))) as server:
        session = make_session(Target(server.url), deviations=known(418))
        result = outcome_of(expecting(201), session)

    assert Outcome.FAILED is result.outcome


def test_no_result_contains_a_key_or_a_header() -> None:
    body = b'{"you": "sesame-open-now", "sent": "red-team-header"}'
    with hostile(answering(answer(body))) as server:
        target = Target(server.url, Key("KEY", "sesame-open-now"), (("X-Team", "red-team-header"),))
        session = make_session(target)
        results = [
            outcome_of(lambda t: (_ for _ in ()).throw(UnmetError("x", t.send(GET).response.text)), session),
            outcome_of(raising(UnmetError("sesame-open-now", "red-team-header", request=GET)), session),
            outcome_of(raising(UnsupportedError("SESAME-open-now")), session),
            outcome_of(raising(InconclusiveError("red-team-header")), session),
            outcome_of(raising(ValueError("sesame-open-now")), session),
            outcome_of(raising(NoAnswerError("broken", "Bearer sesame-open-now", GET)), session),
        ]

    assert [] == [r for r in results if "sesame" in repr(r).lower() or "red-team" in repr(r)]
    assert all("***" in repr(result) for result in results)


def crashing(request: Request) -> Check:
    def check(context: Context) -> None:
        context.send(request)
        raise TypeError("unhashable type")

    return check


def test_a_crash_over_an_undocumented_answer_is_a_failure() -> None:
    body = b'{"generated_text": ["no", "text"]}'
    with hostile(answering(answer(body, JSON))) as server:
        result = outcome_of(crashing(post("/generate", {})), make_session(Target(server.url)))

    assert Outcome.FAILED is result.outcome
    assert "generated_text" in result.actual


def test_a_crash_over_a_documented_answer_is_an_internal_error() -> None:
    with hostile(answering(answer(b'{"generated_text": "x"}', JSON))) as server:
        result = outcome_of(crashing(post("/generate", {})), make_session(Target(server.url)))

    assert Outcome.ERROR is result.outcome
    assert result.reason.startswith("TypeError: unhashable type at test_execute.py:")
    assert "/generate" in result.curl
    assert result.response is not None


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        ({"max_total_tokens": 64}, Outcome.UNSUPPORTED),
        ({"max_total_tokens": 4096, "max_input_tokens": 128}, Outcome.UNSUPPORTED),
        ({"max_total_tokens": 4096, "max_input_tokens": 2048}, Outcome.FAILED),
        ({}, Outcome.FAILED),
    ],
)
def test_a_refusal_for_a_small_context_is_unsupported(limits: dict[str, int], outcome: Outcome) -> None:
    body = b'{"error": "too long", "error_type": "validation"}'
    refused = answering(answer(body, b"HTTP/1.1 422 No\r\nContent-Type: application/json\r\n"))
    with hostile(refused) as server:
        session = make_session(Target(server.url), capabilities=Capabilities(info=limits))
        assert outcome is outcome_of(expecting(200), session).outcome


def test_a_refusal_fails_even_if_nothing_answers_afterwards() -> None:
    body = b'{"error": "overloaded", "error_type": "validation"}'
    busy = b"HTTP/1.1 429 Later\r\nRetry-After: 0\r\nContent-Type: application/json\r\n"

    def check(context: Context) -> None:
        expect_status(context.send_once(post("/v1/chat/completions", {})), 200)

    with hostile(answering(answer(body, busy))) as server:
        session = make_session(Target(server.url), capabilities=Capabilities(info={"max_total_tokens": 4096}))
        assert Outcome.FAILED is outcome_of(check, session).outcome


@pytest.mark.parametrize(("size", "outcome"), [(5_000, Outcome.UNSUPPORTED), (500, Outcome.FAILED)])
def test_a_body_that_exceeds_the_payload_limit_is_unsupported(size: int, outcome: Outcome) -> None:
    def check(context: Context) -> None:
        expect_status(context.send(post("/generate", {"inputs": "x" * size})), 200)

    with hostile(answering(answer(b"", b"HTTP/1.1 413 Too Large\r\n"))) as server:
        assert outcome is outcome_of(check, make_session(Target(server.url))).outcome


def test_a_promise_that_the_document_lacks_is_unsupported() -> None:
    result = outcome_of(raising(UnmetError("x", "y")), needs=("#/components/schemas/Nothing",))

    assert Outcome.UNSUPPORTED is result.outcome
    assert "#/components/schemas/Nothing" in result.reason


def test_a_hanging_check_ends_at_the_deadline() -> None:
    def waiting(connection: Connection) -> None:
        connection.over.wait(30)

    def asking(context: Context) -> None:
        context.send(GET)

    with hostile(waiting) as server:
        result = outcome_of(asking, make_session(Target(server.url), Bounds(request_seconds=0.3)))

    assert Outcome.FAILED is result.outcome
    assert result.seconds < 3


MUST_PASS = outcome_of(lambda _: None)
SHOULD_PASS = evolve(MUST_PASS, level=Level.SHOULD)


def having(outcome: Outcome, level: Level = Level.MUST) -> Result:
    return evolve(MUST_PASS, outcome=outcome, level=level, reason="because")


@pytest.mark.parametrize(
    ("results", "verdict", "strict"),
    [
        ([MUST_PASS], Verdict.CONFORMS, Verdict.CONFORMS),
        ([MUST_PASS, having(Outcome.FAILED)], Verdict.DOES_NOT_CONFORM, Verdict.DOES_NOT_CONFORM),
        ([MUST_PASS, having(Outcome.FAILED, Level.SHOULD)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([MUST_PASS, having(Outcome.FAILED, Level.MAY)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([MUST_PASS, having(Outcome.UNSUPPORTED)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([MUST_PASS, having(Outcome.INCONCLUSIVE)], Verdict.COULD_NOT_TELL, Verdict.COULD_NOT_TELL),
        ([MUST_PASS, having(Outcome.INCONCLUSIVE, Level.SHOULD)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([MUST_PASS, having(Outcome.KNOWN_DEVIATION)], Verdict.CONFORMS, Verdict.DOES_NOT_CONFORM),
        ([MUST_PASS, having(Outcome.KNOWN_DEVIATION, Level.SHOULD)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([having(Outcome.KNOWN_DEVIATION)], Verdict.CONFORMS, Verdict.DOES_NOT_CONFORM),
        (
            [having(Outcome.FAILED), having(Outcome.INCONCLUSIVE)],
            Verdict.DOES_NOT_CONFORM,
            Verdict.DOES_NOT_CONFORM,
        ),
        ([MUST_PASS, having(Outcome.INTERMITTENT)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([having(Outcome.INTERMITTENT)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([MUST_PASS, having(Outcome.ERROR)], Verdict.INTERNAL_ERROR, Verdict.INTERNAL_ERROR),
        ([having(Outcome.FAILED), having(Outcome.ERROR)], Verdict.INTERNAL_ERROR, Verdict.INTERNAL_ERROR),
        ([having(Outcome.ERROR, Level.SHOULD)], Verdict.INTERNAL_ERROR, Verdict.INTERNAL_ERROR),
        ([having(Outcome.UNSUPPORTED)], Verdict.COULD_NOT_TELL, Verdict.COULD_NOT_TELL),
        ([SHOULD_PASS], Verdict.CONFORMS, Verdict.CONFORMS),
        ([having(Outcome.FAILED, Level.SHOULD)], Verdict.CONFORMS, Verdict.CONFORMS),
        ([having(Outcome.UNSUPPORTED), SHOULD_PASS], Verdict.COULD_NOT_TELL, Verdict.COULD_NOT_TELL),
        ([], Verdict.COULD_NOT_TELL, Verdict.COULD_NOT_TELL),
    ],
)
def test_the_verdict_follows_from_the_musts(results: list[Result], verdict: Verdict, strict: Verdict) -> None:
    assert verdict is verdict_of(results, "", strict=False)[0]
    assert strict is verdict_of(results, "", strict=True)[0]


def test_a_run_that_could_not_start_could_not_tell() -> None:
    assert (Verdict.COULD_NOT_TELL, "nobody there") == verdict_of([], "nobody there", strict=False)


def test_could_not_tell_has_a_reason() -> None:
    _, reason = verdict_of([MUST_PASS, having(Outcome.INCONCLUSIVE)], "", strict=False)

    assert "1 requirement is inconclusive: because" == reason


def test_verdicts_are_exit_codes() -> None:
    assert [0, 1, 3, 4] == [verdict.exit_code for verdict in Verdict]


def test_every_failing_case_has_its_symptom_and_the_first_is_the_finding() -> None:
    def check(context: Context) -> None:
        for actual in (1, 1, None):
            with context.case():
                raise UnmetError("a count = 2", actual)

    result = execute(make_requirement(check), make_session()).result

    assert (Outcome.FAILED, "1", 4) == (result.outcome, result.actual, result.cases)
    assert ("a count = # | 1 less", "a count = # | None") == result.symptoms


def test_what_ends_a_check_after_a_failure_hides_no_failure() -> None:
    def check(context: Context) -> None:
        with context.case():
            raise UnmetError("a text", None)
        raise KeyError("what the case would have given")

    result = execute(make_requirement(check), make_session()).result

    assert (Outcome.FAILED, "a text") == (result.outcome, result.expected)


@pytest.mark.parametrize(
    ("served", "since", "expected"),
    [
        (Served(), "9.9", Outcome.PASSED),  # no document of TGI: nothing excuses
        (TGIS, "", Outcome.PASSED),  # an older TGI is held to what was recorded of later ones
        (TGIS, "9.9", Outcome.UNSUPPORTED),  # but not to what is declared for a later release
    ],
)
def test_what_other_servers_keep_too_is_asked_of_any_release(
    served: Served, since: str, expected: Outcome
) -> None:
    promise = make_requirement(lambda _: None, source="behaviour.md#streams", since=since, needs=())
    old = Capabilities(info={"version": "2.0.4"})
    session = make_session(capabilities=old, served=served, beyond_tgi=frozenset({promise.id}))

    assert expected is execute(promise, session).result.outcome
    usual = evolve(session, beyond_tgi=frozenset())
    assert Outcome.UNSUPPORTED is execute(promise, usual).result.outcome
