"""Every fault is caught by the requirements that are expected to catch it."""

from __future__ import annotations

from fnmatch import filter as matching
from typing import TYPE_CHECKING, Any

import pytest
from tests.selftest.expectations import expected
from tests.selftest.matrix import catchers, recorded
from tests.selftest.runs import caught, depth_of, matches, proof, run_suite

from tgi_conformance.requirements import requirements
from tgi_conformance.requirements._declaration import Requirement
from tgi_reference.alterations.selection import all_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.results.report import Report

# One of each kind; `nox -s faults` checks them all.
FEW = frozenset(
    {
        "an-event-comes-twice",
        "any-scheme-opens",
        "bounds-are-not-enforced",
        "characters-are-torn-between-events",
        "counters-fall",
        "errors-are-without-a-type",
        "generated-tokens-are-one-more",
        "offsets-count-characters",
        "seed-is-ignored",
        "answers-are-cut-off",
        "stop-is-ignored",
        "terminator-is-missing",
        "tool-arguments-are-an-object",
    }
)


# Chance decides what these break, so only what is expected is checked.
BY_CHANCE = frozenset(
    {"some-answers-are-of-the-proxy", "some-connections-break", "some-requests-are-server-errors"}
)
# Without an answer a requirement fails before its check looks at one, which proves nothing about the check.
UNANSWERED = frozenset(
    {
        "answers-are-cut-off",
        "answers-trickle",
        "health-hangs",
        "health-is-slow",
        "info-is-endless",
        "length-is-too-large",
        "plain-bodies-are-declared-compressed",
        "refusals-hang",
        "streams-are-cut-off",
        "streams-hang-after-their-first-event",
        "streams-hang-at-their-end",
        "streams-never-end",
        "tokenizing-hangs",
    }
)
# Requirements that no fault proves, each with the reason.
UNPROVEN = {
    "generate.refused-requests-take-no-room": "chat, checked before, already takes all slots",
    "health.health-is-quick": "the self-test does not wait as long as this allows",
    "deployment.survives-every-request": "test_crashing_deployment.py has a server that crashes",
    "deployment.does-not-fail-by-chance": "what it catches is a matter of chance",
}


def cases() -> list[Any]:
    return [pytest.param(name, marks=() if name in FEW else pytest.mark.slow) for name in expected()]


@pytest.fixture
def patterns(name: str, pytestconfig: pytest.Config) -> tuple[str, ...]:
    """What is expected to catch the fault, or only the requirement of --requirement."""
    alone: str = pytestconfig.getoption("--requirement")
    if alone and not matches(alone, expected()[name]):
        pytest.skip(f"{alone} is not expected to catch this")
    return (alone,) if alone else expected()[name]


@pytest.mark.parametrize("name", cases())
def test_fault_is_caught(
    name: str,
    patterns: tuple[str, ...],
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
) -> None:
    # Chance shows among many requests.
    checked = (*patterns, "generate.*") if name in BY_CHANCE else patterns
    report = run_suite(faults=(name,), patterns=checked, depth=depth_of(patterns))

    caught_by = caught(report) if name in BY_CHANCE else reliably_caught(name, report)
    lost = lost_by(name, patterns, caught_by)
    record_property("proof", proof("faults caught", name, report, caught_by=sorted(caught_by), lost=lost))
    if not pytestconfig.getoption("--requirement"):  # one of several need not catch what the others do
        assert caught_by
        assert [] == [pattern for pattern in patterns if not matching(caught_by, pattern)]
    assert [] == lost or pytestconfig.getoption("--renew"), "no longer caught by these"


def lost_by(fault: str, patterns: tuple[str, ...], caught_by: set[str]) -> list[str]:
    """Which of the checked requirements caught the fault before, and do not now."""
    before = set() if fault in BY_CHANCE else catchers(fault)
    return sorted({one for one in before if matches(one, patterns)} - caught_by)


def reliably_caught(fault: str, report: Report) -> set[str]:
    """What caught the fault; if the matrix says otherwise, only what a second run confirms."""
    first, before = caught(report), catchers(fault)
    checked = {result.id for result in report.requirements}
    gained, lost = first - before, checked & before - first
    surprising = (*gained, *lost)
    if not surprising:
        return first
    again = caught(run_suite(faults=(fault,), patterns=surprising, depth=depth_of(surprising)))
    return first - (gained - again) | (lost & again)


def test_each_fault_has_its_expectations() -> None:
    assert sorted(fault.name for fault in all_faults()) == sorted(expected())


def test_each_requirement_catches_a_fault() -> None:
    proven = {name for name, faults in recorded().items() if faults - BY_CHANCE - UNANSWERED}

    assert set(UNPROVEN) == {requirement.id for requirement in requirements()} - proven


def test_a_check_that_looks_at_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    fault, patterns = "last-token-is-not-shown", ("generate.generated-tokens-are-counted",)
    assert [] == lost_by(fault, patterns, caught(run_suite(faults=(fault,), patterns=patterns)))

    monkeypatch.setattr(Requirement, "check", property(lambda _: lambda _: None))

    assert [*patterns] == lost_by(fault, patterns, caught(run_suite(faults=(fault,), patterns=patterns)))
