"""Corrections to a document, declared as an OpenAPI Overlay 1.0.0 (https://spec.openapis.org/overlay/v1.0.0).

Repairs mend what is wrong with a document in itself. An overlay tells where a document departs from what the
server does, one action a departure, each with its evidence in `x-evidence`. `x-applies-to` says which
documents it was written for. It is applied as a whole or not at all: half of it could refer to what the other
half adds.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import yaml
from attrs import frozen
from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.load import check_document, dangling_references
from tgi_document.repairs.rule import Change
from tgi_document.repairs.streams import ERROR_EVENTS
from tgi_document.walk import Document, Path, pointer_of, resolve, walk

if TYPE_CHECKING:
    from pathlib import Path as FilePath

_JSONPATH = JSONPathEnvironment(strict=True)
"""RFC 9535, nothing more."""


@frozen
class WrittenFor:
    """Which documents corrections were written for (`x-applies-to`); what is None may be anything."""

    title: str | None = None
    versions: SpecifierSet | None = None
    structure: str | None = None
    """A JSONPath that must select something."""

    def objection(self, document: Document) -> str | None:
        """Tell why a document is another one, None if it is not."""
        info = document.get("info", {})
        title, version = info.get("title"), info.get("version")
        if self.title is not None and title != self.title:
            return f"written for {quoted(self.title)}, this is {quoted(str(title))}"
        if self.versions is not None and not _is_in(self.versions, version):
            return f"written for versions {self.versions}, this is {quoted(str(version))}"
        if self.structure is not None and not _selected(document, self.structure):
            return f"written for documents with {self.structure}"
        return None


@frozen
class Overlay:
    """Corrections that belong together."""

    actions: tuple[Action, ...]
    written_for: WrittenFor = WrittenFor()


@frozen
class Corrected:
    """A document, and what corrections did to it."""

    document: Document
    changes: list[Change]
    not_applied: str | None = None
    """Why they were not applied; None if they were."""


@frozen
class Action:
    """One correction."""

    target: str
    """A JSONPath; the action applies to whatever it selects, which must be something."""

    description: str
    evidence: str
    """What shows that the server does so: a transcript's name, or an entry of the notes on behaviour."""

    update: Any = None
    remove: bool = False


def load_overlay(path: FilePath) -> Overlay:
    """Read an overlay from a YAML file.

    Raises:
        DocumentError: When it cannot be read, is not an Overlay 1.0.0, or an action lacks its evidence.
    """
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DocumentError(f"{path}: not YAML, expected an OpenAPI Overlay 1.0.0") from None
    if not isinstance(content, dict) or content.get("overlay") != "1.0.0":
        raise DocumentError(f"{path}: #/overlay: expected an OpenAPI Overlay 1.0.0")
    actions = content.get("actions")
    if not isinstance(actions, list) or not actions:
        raise DocumentError(f"{path}: #/actions: expected at least one action")
    written_for = _written_for(content.get("x-applies-to", {}), f"{path}: #/x-applies-to")
    return Overlay(
        tuple(_action(item, f"{path}: #/actions/{n}") for n, item in enumerate(actions)), written_for
    )


def apply_overlay(document: Document, overlay: Overlay) -> Corrected:
    """Correct a document that the corrections were written for: as a whole, or not at all.

    They are not applied to another document, nor where one of them selects nothing or does not fit, nor where
    afterwards something is not OpenAPI or a reference leads nowhere that did not before.

    Returns:
        A corrected copy and what was changed; or the document as it is, and why.
    """
    objection = overlay.written_for.objection(document)
    if objection:
        return Corrected(document, [], objection)
    corrected = copy.deepcopy(document)
    try:
        changes = [change for action in overlay.actions for change in _applied(corrected, action)]
        check_document(corrected, "corrected")
        _check_dangling(document, corrected)
    except DocumentError as error:
        return Corrected(document, [], str(error))
    return Corrected(corrected, changes)


def _applied(document: Document, action: Action) -> list[Change]:
    paths = _selected(document, action.target)
    if not paths:
        raise DocumentError(f"target {quoted(action.target)} is not there: {action.description}")
    for path in paths:
        _apply(document, path, action)
    return [Change("correction", pointer_of(path), action.description) for path in paths]


def _check_dangling(before: Document, after: Document) -> None:
    known = set(_dangling(before))
    for pointer, reference in _dangling(after):
        if (pointer, reference) not in known:
            raise DocumentError(f"{pointer}: {quoted(reference)} would lead nowhere")


def _dangling(document: Document) -> list[tuple[str, str]]:
    """List references that lead nowhere, also those below our own extension, which is data to others."""
    found = dangling_references(document)
    for node in walk(document):
        pending = list(node.value.get(ERROR_EVENTS, ()))
        while pending:
            item = pending.pop()
            if isinstance(item, dict | list):
                pending += item.values() if isinstance(item, dict) else item
            if isinstance(item, dict) and isinstance(item.get("$ref"), str):
                try:
                    resolve(document, item["$ref"])
                except KeyError:
                    found.append((f"{node.pointer}/{ERROR_EVENTS}", item["$ref"]))
    return found


def _written_for(item: Any, place: str) -> WrittenFor:
    if not isinstance(item, dict) or not item.keys() <= {"title", "versions", "structure"}:
        raise DocumentError(
            f"{place}: expected an object with title, versions and structure, or some of them"
        )
    if not all(isinstance(value, str) for value in item.values()):
        raise DocumentError(f"{place}: expected strings")
    if "structure" in item:
        _check_jsonpath(item["structure"], f"{place}/structure")
    try:
        versions = SpecifierSet(item["versions"]) if "versions" in item else None
    except InvalidSpecifier:
        shown = quoted(item["versions"])
        raise DocumentError(f"{place}/versions: {shown}, expected a range such as >=3.1,<4") from None
    return WrittenFor(item.get("title"), versions, item.get("structure"))


def _is_in(versions: SpecifierSet, version: Any) -> bool:
    """Tell whether a version is in a range. `3.1.1-dev0` is a 3.1, as the documents of TGI mean it."""
    try:
        return versions.contains(Version(Version(str(version)).base_version))
    except InvalidVersion:
        return False


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
