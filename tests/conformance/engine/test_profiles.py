"""Profiles: what each includes, and which verdict each gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.reports.samples import GOOD, result

from tgi_conformance.config.profiles import profiles, profiles_of
from tgi_conformance.config.selection import fits
from tgi_conformance.config.settings import Settings as RunSettings
from tgi_conformance.config.settings import run_config_of
from tgi_conformance.engine.profiles import profile_results
from tgi_conformance.engine.run import run
from tgi_conformance.pytest_plugin.markers import PROFILES
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.profiles import ProfileResult, profiles_told
from tgi_conformance.results.reduction import reduced
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report

MATRIX = json.loads((Path(__file__).parents[3] / "docs" / "fault-matrix.json").read_text("utf-8"))
OPENAI = {"POST /v1/chat/completions", "POST /v1/completions", "GET /v1/models"}
EVERYTHING = "tgi"


def names() -> list[str]:
    return [profile.name for profile in profiles()]


def failed(fault: str) -> set[str]:
    """The profiles that a fault fails, by the record of which requirements catch it."""
    levels = {one.id: one.level for one in requirements()}
    caught = {id_ for id_, faults in MATRIX.items() if fault in faults and levels[id_] is Level.MUST}
    return {name for one in requirements() if one.id in caught for name in profiles_of(one)} - {EVERYTHING}


def judged(report: Report) -> dict[str, str]:
    return {one.name: one.verdict_shown for one in report.profiles}


def test_every_requirement_is_in_a_profile_besides_the_one_of_everything() -> None:
    every = {one.id: profiles_of(one) for one in requirements()}

    assert [] == [id_ for id_, of in every.items() if EVERYTHING not in of or len(of) == 1]


def test_every_word_of_a_profile_selects_something() -> None:
    idle = [
        (profile.name, word)
        for profile in profiles()
        for word in profile.words
        if not any(fits(one, word) for one in requirements())
    ]

    assert [] == idle


def test_the_pytest_plugin_has_a_marker_for_each() -> None:
    assert tuple(names()) == PROFILES


def test_openai_needs_no_route_of_tgi_itself() -> None:
    """But for what is unsupported where only a route of TGI's own tells whether it is offered."""
    own = [one for one in requirements() if "openai" in profiles_of(one)]
    needed = {need for one in own for need in (one.operation, *one.needs) if need.partition(" ")[1]}

    assert needed <= OPENAI
    assert {"reproducible", "lengths", "tools"} >= {
        need for one in own for need in one.needs if " " not in need and not need.startswith("#/")
    }


def test_openai_tgi_includes_openai() -> None:
    both = [profiles_of(one) for one in requirements() if "openai" in profiles_of(one)]

    assert [] == [of for of in both if "openai-tgi" not in of]


@pytest.mark.parametrize(
    ("fault", "expected", "spared"),
    [
        ("offsets-count-characters", {"native"}, {"openai", "sagemaker", "operations", "streaming"}),
        (
            "terminator-is-missing",
            {"openai", "openai-tgi", "streaming"},
            {"native", "sagemaker", "operations"},
        ),
        ("native-streams-are-terminated", {"native", "streaming"}, {"openai", "openai-tgi", "operations"}),
        ("counters-fall", {"operations"}, {"native", "openai", "openai-tgi", "sagemaker", "streaming"}),
        ("errors-are-without-a-type", {"native", "openai-tgi"}, {"openai", "operations"}),
        ("chunks-have-the-object-of-an-answer", {"openai-tgi"}, {"openai", "native", "operations"}),
        ("usage-is-missing", {"openai", "openai-tgi"}, {"native", "operations"}),
        ("choices-are-empty", {"openai", "openai-tgi"}, {"native", "operations"}),
        ("no-model-is-listed", {"openai", "openai-tgi"}, {"native", "operations", "sagemaker", "streaming"}),
        ("any-key-opens", {"operations"}, {"native", "openai", "openai-tgi", "sagemaker"}),
    ],
)
def test_a_fault_fails_the_profiles_that_it_concerns(
    fault: str, expected: set[str], spared: set[str]
) -> None:
    assert expected <= failed(fault)
    assert set() == failed(fault) & spared


def test_every_fault_that_a_must_catches_fails_a_profile() -> None:
    every = {fault for faults in MATRIX.values() for fault in faults}
    musts = {one.id for one in requirements() if one.level is Level.MUST}
    caught = {fault for id_, faults in MATRIX.items() if id_ in musts for fault in faults}

    assert caught == {fault for fault in every if failed(fault)}


