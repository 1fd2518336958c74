"""Released sets never change, and a run scored by one does not count what is outside."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from tests.conformance.factories import NOWHERE
from tests.conformance.reports.samples import result

from release_requirement_set import main as release
from tgi_conformance.cli.main import main
from tgi_conformance.config.requirement_set import (
    FOLDER,
    Frozen,
    RequirementSet,
    digest_of,
    released,
    requirement_set,
    set_names,
)
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.settings import Settings as RunSettings
from tgi_conformance.config.settings import run_config_of
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.run import run
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.reports.badge import write_badge
from tgi_conformance.reports.json_report import as_json, report_schema
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.reports.read_json import read_report
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report

GOLDEN = Path(__file__).parent / "golden" / "requirement_sets.json"
COUNTS, FITS = "generate.generated-tokens-are-counted", "generate.answer-fits-the-document"
FAULT = "generated-tokens-are-one-more"


def stored(name: str) -> dict[str, Any]:
    text = files("tgi_conformance").joinpath(FOLDER).joinpath(f"{name}.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def of(**members: Frozen) -> RequirementSet:
    return RequirementSet("9.9", f"sha256:{'0' * 64}", members)


def judged(scored_by: RequirementSet) -> Report:
    """The report on a server that counts a token too many, scored by a set."""
    with running(Settings(quiet=True, faults=(FAULT,))) as server:
        config = run_config_of(RunSettings(server.url, depth="smoke", only=("generate",)))
        return run(evolve(config, scored_by=scored_by))


def test_a_released_set_never_changes() -> None:
    digests = json.loads(GOLDEN.read_text("utf-8"))

    assert list(digests) == set_names()
    assert digests == {name: stored(name)["digest"] for name in set_names()}
    assert digests == {name: digest_of(stored(name)["requirements"]) for name in set_names()}
    assert digests == {name: requirement_set(name).digest for name in set_names()}


def test_the_suite_checks_every_requirement_of_a_released_set() -> None:
    known = {one.id for one in requirements()}

    assert {name: set() for name in set_names()} == {
        name: set(requirement_set(name).requirements) - known for name in set_names()
    }


def test_a_digest_depends_on_each_member() -> None:
    entries = released("1.0", requirements()[:2])["requirements"]
    first = entries[0]
    changed = [
        {**first, "id": "another.id"},
        {**first, "level": "MAY"},
        {**first, "profiles": ["tgi"]},
        {**first, "statement": "Another."},
    ]
    digests = {digest_of([one, *entries[1:]]) for one in (first, *changed)}

    assert 1 + len(changed) == len(digests)


def test_an_unknown_set_is_named() -> None:
    with pytest.raises(UsageError, match=r"unknown set of requirements '1\.O'; did you mean '1\.0'\?"):
        requirement_set("1.O")


def test_a_released_set_cannot_be_released_again() -> None:
    done = CliRunner().invoke(release, [set_names()[0]])

    assert 2 == done.exit_code
    assert "a released set never changes" in done.output


def test_what_is_outside_the_set_is_checked_and_not_scored() -> None:
    report = judged(of(**{FITS: Frozen(Level.MUST, ("native",), "It fits.")}))
    outcomes = {one.id: (one.outcome, one.scored) for one in report.requirements}

    assert (Outcome.FAILED, False) == outcomes[COUNTS]
    assert (Outcome.PASSED, True) == outcomes[FITS]
    assert (Verdict.CONFORMS, ()) == (report.verdict, report.broken)
    assert report.unscored_summary.startswith("not scored: 3 requirements outside set 9.9 (sha256:0000")
    assert f"of which 2 failed: generate.max-new-tokens-is-a-limit, {COUNTS}" in report.unscored_summary
    assert "not scored, failed: " in write_junit(report)
    assert "conforms by set 9.9 (sha256:000000000000)" == json.loads(write_badge(report))["message"]


def test_what_is_inside_the_set_is_scored() -> None:
    report = judged(of(**{COUNTS: Frozen(Level.MUST, ("native",), "Counted.")}))

    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert [COUNTS] == [one.id for one in report.broken]


def test_level_statement_and_profiles_are_those_of_the_set() -> None:
    frozen_as = Frozen(Level.MAY, ("streaming",), "As it was.")
    config = RunConfig(NOWHERE, scored_by=of(**{COUNTS: frozen_as}), profiles=("streaming",))
    (found,) = [one for one in config.selected if one.id == COUNTS]

    assert (Level.MAY, "As it was.") == (found.level, found.statement)
    assert ("streaming",) == config.profiles_of(found)


def test_unscored_results_decide_nothing() -> None:
    passed = result("passes", Outcome.PASSED)
    outside = [
        result("fails", Outcome.FAILED, scored=False),
        result("is-inconclusive", Outcome.INCONCLUSIVE, scored=False),
        result("crashes", Outcome.ERROR, scored=False),
    ]

    assert (Verdict.CONFORMS, "") == verdict_of([passed, *outside], "", strict=False)


def test_a_report_keeps_its_set_and_profiles(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    with running(Settings(quiet=True)) as server:
        words = ("--depth", "smoke", "--profile", "native", "--set", "1.0", "--json", str(file))
        done = CliRunner().invoke(main, ["run", server.url, *words])
    value, report = json.loads(file.read_text("utf-8")), read_report(file)

    assert 0 == done.exit_code, done.output
    assert f"conforms by set 1.0 ({requirement_set('1.0').digest[:19]})" in done.output
    assert "profiles  native: conforms" in done.output
    assert {"name": "1.0", "digest": requirement_set("1.0").digest} == value["set"]
    Draft202012Validator(report_schema()).validate(value)
    assert value == as_json(report)


def test_the_catalogue_fits_its_schema() -> None:
    schema = files("tgi_conformance.reports").joinpath("catalogue.schema.json").read_text("utf-8")
    listed = json.loads(CliRunner().invoke(main, ["list", "--json"]).output)

    Draft202012Validator.check_schema(json.loads(schema))
    Draft202012Validator(json.loads(schema)).validate(listed)
    assert [one.id for one in requirements()] == [entry["id"] for entry in listed]
