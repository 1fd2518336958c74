"""`accept`: the failures of a report as known deviations."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml
from attrs import evolve
from click.testing import CliRunner, Result
from tests.conformance.reports.samples import GOOD

from tgi_conformance.cli.exit_status import Gate
from tgi_conformance.cli.main import main
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

ROUTE = ("--only", "generate", "--depth", "smoke", "--max-seconds", "100")


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report of a server that keeps the last token of each answer to itself."""
    path = tmp_path / "report.json"
    with running(Settings(quiet=True, faults=("last-token-is-not-shown",))) as server:
        assert 1 == command("run", server.url, *ROUTE, "--json", str(path)).exit_code
    return path


@pytest.fixture
def known(report: Path) -> Path:
    """What was accepted of it."""
    path = report.with_name("known.yaml")
    path.write_text(command("accept", str(report), "--expires", "2999-12-31").output, "utf-8")
    return path


def judged(fault: str, known: Path, *words: str) -> Result:
    faults = (fault,) if fault else ()
    with running(Settings(quiet=True, faults=faults)) as server:
        return command("run", server.url, *ROUTE, "--deviations", str(known), *words)


def test_every_failure_becomes_an_entry(report: Path, known: Path) -> None:
    results = json.loads(report.read_text("utf-8"))["requirements"]
    failed = [result for result in results if result["outcome"] == "failed"]
    entries = yaml.safe_load(known.read_text("utf-8"))

    assert failed
    assert [result["id"] for result in failed] == [entry["requirement"] for entry in entries]
    assert {"==3.3.6"} == {entry["versions"] for entry in entries}
    assert {date(2999, 12, 31)} == {entry["expires"] for entry in entries}
    assert all(f"run of {date.today().year}-" in entry["evidence"] for entry in entries)  # noqa: DTZ011


def test_what_was_accepted_passes(known: Path) -> None:
    done = judged("last-token-is-not-shown", known)

    assert 0 == done.exit_code, done.output
    assert "passed: no MUST requirement fails" in done.output
    assert " from --deviations." in done.output


def test_what_was_accepted_is_told_apart_from_what_tgi_does(known: Path, tmp_path: Path) -> None:
    path = tmp_path / "second.json"
    judged("last-token-is-not-shown", known, "--json", str(path))
    results = json.loads(path.read_text("utf-8"))["requirements"]
    accepted = {result["id"] for result in results if result.get("accepted")}

    assert {entry["requirement"] for entry in yaml.safe_load(known.read_text("utf-8"))} == accepted


def test_a_worse_failure_of_the_same_requirement_fails(known: Path) -> None:
    done = judged("only-the-last-token-is-shown", known)

    assert 1 == done.exit_code
    assert "generate.generated-tokens-are-counted" in done.output


def test_what_no_longer_shows_is_stale(known: Path) -> None:
    quiet, failing = judged("", known), judged("", known, "--fail-on-stale")

    assert (0, 1) == (quiet.exit_code, failing.exit_code)
    assert "stale known deviation generate.generated-tokens-are-counted" in " ".join(quiet.output.split())
    assert "known deviations no longer show: generate." in failing.output.splitlines()[-1]


def test_a_report_without_a_failure_has_nothing_to_accept(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with running(Settings(quiet=True)) as server:
        command("run", server.url, "--only", "info", "--json", str(path))
    done = command("accept", str(path))

    assert (2, "Error: no requirement failed: there is nothing to accept\n") == (done.exit_code, done.output)


def test_stale_entries_fail_only_if_asked() -> None:
    stale = evolve(GOOD, stale_deviations=("generate.x: answers otherwise", "generate.y: too"))

    assert 0 == Gate().status(stale)[0]
    what = "failed: 2 known deviations no longer show: generate.x: answers otherwise and 1 more"
    assert (1, f"{what}; remove them from --deviations FILE") == Gate(stale=True).status(stale)
