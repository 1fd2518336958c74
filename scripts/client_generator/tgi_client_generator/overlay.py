"""Corrections to a document, declared as an OpenAPI Overlay 1.0.0 (https://spec.openapis.org/overlay/v1.0.0).

Repairs mend what is wrong with a document in itself. An overlay tells where a document departs from what the
server does, one action a departure, each with its evidence in `x-evidence`.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import yaml
from attrs import frozen
from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.repairs.rule import Change
from tgi_document.walk import Document, Path, pointer_of

if TYPE_CHECKING:
    from pathlib import Path as FilePath

_JSONPATH = JSONPathEnvironment(strict=True)
"""RFC 9535, nothing more."""


@frozen
class Overlay:
    """Corrections that belong together."""

    actions: tuple[Action, ...]
    applies_if: str = "$"
    """A JSONPath (`x-applies-if`); where it selects nothing, the document is of another kind of server."""


@frozen
class Action:
    """One correction."""

    target: str
    """A JSONPath; the action applies to whatever it selects, perhaps to nothing."""

    description: str
    evidence: str
    """What shows that the server does so: a transcript's name, or an entry of the notes on behaviour."""

    update: Any = None
    remove: bool = False


def load_overlay(path: FilePath) -> Overlay:
    """Read an overlay from a YAML file.

    Raises:
        DocumentError: When it cannot be read, is no Overlay 1.0.0, or an action lacks its evidence.
    """
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DocumentError(f"{path}: no YAML, expected an OpenAPI Overlay 1.0.0") from None
    if not isinstance(content, dict) or content.get("overlay") != "1.0.0":
        raise DocumentError(f"{path}: #/overlay: expected an OpenAPI Overlay 1.0.0")
    actions = content.get("actions")
    if not isinstance(actions, list) or not actions:
        raise DocumentError(f"{path}: #/actions: expected at least one action")
    applies_if = content.get("x-applies-if", "$")
    _check_jsonpath(applies_if, f"{path}: #/x-applies-if")
    return Overlay(
        tuple(_action(item, f"{path}: #/actions/{n}") for n, item in enumerate(actions)), applies_if
    )


def apply_overlay(document: Document, overlay: Overlay) -> tuple[Document, list[Change]]:
    """Correct a document.

    An action whose target is not in the document changes nothing, which is logged and no error: the document
    may be of another release, or of another server.

    Returns:
        A corrected copy, and what was changed or passed over.

    Raises:
        DocumentError: When an action does not fit what its target selects.
    """
    if not _selected(document, overlay.applies_if):
        return document, [
            Change("correction", overlay.applies_if, "not here, no correction is for this document")
        ]
    corrected = copy.deepcopy(document)
    changes: list[Change] = []
    for action in overlay.actions:
        paths = _selected(corrected, action.target)
        for path in paths:
            _apply(corrected, path, action)
            changes.append(Change("correction", pointer_of(path), action.description))
        if not paths:
            changes.append(
                Change("correction", action.target, f"not here, passed over: {action.description}")
            )
    return corrected, changes


def _action(item: Any, place: str) -> Action:
    if not isinstance(item, dict):
        raise DocumentError(f"{place}: expected an object with a target")
    _check_jsonpath(item.get("target"), f"{place}/target")
    if ("update" in item) == (item.get("remove") is True):
        raise DocumentError(f"{place}: expected either an update or remove: true")
    description, evidence = item.get("description"), item.get("x-evidence")
    if not isinstance(description, str) or not isinstance(evidence, str):
        raise DocumentError(f"{place}: expected a description and x-evidence, both strings")
    remove = item.get("remove") is True
    return Action(item["target"], description.strip(), evidence.strip(), item.get("update"), remove)


def _check_jsonpath(value: Any, place: str) -> None:
    try:
        _JSONPATH.compile(value if isinstance(value, str) else "")
    except JSONPathError:
        shown = quoted(value) if isinstance(value, str) else "nothing"
        raise DocumentError(f"{place}: {shown}, expected a JSONPath of RFC 9535") from None


def _selected(document: Document, target: str) -> list[Path]:
    """Give the paths that a target selects, the last ones first, so that removals do not move the others."""
    try:
        parts = [match.parts for match in _JSONPATH.finditer(target, document)]
    except JSONPathError as error:
        raise DocumentError(
            f"target {quoted(target)}: {error}, expected a simpler document or path"
        ) from None
    paths: list[Path] = []
    for keys in reversed(parts):
        path: Path = ()
        for key in keys:
            path = (path, key)
        paths.append(path)
    return paths


def _apply(document: Document, path: Path, action: Action) -> None:
    if not path:
        if action.remove or not isinstance(action.update, dict):
            raise DocumentError(
                f"target {quoted(action.target)}: the document itself can only be updated by an object"
            )
        _merge(document, action.update)
        return
    holder, key = _at(document, path[0]), path[1]
    if action.remove:
        del holder[key]
    elif isinstance(holder[key], dict) and isinstance(action.update, dict):
        _merge(holder[key], action.update)
    elif isinstance(holder[key], list):
        if action.update not in holder[key]:
            holder[key].append(copy.deepcopy(action.update))
    else:
        place = f"target {quoted(action.target)}: {pointer_of(path)}"
        raise DocumentError(f"{place}: expected an object to merge the update with, or a list to add it to")


def _at(document: Document, path: Path) -> Any:
    keys = []
    while path:
        path, key = path
        keys.append(key)
    value: Any = document
    for key in reversed(keys):
        value = value[key]
    return value


def _merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    """Merge objects member by member, and put everything else in the place of what was there."""
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
