"""Corrections: an OpenAPI Overlay 1.0.0 of which each action has its evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tgi_client_generator.overlay import Corrected, apply_overlay, load_overlay
from tgi_document.errors import DocumentError
from tgi_document.load import check_document, load_document
from tgi_document.pinned import corrections_path, pinned_document
from tgi_document.repairs import repair

ROOT = Path(__file__).parent.parent.parent
RELEASES = sorted((ROOT / "tests" / "data" / "interface").glob("*.json"))
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1.2.0-dev0"},
    "paths": {"/a": {"get": {"responses": {"200": {"description": ""}}}}},
    "components": {"schemas": {"A": {"type": "object"}}},
    "a": {"b": [1, 2, 2], "c": {"d": 1}},
    "e/f": {"g": {}},
}


def overlaid(*actions: dict[str, Any], tmp_path: Path, **more: Any) -> Corrected:
    declared = [{"description": "why", "x-evidence": "generate/plain", **action} for action in actions]
    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": declared, **more}))
    return apply_overlay(DOCUMENT, load_overlay(path))


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
    ],
)
def test_an_action_changes_what_its_target_selects(
    action: dict[str, Any], place: str, expected: Any, tmp_path: Path
) -> None:
    before = json.dumps(DOCUMENT)
    assert expected == overlaid(action, tmp_path=tmp_path).document[place]
    assert before == json.dumps(DOCUMENT)


def test_what_was_done_is_logged(tmp_path: Path) -> None:
    action = {"target": "$['e/f'].g", "remove": True}
    corrected = overlaid(action, tmp_path=tmp_path)
    assert ["correction: #/e~1f/g: why"] == [str(change) for change in corrected.changes]
    assert corrected.not_applied is None


@pytest.mark.parametrize(
    ("written_for", "expected"),
    [
        ({"title": "t", "versions": ">=1.2,<2", "structure": "$.a.c"}, None),
        ({"title": "T"}, 'written for "T", this is "t"'),
        ({"versions": ">=2"}, 'written for versions >=2, this is "1.2.0-dev0"'),
        (
            {"structure": "$.paths['/generate_stream']"},
            "written for documents with $.paths['/generate_stream']",
        ),
    ],
)
def test_corrections_are_applied_to_the_documents_that_they_were_written_for(
    written_for: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    corrected = overlaid(
        {"target": "$.a", "remove": True}, tmp_path=tmp_path, **{"x-applies-to": written_for}
    )
    assert expected == corrected.not_applied
    assert (expected is None) == ("a" not in corrected.document)


REFERENCE = {"$ref": "#/components/schemas/B"}
IN_EVENTS = {"text/event-stream": {"schema": {}, "x-error-events": [{"type": "array", "items": REFERENCE}]}}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"target": "$.x", "update": {}}, 'target "$.x" is not there: why'),
        ({"target": "$.info.title", "update": {"x": 1}}, "#/info/title: expected an object"),
        (
            {"target": "$.components.schemas.A", "update": {"type": 5}},
            "corrected: #/components/schemas/A/type: ",
        ),
        (
            {"target": "$.components.schemas.A", "update": {"properties": {"b": REFERENCE}}},
            '#/components/schemas/A/properties/b: "#/components/schemas/B" would lead nowhere',
        ),
        (
            {"target": "$.paths['/a'].get.responses['200']", "update": {"content": IN_EVENTS}},
            'x-error-events: "#/components/schemas/B" would lead nowhere',
        ),
    ],
)
def test_corrections_are_applied_as_a_whole_or_not_at_all(
    action: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    corrected = overlaid({"target": "$.a", "update": {"x": 1}}, action, tmp_path=tmp_path)
    assert expected in str(corrected.not_applied)
    assert (DOCUMENT, []) == (corrected.document, corrected.changes)


def test_a_schema_may_be_added_by_one_action_and_referred_to_by_another(tmp_path: Path) -> None:
    add = {"target": "$.components.schemas", "update": {"B": {"type": "string"}}}
    refer = {"target": "$.components.schemas.A", "update": {"properties": {"b": REFERENCE}}}
    for actions in ((add, refer), (refer, add)):
        assert overlaid(*actions, tmp_path=tmp_path).not_applied is None


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.a[", "update": {}}, "expected a JSONPath of RFC 9535"),
        ({"target": 5, "update": {}}, "expected a JSONPath of RFC 9535"),
        ({"target": "$.a"}, "expected either an update or remove: true"),
        ({"target": "$.a", "update": {}, "remove": True}, "expected either an update or remove: true"),
        ({"target": "$.a", "update": {}, "x-evidence": None}, "expected a description and x-evidence"),
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
        ("[", "not YAML"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
        ("overlay: 1.0.0\nactions: [5]\n", "#/actions/0: expected an object with a target"),
        (
            "overlay: 1.0.0\nactions: [5]\nx-applies-to: $.a\n",
            "#/x-applies-to: expected an object with title",
        ),
        ("overlay: 1.0.0\nactions: [5]\nx-applies-to: {title: 5}\n", "#/x-applies-to: expected strings"),
        ("overlay: 1.0.0\nactions: [5]\nx-applies-to: {versions: new}\n", '"new", expected a range such as'),
        ("overlay: 1.0.0\nactions: [5]\nx-applies-to: {structure: a}\n", "expected a JSONPath of RFC 9535"),
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
    corrected = apply_overlay(repair(pinned_document())[0], load_overlay(corrections_path()))
    assert corrected.not_applied is None
    assert len(load_overlay(corrections_path()).actions) <= len(corrected.changes)
    check_document(corrected.document, "corrected")


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_a_release_is_corrected_as_a_whole_or_not_at_all(path: Path) -> None:
    repaired = repair(load_document(path))[0]
    corrected = apply_overlay(repaired, load_overlay(corrections_path()))
    assert (path.stem == "tgi-3.3.7") == (corrected.not_applied is None)
    assert corrected.not_applied is None or repaired == corrected.document


def test_every_correction_names_recordings_that_are_there() -> None:
    lines = (ROOT / "tests" / "data" / "transcripts" / "tgi-3.3.6.jsonl").read_text().splitlines()
    names = {json.loads(line)["name"] for line in lines}
    for action in load_overlay(corrections_path()).actions:
        named = [part.strip() for part in action.evidence.split(",")]
        assert named
        assert set(named) <= names, action.target
