"""Legal variety raises no alarm, neither among what must hold nor among what should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.selftest.runs import alarms, hold, proof

from tgi_conformance.results.levels import Depth, Verdict
from tgi_reference.injection.catalogues import all_variants
from tgi_reference.injection.variants.deployments import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.results.report import Report

# A few at a time differ in what does not touch; each alone is the self-test's.
TOGETHER = (
    ("data-without-a-space", "extra-members", "extra-headers", "tiny-chunks"),
    ("crlf-line-ends", "reordered-members", "charset-of-media-types", "answers-have-ids"),
    ("data-in-several-lines", "escaped-characters", "header-names-in-title-case", "ties-among-top-tokens"),
    ("comment-lines", "pretty-printed", "reworded-errors", "chunked-bodies"),
)

ANSWERS = "chat-tokenize.documented-requests-have-documented-answers"
IMAGES = "refuses an image that it cannot read with 422"


def prefix(variants: tuple[str, ...]) -> str:
    return PREFIX if "path-prefix" in variants else ""


def cases() -> list[Any]:
    return [pytest.param(variant.name, marks=pytest.mark.slow) for variant in all_variants()]


@pytest.mark.parametrize("name", cases())
def test_variant_conforms(name: str, record_property: Callable[[str, object], None]) -> None:
    report = hold(variants=(name,), prefix=prefix((name,)))

    record_property("proof", proof("variants clean", name, report))
    assert {} == alarms(report)
    assert Verdict.CONFORMS is report.verdict


@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_variants_together_conform(names: tuple[str, ...]) -> None:
    report = hold(variants=names, depth=Depth.SMOKE)

    assert {} == alarms(report)
    assert Verdict.CONFORMS is report.verdict


def test_a_model_that_sees_refuses_images_as_is_known() -> None:
    reports = [hold(variants=("sees-images",), patterns=(ANSWERS,), seed=seed) for seed in (1, 2, 3)]

    assert [{}, {}, {}] == [alarms(report) for report in reports]
    assert any(IMAGES in reason for report in reports for reason in reasons(report))
    assert not any(IMAGES in reason for reason in reasons(hold(patterns=(ANSWERS,), seed=1)))


def reasons(report: Report) -> list[str]:
    return [result.reason for result in report.requirements]
