"""The report as JSON, according to report.schema.json."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import asdict

from tgi_conformance.results.summary import report_summary

if TYPE_CHECKING:
    from tgi_conformance.results.profiles import ProfileResult
    from tgi_conformance.results.report import Report, Result


SCHEMA_VERSION = 2


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "tgi-conformance", "version": report.version},
        "target": report.target,
        "server": dict(report.server),
        "depth": report.depth.value,
        "seed": report.seed,
        "strict": report.strict,
        **({"gentle": True} if report.gentle else {}),
        **({"set": asdict(report.scored_by)} if report.scored_by else {}),
        "start": report.started,
        "duration": round(report.seconds, 3),
        "requests": report.requests,
        "overloads": report.overloads,
        "generated_tokens": report.generated_tokens,
        "verdict": report.verdict.value,
        "reason": report.reason,
        "summary": report_summary(report),
        **({"profiles": [_profile(one) for one in report.profiles]} if report.profiles else {}),
        "requirements": [result_json(result) for result in report.requirements],
        "stale_deviations": list(report.stale_deviations),
        **({"load": asdict(report.load)} if report.load else {}),
    }


def write_json(report: Report) -> str:
    """Return the report as a JSON text."""
    return json.dumps(as_json(report), indent=2, ensure_ascii=True) + "\n"


def report_schema() -> dict[str, Any]:
    """The JSON Schema of the report."""
    text = files("tgi_conformance.reports").joinpath("report.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _profile(one: ProfileResult) -> dict[str, Any]:
    return {**asdict(one), "verdict": one.verdict_shown, "missing": list(one.missing)}


def result_json(result: Result) -> dict[str, Any]:
    """Return the result of a requirement as JSON values."""
    return {
        "id": result.id,
        "level": result.level.value,
        "category": result.category,
        "operation": result.operation,
        "statement": result.statement,
        "source": result.source,
        "why": result.why,
        "outcome": result.outcome.value,
        "cases": result.cases,
        "expected": result.expected,
        "actual": result.actual,
        "symptoms": list(result.symptoms),
        "reason": result.reason,
        "curl": result.curl,
        "request": asdict(result.request) if result.request else None,
        "response": asdict(result.response) if result.response else None,
        "seconds": round(result.seconds, 3),
        **({"profiles": list(result.profiles)} if result.profiles else {}),
        **({} if result.scored else {"scored": False}),
        **({"accepted": True} if result.accepted else {}),
    }