def test_a_real_fault_of_tokenize_fails_native_alone() -> None:
    words = ("native", "openai")
    with running(Settings(quiet=True, faults=("offsets-count-characters",))) as server:
        report = run(run_config_of(RunSettings(server.url, profile=words, only=("tokenize", "models"))))

    assert {"native": "does not conform", "openai": "conforms"} == judged(report)
    assert Verdict.DOES_NOT_CONFORM is report.verdict


@pytest.mark.parametrize(
    ("variant", "offered"),
    [
        ("openai-routes-only", {"openai", "openai-tgi"}),
        ("native-routes-only", {"native"}),
        ("sagemaker-routes-only", {"sagemaker"}),
    ],
)
def test_a_deployment_of_some_routes_conforms_to_their_profiles(variant: str, offered: set[str]) -> None:
    with running(Settings(quiet=True, variants=(variant,))) as server:
        report = run(run_config_of(RunSettings(server.url, depth="smoke")))
    found = judged(report)
    routes = {"native", "openai", "openai-tgi", "sagemaker"}

    assert Verdict.CONFORMS is report.verdict
    assert {name: "conforms" if name in offered else "not offered" for name in routes} == {
        name: found[name] for name in routes
    }


def test_a_profile_that_is_asked_for_and_not_offered_fails_the_run() -> None:
    with running(Settings(quiet=True, variants=("native-routes-only",))) as server:
        report = run(run_config_of(RunSettings(server.url, depth="smoke", profile=("native", "sagemaker"))))

    assert {"native": "conforms", "sagemaker": "not offered"} == judged(report)
    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert report.reason.startswith("profile sagemaker is not offered: POST /invocations answered 404")


def test_single_requirements_give_no_verdict_on_a_profile() -> None:
    with running(Settings(quiet=True)) as server:
        report = run(run_config_of(RunSettings(server.url, ids=("info.answer-fits-the-document",))))

    assert () == report.profiles


def test_a_run_that_ended_early_tells_about_no_profile() -> None:
    config = run_config_of(RunSettings("http://127.0.0.1:9", profile=("native",)))
    (found,) = profile_results(config, (), {}, "the run was interrupted")

    assert Verdict.COULD_NOT_TELL is found.verdict
    assert "the run was interrupted" == found.reason


def test_a_deployment_that_goes_down_fails_the_profiles_that_are_asked_for() -> None:
    passed = result("passes", Outcome.PASSED, profiles=("native",))
    down = evolve(result("down", Outcome.FAILED, profiles=("operations",)), id="deployment.survives")
    asked = run_config_of(RunSettings("http://127.0.0.1:9", profile=("native",)))
    (found,) = profile_results(asked, (passed, down), {}, "")
    every = profile_results(run_config_of(RunSettings("http://127.0.0.1:9")), (passed, down), {}, "")

    assert (Verdict.DOES_NOT_CONFORM, 1, 1) == (found.verdict, found.must, found.checked)
    assert {"native": "conforms", "operations": "does not conform"} == {
        one.name: one.verdict_shown for one in every
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ProfileResult("p", Verdict.CONFORMS, checked=9, total=9), "conforms"),
        (
            ProfileResult("p", Verdict.CONFORMS, should=2, checked=9, total=9),
            "conforms, 2 SHOULD or MAY broken",
        ),
        (ProfileResult("p", Verdict.DOES_NOT_CONFORM, must=3, checked=9, total=9), "3 failures"),
        (ProfileResult("p", None, "POST /generate answered 404"), "not offered"),
        (ProfileResult("p", Verdict.COULD_NOT_TELL, "no answer", checked=9, total=9), "could not tell"),
        (
            ProfileResult("p", Verdict.CONFORMS, checked=8, total=9, unsupported=5, missing=("GET /info",)),
            "conforms (without GET /info; 8 of 9 requirements checked; 5 of 8 unsupported)",
        ),
        (
            ProfileResult("p", Verdict.CONFORMS, missing=("a", "b", "c", "d")),
            "conforms (without 4 operations)",
        ),
    ],
)
def test_a_verdict_is_told_in_a_few_words(found: ProfileResult, expected: str) -> None:
    assert expected == found.told
    assert f"p: {expected}" == profiles_told([found])


def test_a_report_can_be_reduced_to_profiles() -> None:
    both = result("in-both", Outcome.FAILED, profiles=("native", "streaming"))
    other = result("in-another", Outcome.FAILED, profiles=("openai",))
    told = (ProfileResult("native", Verdict.DOES_NOT_CONFORM), ProfileResult("openai", Verdict.CONFORMS))
    report = evolve(GOOD, requirements=(both, other), profiles=told)
    found = reduced(report, frozenset({"native"}))

    assert (both,) == found.requirements
    assert told[:1] == found.profiles
