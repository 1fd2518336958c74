"""Reports of changes, as people read them; nothing of a document gets through unescaped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tgi_document.changes import CALLERS, Change, Direction
from tgi_document.changes_report import FORMATS, Side, report
from tgi_document.diff import diff
from tgi_document.load import load_document

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

INTERFACES = Path(__file__).parents[1] / "data" / "interface"
SCREEN = 40

HOSTILE = "\x1b[31m\u202eevil\u200b\n# heading <script>`x` [a](javascript:b) |*_~"


def reported(old: str, new: str, output: str) -> str:
    before, after = (load_document(INTERFACES / f"tgi-{version}.json") for version in (old, new))
    return report(diff(before, after), Side.of(before, f"{old}.json"), Side.of(after, f"{new}.json"), output)


@pytest.mark.parametrize("output", FORMATS)
def test_between_two_releases(output: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == reported("2.4.1", "3.3.7", output)


@pytest.mark.parametrize(
    ("old", "new"), [("1.0.3", "1.4.5"), ("1.4.5", "2.0.4"), ("2.0.4", "2.4.1"), ("3.3.7", "2.4.1")]
)
def test_between_other_releases(old: str, new: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == reported(old, new, "text")


def test_what_a_client_author_needs_to_know_fits_one_screen() -> None:
    lines = reported("2.4.1", "3.3.7", "text").splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 160


def test_says_that_nothing_changed() -> None:
    assert "Text Generation Inference 2.4.1 -> Text Generation Inference 2.4.1: no changes\n" == reported(
        "2.4.1", "2.4.1", "text"
    )


def test_json_counts_and_lists_the_changes() -> None:
    value = json.loads(reported("2.4.1", "3.3.7", "json"))
    assert {"old", "new", "summary", "changes"} == value.keys()
    assert len(value["changes"]) == value["summary"]["changes"]
    assert {
        "kind": "default changed",
        "where": "GenerateParameters",
        "place": "max_new_tokens",
        "pointer": "#/components/schemas/GenerateParameters/properties/max_new_tokens",
        "direction": "request",
        "severity": "breaking for callers",
        "old": 100,
        "new": 1024,
    } in value["changes"]


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("kind", ["default changed", "type changed", "member added", "operation added"])
def test_hostile_text_is_escaped(output: str, kind: str) -> None:
    change = Change(kind, HOSTILE, HOSTILE, HOSTILE, Direction.BOTH, None, HOSTILE, CALLERS)
    side = Side(HOSTILE, HOSTILE, HOSTILE)
    text = report([change], side, side, output)
    assert not set("\x1b\u202e\u200b") & set(text)
    assert [] == [line for line in text.splitlines() if line.startswith("# heading")]
    if output == "markdown":
        assert "<script" not in text.replace(r"\<script", "")
        assert "](" not in text.replace(r"\]\(", "")
        assert "`" not in text.replace(r"\`", "")


def test_a_long_list_is_cut() -> None:
    changes = [Change("schema added", f"S{index}", "", "#", Direction.UNUSED) for index in range(300)]
    side = Side("a", "A", "1")
    assert "S199 and 100 more\n" in report(changes, side, side, "text")


def test_annotations_of_github_name_the_file_and_what_breaks() -> None:
    lines = reported("2.4.1", "3.3.7", "github").splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert all(line.startswith("::error file=3.3.7.json,title=Breaking for ") for line in errors)
    assert any(
        "GenerateParameters" in line and "max_new_tokens: default changed: 100 -> 1024" in line
        for line in errors
    )
    assert lines[-1].startswith(
        "::notice file=3.3.7.json,title=OpenAPI document::Text Generation Inference 2.4.1 -> "
    )


def test_annotations_are_escaped_and_no_more_than_github_shows() -> None:
    changes = [Change("member added", f"S{index},:%", "a%\nb", "#", Direction.REQUEST) for index in range(30)]
    side = Side("http://host/openapi.json", "A", "1")
    lines = report(changes, side, side, "github").splitlines()
    assert 10 == len(lines)
    assert "::notice title=Compatible%3A S0%2C%3A%25 (in requests)::member added: a%25\\nb" == lines[0]
    assert lines[-1].endswith("::A 1 -> A 1: 30 changes (30 compatible)")
