"""Read a report from JSON, checked against report.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tgi_conformance.reports.json_report import report_schema
from tgi_conformance.results.evidence import EventSeen, RequestSeen, ResponseSeen
from tgi_conformance.results.levels import Depth, Level, Outcome, Verdict
from tgi_conformance.results.report import Report, Result

if TYPE_CHECKING:
    from pathlib import Path


class ReportError(ValueError):
    """A file that is not a report; the message is one line."""


def read_report(path: Path) -> Report:
    """Read a report; raises ReportError."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{path}: not JSON, expected a report of `run --json`") from None
    problem = best_match(Draft202012Validator(report_schema()).iter_errors(value))
    if problem is not None:
        where = "".join(f"/{step}" for step in problem.absolute_path) or "its root"
        message = " ".join(problem.message.split())[:200]
        raise ReportError(f"{path}: not a report of `run --json`: at {where}: {message}")
    return _report(value)


def _report(value: dict[str, Any]) -> Report:
    return Report(
        version=value["tool"]["version"],
        target=value["target"],
        server=value["server"],
        depth=Depth(value["depth"]),
        seed=value["seed"],
        started=value["start"],
        seconds=value["duration"],
        requests=value["requests"],
        generated_tokens=value["generated_tokens"],
        verdict=Verdict(value["verdict"]),
        reason=value["reason"],
        requirements=tuple(map(_result, value["requirements"])),
        stale_deviations=tuple(value["stale_deviations"]),
        strict=value["strict"],
        overloads=value["overloads"],
        gentle=value.get("gentle", False),
    )


def _result(value: dict[str, Any]) -> Result:
    request, response = value["request"], value["response"]
    read = {
        "level": Level(value["level"]),
        "outcome": Outcome(value["outcome"]),
        "symptoms": tuple(value.get("symptoms", ())),
        "request": request and RequestSeen(**{**request, "headers": _pairs(request["headers"])}),
        "response": response and _response(response),
    }
    return Result(**{**value, **read})


def _response(value: dict[str, Any]) -> ResponseSeen:
    events = tuple(EventSeen(**event) for event in value["events"])
    return ResponseSeen(**{**value, "headers": _pairs(value["headers"]), "events": events})


def _pairs(value: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in value)
