"""Every fault is caught by the requirements that it is written for, each by its id."""

from __future__ import annotations

from fnmatch import filter as matching
from typing import TYPE_CHECKING, Any

import pytest
from tests.selftest.expectations import expected, needing_load
from tests.selftest.matrix import catchers, recorded
from tests.selftest.runs import caught, depth_of, matches, proof, run_suite

from tgi_conformance.requirements import requirements
from tgi_conformance.requirements._declaration import Requirement
from tgi_conformance.results.report import WHOLE_RUN
from tgi_reference.injection.catalogues import all_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.results.levels import Depth
    from tgi_conformance.results.report import Report

# One of each family; the whole matrix is the self-test's.
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


# What these break is a matter of chance, so that only what is expected of them is held.
BY_CHANCE = frozenset(
    {"some-answers-are-of-the-proxy", "some-connections-break", "some-requests-are-server-errors"}
)
RUNS_OF_CHANCE = 3  # one of which has to show what is expected
# Where no answer comes a requirement fails before it has looked at one: what it looks at is not proven.
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
# What no fault proves, each with the reason.
UNPROVEN = {
    "generate.refused-requests-take-no-room": "chat, held first, loses the room: none is left to lose here",
    "health.health-is-quick": "the self-test does not wait for as long as this allows",
    "deployment.does-not-fail-by-chance": "what it catches is held by its faults, and is of chance",
}


def cases() -> list[Any]:
    names = [name for name in expected() if name not in needing_load()]
    return [pytest.param(name, marks=() if name in FEW else pytest.mark.slow) for name in names]


@pytest.fixture
def patterns(name: str, pytestconfig: pytest.Config) -> tuple[str, ...]:
    """What is expected to catch the fault, or the one requirement that is asked for."""
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
    # Chance shows among many requests, and what looks back on the run needs one.
    looks_back = any(pattern.startswith(f"{WHOLE_RUN}.") for pattern in patterns)
    held = (*patterns, "generate.*") if name in BY_CHANCE or looks_back else patterns
    depth = depth_of(patterns)
    report, caught_by = held_to(name, held, depth)
    for seed in range(1, RUNS_OF_CHANCE if name in BY_CHANCE else 1):
        if not all(matching(caught_by, pattern) for pattern in patterns):
            report, caught_by = held_to(name, held, depth, seed)
    lost = lost_by(name, patterns, caught_by)
    # What else a chance fault happened to break is another set each time.
    recorded_here = sorted(one for one in caught_by if name not in BY_CHANCE or matches(one, patterns))
    record_property("proof", proof("faults caught", name, report, caught_by=recorded_here, lost=lost))
    if not pytestconfig.getoption("--requirement"):  # one of several need not catch what the others do
        assert caught_by
        assert [] == [pattern for pattern in patterns if not matching(caught_by, pattern)]
    assert [] == lost or pytestconfig.getoption("--renew"), "no longer caught by these"


def held_to(fault: str, held: tuple[str, ...], depth: Depth, seed: int = 0) -> tuple[Report, set[str]]:
    """Run the suite against a fault; give the report, and the requirements that caught it."""
    report = run_suite(faults=(fault,), patterns=held, depth=depth, seed=seed)
    return report, caught(report) if fault in BY_CHANCE else steadily_caught(fault, report)


def lost_by(fault: str, patterns: tuple[str, ...], caught_by: set[str]) -> list[str]:
    """Which of the requirements that were held have caught the fault before, and do not now."""
    before = set() if fault in BY_CHANCE else catchers(fault)
    return sorted({one for one in before if matches(one, patterns)} - caught_by)


def steadily_caught(fault: str, report: Report) -> set[str]:
    """What caught the fault; where that is not what the matrix says, what another run agrees on."""
    first, before = caught(report), catchers(fault)
    held = {result.id for result in report.requirements}
    gained, lost = first - before, held & before - first
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
