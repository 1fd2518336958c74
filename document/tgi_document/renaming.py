"""Which member was renamed, and which operation moved, and was not removed while another one was added.

A wrong guess hides two changes, so it takes evidence in the names or the prose, and one candidate only.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_document.pinned import structure
from tgi_document.shapes import canonical, follow, shape_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from tgi_document.shapes import Place, Shape
    from tgi_document.walk import Document

    Key = tuple[str, str]
    """The path and the method of an operation."""

_MAX_CANDIDATES = 10_000
"""Pairs to look at; where there are more, everything has changed."""

_SPELLED, _DESCRIBED, _SHORTENED = 3, 2, 1
"""How sure a renaming is: other signs in the name, the same description, words left out or added."""

_NAMING = ("operationId", "tags", "deprecated")


@frozen
class _Member:
    name: str
    schema: Any
    types: Hashable
    """The definition that it refers to, and what kind of value it is."""


def renamed_members(old_document: Document, old: Shape, new_document: Document, new: Shape) -> dict[str, str]:
    """Give the members of an object that have another name now, the old names to the new ones."""
    gone = [name for name in old.members if name not in new.members]
    come = [name for name in new.members if name not in old.members]
    if not gone or not come or len(gone) * len(come) > _MAX_CANDIDATES:
        return {}
    befores = [_member(old_document, name, old.members[name]) for name in gone]
    afters = [_member(new_document, name, new.members[name]) for name in come]
    found = {
        (before.name, after.name): sureness
        for before in befores
        for after in afters
        if (sureness := _sureness(before, after))
    }
    renamed: dict[str, str] = {}
    for level in (_SPELLED, _DESCRIBED, _SHORTENED):
        pairs = [pair for pair, sureness in found.items() if sureness == level]
        renamed.update(
            _only(pair for pair in pairs if pair[0] not in renamed and pair[1] not in renamed.values())
        )
    return renamed


def moved_operations(old: dict[Key, dict[str, Any]], new: dict[Key, dict[str, Any]]) -> dict[Key, Key]:
    """Give the operations that have another path or method now.

    Args:
        old: The operations that are no longer where they were.
        new: Those that are where none was.
    """
    moved: dict[Key, Key] = {}
    for fingerprint in (_operation_id, _shape_and_words, _shape_and_ending):
        before = {key: fingerprint(key, operation) for key, operation in old.items() if key not in moved}
        after = {
            key: fingerprint(key, operation) for key, operation in new.items() if key not in moved.values()
        }
        places: dict[Hashable, list[Key]] = {}
        for key, value in after.items():
            places.setdefault(value, []).append(key)
        pairs = (
            (key, place)
            for key, value in before.items()
            if value is not None
            for place in places.get(value, ())
        )
        moved.update(_only(pairs))
    return moved


def _only(pairs: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Give the pairs of which neither part is in another one."""
    listed = list(pairs)
    firsts, seconds = Counter(first for first, _ in listed), Counter(second for _, second in listed)
    return [(first, second) for first, second in listed if firsts[first] == seconds[second] == 1]


def _sureness(before: _Member, after: _Member) -> int:
    """Tell how sure it is that a member became another one, 0 if it is not. Their types are the same."""
    if before.types != after.types:
        return 0
    if _letters(before.name) == _letters(after.name):
        return _SPELLED
    if _description(before) and _description(before) == _description(after):
        return _DESCRIBED
    shorter, longer = sorted((_words(before.name), _words(after.name)), key=len)
    return _SHORTENED if shorter and shorter <= longer and _bare(before) == _bare(after) else 0


def _member(document: Document, name: str, place: Place) -> _Member:
    target = follow(document, place)
    shape = shape_of(document, target)
    types = (target.name, shape.types, bool(shape.alternatives), bool(shape.members))
    return _Member(name, place.schema, types)


def _letters(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def _words(name: str) -> frozenset[str]:
    """Give the words of a name, `max` and `token` for `maxTokens`."""
    parts = re.findall("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name)
    return frozenset(part.lower().removesuffix("s") for part in parts)


def _description(member: _Member) -> str:
    text = member.schema.get("description") if isinstance(member.schema, dict) else None
    return " ".join(text.split()) if isinstance(text, str) else ""


def _bare(member: _Member) -> str:
    return canonical(structure({"schema": member.schema}))


def _operation_id(_key: Key, operation: dict[str, Any]) -> Hashable:
    name = operation.get("operationId")
    return name if isinstance(name, str) and name else None


def _shape_and_words(key: Key, operation: dict[str, Any]) -> Hashable:
    words = operation.get("description") or operation.get("summary")
    return (words, _fingerprint(key, operation)) if isinstance(words, str) and words else None


def _shape_and_ending(key: Key, operation: dict[str, Any]) -> Hashable:
    """Tell operations by what they take and answer, and by the last part of their path."""
    says_something = operation.get("requestBody") or operation.get("parameters")
    ending = key[0].rstrip("/").rpartition("/")[2]
    return (ending, _fingerprint(key, operation)) if says_something and ending else None


def _fingerprint(key: Key, operation: dict[str, Any]) -> str:
    rest = {name: value for name, value in operation.items() if name not in _NAMING}
    return canonical([key[1], structure(rest)])
