"""The recorded results are complete and confirmed, and the page says what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from attrs import evolve
from click.testing import CliRunner
from tests.conformance.reports.samples import BAD, GOOD

from recorded_results import ResultError, recorded_results
from results_page import results_page
from tgi_conformance.config.requirement_set import requirement_set
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.results.levels import Verdict
from tgi_conformance.results.profiles import ProfileResult
from tgi_conformance.results.report import SetUsed
from write_results import PAGE, RESULTS, main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from recorded_results import Recorded
    from tgi_conformance.results.report import Report

SET = SetUsed("1.0", requirement_set("1.0").digest)
ABOUT = {
    "name": "A gateway",
    "start": "version 1 with a small model",
    "command": "tgi-conformance run http://127.0.0.1:8080 --set 1.0 --profile PROFILE",
    "hardware": "2 cores",
}
NATIVE = ProfileResult("native", Verdict.CONFORMS, checked=4, total=4, asked=True)
FAILS = evolve(NATIVE, verdict=Verdict.DOES_NOT_CONFORM, must=4, should=2)
CONFIRMED = {
    "generate.must-fails": "2026-01-02: 500 oops",
    "generate.stream-fails": "2026-01-02: the second event is 2",
    "generate.no-answer": "2026-01-02: curl: (18)",
}


def report(sample: Report, profile: ProfileResult, **changes: Any) -> Report:
    return evolve(sample, **{"profiles": (profile,), "scored_by": SET, **changes})


def record(folder: Path, version: str, reports: dict[str, Report], **about: Any) -> Path:
    own = folder / "gateway" / version
    own.mkdir(parents=True)
    for name, one in reports.items():
        (own / f"{name}.json").write_text(write_json(one), "utf-8")
    (own / "about.yaml").write_text(yaml.safe_dump({**ABOUT, **about}), "utf-8")
    return own


@pytest.fixture(scope="module")
def published() -> tuple[Recorded, ...]:
    """Read the results of the repository, once: they are large."""
    return recorded_results(RESULTS)


def test_the_recorded_results_are_sound_and_the_page_is_up_to_date(published: tuple[Recorded, ...]) -> None:
    assert PAGE.read_text("utf-8") == results_page(published)


def test_at_least_six_implementations_were_run(published: tuple[Recorded, ...]) -> None:
    assert len({one.implementation for one in published if "reference" not in one.implementation}) >= 6


def test_the_site_links_to_pages_instead_of_json(published: tuple[Recorded, ...]) -> None:
    assert PAGE.read_text("utf-8").replace(".json)", ".html)") == results_page(published, ".html")


def test_the_command_writes_the_page_and_tells_when_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("write_results.RESULTS", tmp_path / "results")
    monkeypatch.setattr("write_results.PAGE", tmp_path / "results.md")
    record(tmp_path / "results", "1", {"native": report(GOOD, NATIVE)})
    old = CliRunner().invoke(main, ["--check"])
    written = CliRunner().invoke(main, [])
    new = CliRunner().invoke(main, ["--check"])
    (tmp_path / "results" / "gateway" / "1" / "native.json").unlink()
    broken = CliRunner().invoke(main, [])

    assert [1, 0, 0, 1] == [one.exit_code for one in (old, written, new, broken)]
    assert "run `nox -s results`" in old.output
    assert "no report of a profile" in broken.output


def test_the_page_tells_the_verdicts(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    openai = evolve(NATIVE, name="openai", verdict=None, reason="POST /v1/completions answered 404")
    record(tmp_path, "1.10", {"native": report(BAD, FAILS)}, confirmed=CONFIRMED, notes="A note.")
    record(tmp_path, "1.9", {"native": report(GOOD, NATIVE), "openai": report(GOOD, openai)})
    record(tmp_path / "x", "1", {"native": report(GOOD, evolve(NATIVE, total=9))})
    (tmp_path / "x" / "gateway").rename(tmp_path / "other")
    (tmp_path / "x").rmdir()

    assert snapshot == results_page(recorded_results(tmp_path))


def strange_file(folder: Path) -> None:
    record(folder, "1", {"native": report(GOOD, NATIVE)})
    (folder / "gateway" / "1" / "notes.txt").write_text("x", "utf-8")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "strange file": (strange_file, "notes.txt: expected IMPLEMENTATION/VERSION/PROFILE.json"),
    "no report": (lambda folder: record(folder, "1", {}), "no report of a profile"),
    "another profile": (
        lambda folder: record(folder, "1", {"openai": report(GOOD, NATIVE)}),
        "expected the report of `run --profile openai` alone",
    ),
    "no set": (
        lambda folder: record(folder, "1", {"native": report(GOOD, NATIVE, scored_by=None)}),
        "expected a run with --set",
    ),
    "another digest": (
        lambda folder: record(
            folder, "1", {"native": report(GOOD, NATIVE, scored_by=SetUsed("1.0", f"sha256:{'0' * 64}"))}
        ),
        f"set 1.0 has the digest {SET.digest}",
    ),
    "internal error": (
        lambda folder: record(folder, "1", {"native": report(GOOD, NATIVE, verdict=Verdict.INTERNAL_ERROR)}),
        "tgi-conformance failed itself",
    ),
    "not confirmed": (
        lambda folder: record(folder, "1", {"native": report(BAD, FAILS)}),
        "`confirmed` lacks what the curl line of generate.",
    ),
    "confirmed and fine": (
        lambda folder: record(folder, "1", {"native": report(GOOD, NATIVE)}, confirmed=CONFIRMED),
        "`confirmed` has generate.must-fails, which fails in no report",
    ),
    "no profile in the command": (
        lambda folder: record(
            folder, "1", {"native": report(GOOD, NATIVE)}, command="tgi-conformance run URL"
        ),
        "about.yaml: at command: ",
    ),
    "not a report": (
        lambda folder: (record(folder, "1", {"native": GOOD}) / "native.json").write_text("{}", "utf-8"),
        "native.json: not a report of `run --json`",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_published_is_one_line(tmp_path: Path, name: str) -> None:
    make, expected = BROKEN[name]
    make(tmp_path)

    with pytest.raises(ResultError) as raised:
        recorded_results(tmp_path)

    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


def test_reports_are_as_the_run_wrote_them() -> None:
    for path in RESULTS.glob("*/*/*.json"):
        text = path.read_text("utf-8")

        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=True) + "\n", path
