"""Reports are read back whole, those of other versions as far as they can be, and other files are refused."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.reports.samples import REPORTS, hostile

from tgi_conformance.reports.json_report import SCHEMA_VERSION, as_json, write_json
from tgi_conformance.reports.read_json import ReportError, read_report

if TYPE_CHECKING:
    from pathlib import Path

OWN = version("tgi-conformance")


def written(folder: Path, value: Any) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


def message(path: Path) -> str:
    with pytest.raises(ReportError) as caught:
        read_report(path)
    return str(caught.value)


@pytest.mark.parametrize("name", [*REPORTS, "hostile"])
def test_a_report_is_read_back_whole(name: str, tmp_path: Path) -> None:
    report = REPORTS[name] if name in REPORTS else hostile()
    path = tmp_path / "report.json"
    path.write_text(write_json(report), "utf-8")

    assert as_json(report) == as_json(read_report(path))


def test_unknown_members_are_ignored(tmp_path: Path) -> None:
    report = REPORTS["every outcome"]
    more = _with_a_member_more(as_json(report))

    assert as_json(report) == as_json(read_report(written(tmp_path, more)))


def _with_a_member_more(value: Any) -> Any:
    """Add a member to every object, but for what the deployment says of itself."""
    if isinstance(value, dict):
        inner = {name: v if name == "server" else _with_a_member_more(v) for name, v in value.items()}
        return {**inner, "of_the_future": {"a": 1}}
    return list(map(_with_a_member_more, value)) if isinstance(value, list | tuple) else value


def test_a_report_without_a_summary_is_read(tmp_path: Path) -> None:
    value = as_json(REPORTS["conforms"])
    del value["summary"]

    assert as_json(REPORTS["conforms"]) == as_json(read_report(written(tmp_path, value)))


@pytest.mark.parametrize("schema_version", [SCHEMA_VERSION + 1, SCHEMA_VERSION - 1, "3", None])
def test_another_schema_version_is_named_with_both_versions(schema_version: Any, tmp_path: Path) -> None:
    value = {"schema_version": schema_version, "tool": {"name": "tgi-conformance", "version": "9.0.0"}}
    path = written(tmp_path, value)

    assert (
        f"{path}: written by tgi-conformance 9.0.0, this is {OWN}, "
        f"which reads reports with schema_version {SCHEMA_VERSION} only"
    ) == message(path)


def test_a_value_of_a_newer_version_is_named_with_both_versions(tmp_path: Path) -> None:
    value = {**as_json(REPORTS["conforms"]), "verdict": "conforms nearly"}
    value["tool"] = {"name": "tgi-conformance", "version": "9.0.0"}
    text = message(written(tmp_path, value))

    assert "at /verdict: 'conforms nearly' is not one of" in text
    assert text.endswith(f"(written by tgi-conformance 9.0.0, this is {OWN})")


@pytest.mark.parametrize("value", [None, [], {}, {"tool": 1}, {"tool": {"name": "x", "version": "9"}}, "x"])
def test_other_files_are_refused(value: Any, tmp_path: Path) -> None:
    path = written(tmp_path, value)

    assert message(path).startswith(f"{path}: not a report of `run --json`: at its root: ")


def test_a_hostile_version_stays_one_line(tmp_path: Path) -> None:
    value = {"tool": {"name": "tgi-conformance", "version": "\x1b[31m9\n" + "x" * 5000}}
    text = message(written(tmp_path, value))

    assert text.isprintable()
    assert len(text) < 300 + len(str(tmp_path))
