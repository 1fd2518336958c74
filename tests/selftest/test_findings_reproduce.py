"""A finding that is run again with `--id` fails again, alone and in a few requests."""

from __future__ import annotations

from random import Random
from statistics import median

import pytest
from tests.selftest.matrix import catchers
from tests.selftest.runs import caught, depth_of, run_suite

from tgi_conformance.config.selection import Selection
from tgi_conformance.requirements import requirements
from tgi_reference.injection.catalogues import all_faults

STEP = 8  # every eighth fault; a minute on two cores
QUICK = "generated-tokens-are-one-more"


def reproduced(fault: str) -> tuple[bool, int]:
    """Run one finding of a fault again; give whether it failed, and the requests that it took."""
    finding = Random(fault).choice(sorted(catchers(fault) & {one.id for one in requirements()}))  # noqa: S311
    report = run_suite(
        faults=(fault,), selection=Selection(ids=frozenset({finding})), depth=depth_of((finding,))
    )
    return finding in caught(report), report.requests


def test_a_finding_reproduces() -> None:
    failed, requests = reproduced(QUICK)

    assert failed
    assert requests <= 10


@pytest.mark.slow
def test_nine_of_ten_findings_reproduce_alone_in_a_few_requests() -> None:
    faults = [fault.name for fault in all_faults() if catchers(fault.name)][::STEP]
    found = [reproduced(fault) for fault in faults]

    assert sum(failed for failed, _ in found) >= 0.9 * len(found)
    assert median(requests for _, requests in found) <= 10
