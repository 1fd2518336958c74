"""What `accept` made of a broken server's report is known in the next run, and hides nothing else."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from tests.selftest.matrix import catchers, recorded
from tests.selftest.runs import depth_of, run_suite, with_outcome

from tgi_conformance.config.selection import Selection
from tgi_conformance.requirements import requirements
from tgi_conformance.results.acceptance import accepted
from tgi_conformance.results.deviations import parse_deviations
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.report import WHOLE_RUN
from tgi_reference.injection.catalogues import all_faults

if TYPE_CHECKING:
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.results.report import Report

STEP = 12  # every twelfth fault; two minutes on two cores
MOST = 12  # requirements of a fault
BAD = {Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.ERROR}


def checked(fault: str, ids: list[str], known: tuple[Deviation, ...] = ()) -> Report:
    return run_suite(
        faults=(fault,),
        selection=Selection(ids=frozenset(ids)),
        depth=depth_of(tuple(ids)),
        known=known,
    )


def findings(fault: str) -> list[str]:
    here = {one.id for one in requirements() if one.route != WHOLE_RUN}
    caught = sorted(catchers(fault) & here)
    return Random(fault).sample(caught, min(MOST, len(caught)))  # noqa: S311 - which ones is arbitrary


def another_fault(requirement: str, fault: str) -> str | None:
    """Choose another fault that breaks the same requirement."""
    others = sorted(recorded()[requirement] - {fault})
    return Random(fault).choice(others) if others else None  # noqa: S311 - which one is arbitrary


@pytest.mark.slow
def test_what_was_accepted_is_known_and_hides_no_other_break() -> None:
    clean, shown, failing = [], [], []
    for fault in [one.name for one in all_faults() if findings(one.name)][::STEP]:
        first = checked(fault, findings(fault))
        failed = [result.id for result in first.having(Outcome.FAILED)]
        if not failed:  # by chance
            continue
        known = parse_deviations(accepted(first), "known.yaml")
        again = checked(fault, failed, known)
        clean.append(not [result for result in again.requirements if result.outcome in BAD])
        other = another_fault(failed[0], fault)
        if other:
            found = with_outcome(checked(other, [failed[0], *findings(other)], known), Outcome.FAILED)
            shown.append(failed[0] in found)
            failing.append(bool(found))

    assert sum(clean) >= 0.95 * len(clean)
    # Some faults look alike to one requirement; the run fails by others.
    assert sum(shown) >= 0.7 * len(shown)
    assert sum(failing) >= 0.95 * len(failing)
