"""Corrections: an OpenAPI Overlay 1.0.0 of which each action has its evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tgi_client_generator.overlay import apply_overlay, load_overlay
from tgi_document.errors import DocumentError
from tgi_document.load import check_document, load_document
from tgi_document.pinned import corrections_path, pinned_document
from tgi_document.repairs import repair

ROOT = Path(__file__).parent.parent.parent
RELEASES = sorted((ROOT / "tests" / "data" / "interface").glob("*.json"))
DOCUMENT: dict[str, Any] = {"info": {"title": "t"}, "a": {"b": [1, 2, 2], "c": {"d": 1}}, "e/f": {"g": {}}}


def overlaid(*actions: dict[str, Any], tmp_path: Path, **more: Any) -> tuple[Any, list[str]]:
    declared = [{"description": "why", "x-evidence": "generate/plain", **action} for action in actions]
    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": declared, **more}))
    result, changes = apply_overlay(DOCUMENT, load_overlay(path))
    return result, [str(change) for change in changes]


@pytest.mark.parametrize(
    ("action", "place", "expected"),
    [
        ({"target": "$.a", "update": {"x": 1}}, "a", {"b": [1, 2, 2], "c": {"d": 1}, "x": 1}),
        ({"target": "$.a", "update": {"c": {"y": 2}}}, "a", {"b": [1, 2, 2], "c": {"d": 1, "y": 2}}),
        ({"target": "$.a", "update": {"c": 5}}, "a", {"b": [1, 2, 2], "c": 5}),
        ({"target": "$.a.b", "update": 3}, "a", {"b": [1, 2, 2, 3], "c": {"d": 1}}),
        ({"target": "$.a.b", "update": 2}, "a", {"b": [1, 2, 2], "c": {"d": 1}}),
        ({"target": "$.a.b[?@ == 2]", "remove": True}, "a", {"b": [1], "c": {"d": 1}}),
        ({"target": "$.a.c", "remove": True}, "a", {"b": [1, 2, 2]}),
        ({"target": "$['e/f'].g", "update": {"h": [1]}}, "e/f", {"g": {"h": [1]}}),
        ({"target": "$", "update": {"z": 1}}, "z", 1),
        ({"target": "$.nowhere", "update": {"x": 1}}, "a", DOCUMENT["a"]),
    ],
)
def test_an_action_changes_what_its_target_selects(
    action: dict[str, Any], place: str, expected: Any, tmp_path: Path
) -> None:
    before = json.dumps(DOCUMENT)
    assert expected == overlaid(action, tmp_path=tmp_path)[0][place]
    assert before == json.dumps(DOCUMENT)


def test_what_was_done_and_what_was_not_is_logged(tmp_path: Path) -> None:
    actions = ({"target": "$['e/f'].g", "remove": True}, {"target": "$.x", "remove": True})
    expected = ["correction: #/e~1f/g: why", "correction: $.x: not here, passed over: why"]
    assert expected == overlaid(*actions, tmp_path=tmp_path)[1]


def test_documents_of_other_servers_are_left_alone(tmp_path: Path) -> None:
    action = {"target": "$.a", "remove": True}
    condition = {"x-applies-if": "$.paths['/generate_stream']"}
    result, changes = overlaid(action, tmp_path=tmp_path, **condition)
    assert DOCUMENT == result
    assert 1 == len(changes)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.a[", "update": {}}, "expected a JSONPath of RFC 9535"),
        ({"target": 5, "update": {}}, "expected a JSONPath of RFC 9535"),
        ({"target": "$.a"}, "expected either an update or remove: true"),
        ({"target": "$.a", "update": {}, "remove": True}, "expected either an update or remove: true"),
        ({"target": "$.a", "update": {}, "x-evidence": None}, "expected a description and x-evidence"),
        ({"target": "$", "remove": True}, "the document itself"),
        ({"target": "$.info.title", "update": {"x": 1}}, "#/info/title: expected an object"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused(
    action: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DocumentError, match=re.escape(message)):
        overlaid(action, tmp_path=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("overlay: 2.0.0\n", "#/overlay: expected an OpenAPI Overlay 1.0.0"),
        ("overlay: 1.0.0\nactions: []\n", "#/actions: expected at least one action"),
        ("[", "no YAML"),
        ("!!python/object/apply:os.system ['true']", "no YAML"),
        ("overlay: 1.0.0\nactions: [5]\n", "#/actions/0: expected an object with a target"),
    ],
)
def test_a_file_that_is_no_overlay_is_an_error(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError, match=re.escape(message)):
        load_overlay(path)
    with pytest.raises(DocumentError, match="cannot be read"):
        load_overlay(tmp_path / "missing.yaml")


def test_every_correction_applies_to_the_pinned_document() -> None:
    overlay = load_overlay(corrections_path())
    result, changes = apply_overlay(repair(pinned_document())[0], overlay)
    assert [] == [str(change) for change in changes if "passed over" in change.what]
    check_document(result, "corrected")


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_a_corrected_release_is_still_a_document(path: Path) -> None:
    check_document(
        apply_overlay(repair(load_document(path))[0], load_overlay(corrections_path()))[0], path.stem
    )


def test_every_correction_names_recordings_that_are_there() -> None:
    lines = (ROOT / "tests" / "data" / "transcripts" / "tgi-3.3.6.jsonl").read_text().splitlines()
    names = {json.loads(line)["name"] for line in lines}
    for action in load_overlay(corrections_path()).actions:
        named = [part.strip() for part in action.evidence.split(",")]
        assert named
        assert set(named) <= names, action.target
