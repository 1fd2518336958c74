"""Every fault is caught by the requirements that it is written for, each by its id."""

from __future__ import annotations

import json
from fnmatch import filter as matching
from typing import TYPE_CHECKING, Any

import pytest
from tests.selftest.expectations import MATRIX, expected
from tests.selftest.trials import caught, depth_of, hold, proof

from tgi_conformance.routes import requirements
from tgi_reference.alterations.selection import all_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.report import Report

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


def cases() -> list[Any]:
    return [pytest.param(name, marks=() if name in FEW else pytest.mark.slow) for name in expected()]


@pytest.fixture(scope="module")
def unbroken() -> Report:
    return hold()


@pytest.mark.parametrize("name", cases())
def test_fault_is_caught(name: str, unbroken: Report, record_property: Callable[[str, object], None]) -> None:
    patterns = expected()[name]

    report = hold(faults=(name,), patterns=patterns, depth=depth_of(patterns))

    caught_by = sorted(caught(report, unbroken))
    record_property("proof", proof("faults caught", name, report, caught_by=caught_by))
    assert caught_by
    assert [] == [pattern for pattern in patterns if not matching(caught_by, pattern)]


def test_each_fault_has_its_expectations() -> None:
    assert sorted(fault.name for fault in all_faults()) == sorted(expected())


def test_each_requirement_has_a_fault_that_it_catches() -> None:
    caught = {name for names in json.loads(MATRIX.read_text("utf-8")).values() for name in names}

    # Chat, held first, loses the room that the fault takes: there is none left for this one to lose.
    unproven = {"generate.refused-requests-take-no-room"}
    assert unproven == {requirement.id for requirement in requirements()} - caught
