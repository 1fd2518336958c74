"""The report as JUnit XML: one test suite per route, one test case per requirement."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from tgi_common.text import escaped
from tgi_conformance.reports.signs import REPORT_IT
from tgi_conformance.results.levels import Level, Outcome

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report, Result


def write_junit(report: Report) -> str:
    """Return the report as an XML text; a run that checked nothing has one test case, an error."""
    document = JUnitXml("tgi-conformance")
    broken = {result.id for result in report.broken}
    for route, results in groupby(report.requirements, key=lambda result: result.route):
        suite = TestSuite(route)
        suite.hostname = escaped(report.target)
        suite.timestamp = report.started
        if report.scored_by:
            suite.add_property("set", f"{report.scored_by.name} {report.scored_by.digest}")
        suite.add_testcases([_case(result, broken=result.id in broken) for result in results])
        document.add_testsuite(suite)
    if not report.requirements:
        document.add_testsuite(_nothing_checked(report))
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: str = document.tostring().decode("utf-8")  # type: ignore[no-untyped-call]
    return text


def _case(result: Result, *, broken: bool) -> TestCase:
    case = TestCase(result.id, classname=f"tgi_conformance.{result.route}", time=result.seconds)
    verdict = _verdict(result, broken=broken) if result.scored else _unscored(result)
    if verdict is not None:
        case.result = [verdict]
    return case


def _verdict(result: Result, *, broken: bool) -> Failure | Error | Skipped | None:
    if result.outcome in {Outcome.PASSED, Outcome.INTERMITTENT}:
        return None
    if broken and result.level is Level.MUST:
        failure = Failure(_short(result), f"{result.level.value} broken")
        failure.text = _whole(result)
        return failure
    if result.outcome is Outcome.ERROR:
        return Error(escaped(f"{result.reason}; {REPORT_IT}"), "internal error")
    if result.outcome is Outcome.INCONCLUSIVE and result.level is Level.MUST:
        return Error(escaped(result.reason), "inconclusive")
    if broken:
        return Skipped(f"{result.level.value} broken: {_short(result)}", "should")
    return Skipped(escaped(f"{result.outcome.value}: {result.reason}"), result.outcome.value)


def _unscored(result: Result) -> Skipped | None:
    """Skip what does not count unless it passed."""
    if result.outcome in {Outcome.PASSED, Outcome.INTERMITTENT}:
        return None
    told = _short(result) if result.outcome is Outcome.FAILED else escaped(result.reason)
    return Skipped(f"not scored, {result.outcome.value}: {told}", "not scored")


def _short(result: Result) -> str:
    return escaped(f"expected {result.expected}, got {result.actual}")


def _whole(result: Result) -> str:
    lines = [
        result.statement,
        f"source: {result.source}",
        f"expected: {result.expected}",
        f"actual: {result.actual}",
        f"reproduce: {result.curl}",
    ]
    return "\n".join(escaped(line) for line in lines)


def _nothing_checked(report: Report) -> TestSuite:
    suite = TestSuite("run")
    case = TestCase("the-deployment-can-be-tested", classname="tgi_conformance")
    case.result = [Error(escaped(report.reason), report.verdict.value)]
    suite.add_testcase(case)
    return suite
