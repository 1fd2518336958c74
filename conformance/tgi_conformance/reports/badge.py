"""The verdict as JSON for an endpoint badge of shields.io."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tgi_conformance.results.levels import Level, Verdict
from tgi_conformance.results.profiles import profiles_told

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report

COLOURS = {
    Verdict.CONFORMS: "brightgreen",
    Verdict.DOES_NOT_CONFORM: "red",
    Verdict.COULD_NOT_TELL: "lightgrey",
    Verdict.INTERNAL_ERROR: "lightgrey",
}


def write_badge(report: Report) -> str:
    """Return the JSON of an endpoint badge (https://shields.io/badges/endpoint-badge)."""
    badge = {
        "schemaVersion": 1,
        "label": "TGI API",
        "message": _message(report),
        "color": COLOURS[report.verdict],
        "isError": report.verdict in {Verdict.COULD_NOT_TELL, Verdict.INTERNAL_ERROR},
    }
    return json.dumps(badge, indent=2) + "\n"


def _message(report: Report) -> str:
    by = f" by set {report.scored_by.told}" if report.scored_by else ""
    return f"{_verdict(report)}{by}"


def _verdict(report: Report) -> str:
    asked = [profile for profile in report.profiles if profile.asked]
    if asked:
        return profiles_told(asked)
    if report.verdict is not Verdict.DOES_NOT_CONFORM:
        return str(report.verdict.value)
    broken = sum(result.level is Level.MUST for result in report.broken)
    scored = sum(result.scored for result in report.requirements)
    return f"{broken} of {scored} requirements broken"
