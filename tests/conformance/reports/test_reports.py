"""What people and programs read of a run: every outcome, and text that would rather be something else."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from jsonschema import Draft202012Validator
from junitparser import Error, Failure, JUnitXml, Skipped
from rich.console import Console
from tests.conformance.reports.samples import PROFILED, in_letters

from tgi_conformance.reports.json_report import as_json, report_schema, write_json
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.reports.terminal import MOST_CAUSES, print_report
from tgi_conformance.results.levels import Depth, Level, Outcome, Verdict
from tgi_conformance.results.report import Report, Result

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def result(words: str, outcome: Outcome, level: Level = Level.MUST, **rest: object) -> Result:
    fixed = {
        "id": f"generate.{words}",
        "level": level,
        "operation": "POST /generate",
        "statement": f"What {words} says.",
        "source": "#/paths/~1generate/post",
        "why": "Clients rely on it.",
        "outcome": outcome,
        "cases": 3,
        "seconds": 0.25,
    }
    return Result(**{**fixed, **rest})  # type: ignore[arg-type]


SEEN: dict[str, Any] = {
    "expected": "status 200",
    "actual": "500 text/plain: 'oops'",
    "curl": "curl -i http://h.test/generate",
}
RESULTS = (
    result("passes", Outcome.PASSED),
    result("must-fails", Outcome.FAILED, **SEEN),
    result("should-fails", Outcome.FAILED, Level.SHOULD, **SEEN),
    result("may-fails", Outcome.FAILED, Level.MAY, **SEEN),
    result("is-known", Outcome.KNOWN_DEVIATION, reason="answers otherwise (generate/plain)", **SEEN),
    result("is-not-there", Outcome.UNSUPPORTED, reason="POST /generate answered 404"),
    result("is-inconclusive", Outcome.INCONCLUSIVE, reason="no connection"),
    result("should-be-clear", Outcome.INCONCLUSIVE, Level.SHOULD, reason="no connection"),
    evolve(result("x", Outcome.PASSED), id="root.passes-too", operation="POST /"),
)
REPORT = Report(
    version="0.1.0",
    target="http://h.test",
    server={"model_id": "m", "version": "3.3.6"},
    depth=Depth.STANDARD,
    seed=7,
    started="2026-01-02T03:04:05+00:00",
    seconds=12.3456,
    requests=45,
    generated_tokens=678,
    verdict=Verdict.DOES_NOT_CONFORM,
    reason="",
    requirements=RESULTS,
    stale_deviations=("generate.passes: answers otherwise",),
)
GOOD = evolve(REPORT, verdict=Verdict.CONFORMS, requirements=RESULTS[:1] + RESULTS[4:6], stale_deviations=())
NONE = evolve(
    REPORT,
    verdict=Verdict.COULD_NOT_TELL,
    reason="the deployment cannot be reached: no connection",
    requirements=(),
    stale_deviations=(),
    server={},
)
REPORTS = {"every outcome": REPORT, "conforms": GOOD, "could not tell": NONE, "profiles": PROFILED}

HOSTILE = (
    "<script>alert(1)</script> ]]> &amp; \x1b[31mred\x1b]0;title\x07 \u202egnp.exe\u202c \0\x08\r\n\ud800 "
    "[bold]x[/] [/]"
)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
NASTY = evolve(
    REPORT,
    server={"model_id": HOSTILE, HOSTILE: [HOSTILE]},
    requirements=tuple(
        evolve(one, actual=HOSTILE, expected=HOSTILE, reason=HOSTILE, curl=HOSTILE) for one in RESULTS
    ),
    reason=HOSTILE,
    stale_deviations=(HOSTILE,),
)


def printed(report: Report, *, terminal: bool = False) -> str:
    out = io.StringIO()
    print_report(
        report, Console(file=out, width=100, force_terminal=terminal, highlight=False, soft_wrap=True)
    )
    return out.getvalue()


@pytest.mark.parametrize("name", REPORTS)
def test_the_terminal_shows_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == printed(REPORTS[name])


@pytest.mark.parametrize("name", REPORTS)
def test_the_json_says_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == write_json(REPORTS[name])


@pytest.mark.parametrize("name", REPORTS)
def test_the_junit_says_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == write_junit(REPORTS[name])


@pytest.mark.parametrize("report", [*REPORTS.values(), NASTY], ids=[*REPORTS, "hostile"])
def test_the_json_matches_its_schema(report: Report) -> None:
    validator = Draft202012Validator(report_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)

    assert [] == [error.message for error in validator.iter_errors(json.loads(write_json(report)))]


def test_the_schema_is_valid_and_refuses_other_things() -> None:
    Draft202012Validator.check_schema(report_schema())
    validator = Draft202012Validator(report_schema())
    whole = as_json(REPORT)
    first = {**whole["requirements"][0], "outcome": "fine"}

    assert not validator.is_valid({**whole, "verdict": "fine"})
    assert not validator.is_valid({**whole, "more": 1})
    assert not validator.is_valid({**whole, "requirements": [first]})
    assert ["summary"] == [
        name for name in whole if validator.is_valid({k: v for k, v in whole.items() if k != name})
    ]


def test_the_schema_has_all_levels_depths_outcomes_and_verdicts() -> None:
    properties = report_schema()["properties"]
    inner = report_schema()["$defs"]["result"]["properties"]

    assert [verdict.value for verdict in Verdict] == properties["verdict"]["enum"]
    assert [depth.value for depth in Depth] == properties["depth"]["enum"]
    assert [outcome.value for outcome in Outcome] == inner["outcome"]["enum"]
    assert [level.value for level in Level] == inner["level"]["enum"]


def test_junit_tells_outcomes_apart_as_ci_does() -> None:
    suites = JUnitXml.fromstring(write_junit(REPORT).encode())
    kinds = {case.name: [type(verdict) for verdict in case.result] for suite in suites for case in suite}

    assert {
        "generate.passes": [],
        "generate.must-fails": [Failure],
        "generate.should-fails": [Skipped],
        "generate.may-fails": [Skipped],
        "generate.is-known": [Skipped],
        "generate.is-not-there": [Skipped],
        "generate.is-inconclusive": [Error],
        "generate.should-be-clear": [Skipped],
        "root.passes-too": [],
    } == kinds
    assert (9, 1, 1, 5) == (suites.tests, suites.failures, suites.errors, suites.skipped)


def test_junit_of_a_run_that_could_not_tell_is_an_error() -> None:
    suites = JUnitXml.fromstring(write_junit(NONE).encode())

    assert (1, 1) == (suites.tests, suites.errors)


def test_hostile_text_is_inert_in_junit() -> None:
    text = write_junit(NASTY)
    root = ET.fromstring(text)  # noqa: S314 - our own text, and that is what is tested
    names = {element.tag for element in root.iter()}

    assert {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"} == names
    assert UNSAFE.search(text.replace("\n", "").replace("\t", "")) is None
    assert "<script>" not in text


@pytest.mark.parametrize("terminal", [False, True])
def test_hostile_text_is_inert_on_the_terminal(*, terminal: bool) -> None:
    text = printed(NASTY, terminal=terminal)
    own = re.compile(r"\x1b\[[0-9;]*m")  # colours, where there is a terminal
    shown = own.sub("", text)

    assert UNSAFE.search(shown) is None
    assert "\\u{1b}[31mred" in shown
    assert "[bold]x[/]" in shown
    assert "\\u{202e}" in shown


@pytest.mark.parametrize("end", ["\\", "\\\\", "\\\\\\", "[", "[/", "[red]"])
def test_no_text_is_read_as_markup_of_the_terminal(end: str) -> None:
    one = result("fails", Outcome.FAILED, expected=end, actual=end, reason=end, curl=end)
    text = printed(evolve(REPORT, requirements=(one,), reason=end))

    assert f"  actual    {end}" in text
    assert "\n  why       Clients rely on it.\n" in text
    assert f"\nhttp://h.test does not conform: {end}" in text


def test_an_ipv6_address_is_no_markup() -> None:
    assert "http://[fe80::1]:80 conforms" in printed(evolve(GOOD, target="http://[fe80::1]:80"))


def test_strict_reports_fail_where_the_verdict_does() -> None:
    strict = evolve(GOOD, verdict=Verdict.DOES_NOT_CONFORM, strict=True)
    suites = JUnitXml.fromstring(write_junit(strict).encode())

    assert 1 == suites.failures
    assert "MUST  What is-known says." in printed(strict)
    assert as_json(strict)["strict"] is True


def test_hostile_text_is_inert_in_json() -> None:
    text = write_json(NASTY)

    assert text.isascii()
    assert UNSAFE.search(text.replace("\n", "")) is None


def test_hundreds_of_causes_do_not_flood_the_terminal() -> None:
    many = tuple(
        result(f"n{n}", Outcome.FAILED, **{**SEEN, "expected": in_letters(n), "actual": "x"})
        for n in range(300)
    )
    text = printed(evolve(REPORT, requirements=many))

    assert f"… and {300 - MOST_CAUSES} more causes" in text
    assert len(text.splitlines()) < 150
