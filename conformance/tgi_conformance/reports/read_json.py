"""Read a report from JSON, checked against report.schema.json."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import fields
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tgi_common.text import visible
from tgi_conformance.reports.json_report import SCHEMA_VERSION, report_schema
from tgi_conformance.results.evidence import EventSeen, RequestSeen, ResponseSeen
from tgi_conformance.results.levels import Depth, Level, Outcome, Verdict
from tgi_conformance.results.load_figures import LoadFigures, RouteFigures
from tgi_conformance.results.profiles import NOT_OFFERED, ProfileResult
from tgi_conformance.results.report import Report, Result, SetUsed

if TYPE_CHECKING:
    from pathlib import Path


NAME = "tgi-conformance"
T = TypeVar("T")


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
    problem = _problem(value)
    if problem:
        raise ReportError(f"{path}: {problem}")
    return _report(value)


def _problem(value: Any) -> str:
    """Say in one line why this is not a report that can be read; empty if it is."""
    tool = value.get("tool") if isinstance(value, dict) else None
    writer = tool.get("version") if isinstance(tool, dict) and tool.get("name") == NAME else None
    own = version(NAME)
    other = f"written by {NAME} {visible(str(writer), 40)}, this is {own}" if writer else ""
    if other and value.get("schema_version") != SCHEMA_VERSION:
        return f"{other}, which reads reports with schema_version {SCHEMA_VERSION} only"
    error = best_match(Draft202012Validator(_lenient(report_schema())).iter_errors(value))
    if error is None:
        return ""
    where = "".join(f"/{step}" for step in error.absolute_path) or "its root"
    hint = f" ({other})" if other and writer != own else ""
    return f"not a report of `run --json`: at {where}: {' '.join(error.message.split())[:200]}{hint}"


def _lenient(schema: Any) -> Any:
    """Return the schema without what forbids unknown members: a newer version may have added some."""
    if isinstance(schema, dict):
        return {name: _lenient(inner) for name, inner in schema.items() if name != "additionalProperties"}
    return [_lenient(inner) for inner in schema] if isinstance(schema, list) else schema


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
        load=_load(value["load"]) if "load" in value else None,
        profiles=tuple(map(_profile, value.get("profiles", ()))),
        scored_by=_known(SetUsed, value["set"]) if "set" in value else None,
    )


def _load(value: dict[str, Any]) -> LoadFigures:
    routes = (
        _known(
            RouteFigures, {**route, "latencies": {name: tuple(of) for name, of in route["latencies"].items()}}
        )
        for route in value["routes"]
    )
    return _known(LoadFigures, {**value, "routes": tuple(routes)})


def _profile(value: dict[str, Any]) -> ProfileResult:
    verdict = None if value["verdict"] == NOT_OFFERED else Verdict(value["verdict"])
    return _known(ProfileResult, {**value, "verdict": verdict, "missing": tuple(value["missing"])})


def _result(value: dict[str, Any]) -> Result:
    request, response = value["request"], value["response"]
    read = {
        "level": Level(value["level"]),
        "outcome": Outcome(value["outcome"]),
        "symptoms": tuple(value.get("symptoms", ())),
        "profiles": tuple(value.get("profiles", ())),
        "request": request and _known(RequestSeen, {**request, "headers": _pairs(request["headers"])}),
        "response": response and _response(response),
    }
    return _known(Result, {**value, **read})


def _response(value: dict[str, Any]) -> ResponseSeen:
    events = tuple(_known(EventSeen, event) for event in value["events"])
    return _known(ResponseSeen, {**value, "headers": _pairs(value["headers"]), "events": events})


def _known(kind: type[T], value: dict[str, Any]) -> T:
    """Make a value of this class, from the members that it knows."""
    names = {attribute.name for attribute in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: inner for name, inner in value.items() if name in names})


def _pairs(value: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in value)
