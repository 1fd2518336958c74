"""A report that is reduced to some profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report


def reduced(report: Report, names: frozenset[str]) -> Report:
    """Return the report with only the requirements of these profiles, and the verdicts on them."""
    return evolve(
        report,
        requirements=tuple(one for one in report.requirements if not names.isdisjoint(one.profiles)),
        profiles=tuple(one for one in report.profiles if one.name in names),
    )
