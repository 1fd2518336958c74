"""Many targets: what is wrong on how many of them, who is most broken, and a page that stays small."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from rich.console import Console
from tests.conformance.reports.samples import BAD, GOOD, NONE, result

from tgi_conformance.reports.fleet_html import LARGEST, write_fleet_html
from tgi_conformance.reports.fleet_summary import FleetSummary
from tgi_conformance.reports.fleet_text import print_fleet, write_fleet_markdown
from tgi_conformance.results.comparison import Column
from tgi_conformance.results.levels import Outcome, Verdict
from tgi_conformance.results.profiles import ProfileResult

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tgi_conformance.results.report import Report

SIZE, BROKEN, GONE = 500, 37, 4
NAMES = {f"t{number:03}": f"t{number:03}" for number in range(SIZE)}
SCRIPT = "<script>alert(1)</script>"
NATIVE = (ProfileResult("native", Verdict.CONFORMS, checked=4, total=4),)


def report_of(number: int) -> Report:
    if number < BROKEN:
        return evolve(BAD, target=f"http://h.test/{number}")
    report = NONE if number < BROKEN + GONE else evolve(GOOD, profiles=NATIVE)
    return evolve(report, target=f"http://h.test/{number}")


def summary_of(size: int = SIZE) -> FleetSummary:
    summary = FleetSummary()
    for number in range(size):
        report = report_of(number)
        reason = "failed: 4 MUST requirements fail" if number < BROKEN else report.reason or "passed"
        summary.add(Column(f"t{number:03}", report), reason)
    return summary


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="#target-([^"]+)"', page)


def test_one_cause_on_37_targets_is_shown_once() -> None:
    summary = summary_of()
    reaches = {len(cause.targets) for cause in summary.causes.values()}
    page = write_fleet_html(summary)

    assert {BROKEN} == reaches
    assert len(summary.causes) == page.count('<details class="cause"')
    assert f"{BROKEN} targets, " in page


def test_the_most_broken_targets_come_first() -> None:
    names = rows(write_fleet_html(summary_of()))

    assert SIZE == len(names)
    assert [f"t{n:03}" for n in range(BROKEN + GONE)] == names[: BROKEN + GONE]


def test_columns_are_profiles_and_routes() -> None:
    page = write_fleet_html(summary_of())

    assert ["native", "generate", "root"] == [
        re.sub("<[^>]+>", "", title)
        for title in re.findall(r'<th scope="col" class="turned">(.*?)</th>', page)
    ]
    assert SIZE - BROKEN - GONE == page.count('title="profile native: conforms')


def test_targets_lead_to_their_reports_only_if_these_are_beside_the_page() -> None:
    summary = summary_of()
    files = {target.name: f"{target.name}-2" for target in summary.targets}

    assert 'href="t007-2.html"' in write_fleet_html(summary, files=files)
    assert ".html" not in write_fleet_html(summary_of())


def test_500_targets_stay_far_below_five_megabytes() -> None:
    assert len(write_fleet_html(summary_of(), files=NAMES).encode()) < LARGEST // 5


def test_500_targets_that_are_all_broken_in_their_own_way_fit_too() -> None:
    summary = FleetSummary()
    for number in range(SIZE):
        results = tuple(
            result(
                f"n{n}",
                Outcome.FAILED,
                expected=f"{'x' * 300} member{(n * 7 + number) % 97}",
                actual="y" * 300,
            )
            for n in range(60)
        )
        summary.add(
            Column(f"target-{'n' * 50}-{number}", evolve(BAD, requirements=results)), "failed: 60 MUST"
        )
    page = write_fleet_html(summary)

    assert len(page.encode()) <= LARGEST
    assert SIZE == len(rows(page))


def test_text_of_a_server_stays_text() -> None:
    summary = FleetSummary()
    bad = evolve(
        BAD,
        server={"model_id": SCRIPT},
        reason=SCRIPT,
        requirements=(result("a", Outcome.FAILED, expected=SCRIPT, actual=SCRIPT, curl=SCRIPT),),
    )
    summary.add(Column("bad", bad), SCRIPT)

    assert SCRIPT not in write_fleet_html(summary, [SCRIPT])
    assert SCRIPT not in write_fleet_markdown(summary, [SCRIPT])


def test_missing_parts_are_named() -> None:
    problem = "the part of shard 2/8 is missing"

    assert problem in write_fleet_html(summary_of(), [problem])
    assert "shard 2" in write_fleet_markdown(summary_of(), [problem])


@pytest.mark.parametrize("quiet", [False, True])
def test_what_is_printed(quiet: bool, snapshot: SnapshotAssertion) -> None:
    stream = io.StringIO()
    print_fleet(summary_of(45), Console(file=stream, width=100), quiet=quiet)

    assert snapshot == stream.getvalue()


def test_markdown(snapshot: SnapshotAssertion) -> None:
    assert snapshot == write_fleet_markdown(summary_of(45), [])


def test_a_summary_keeps_no_exchange() -> None:
    summary = summary_of(3)

    assert {None} == {cause.example.response for cause in summary.causes.values()}
