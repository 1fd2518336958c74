"""A place in a document, in words: `POST /generate` and `request body`, `GenerateParameters` and `stop[]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_document.operations import METHODS
from tgi_document.walk import Document, final_target, keys_of

if TYPE_CHECKING:
    from tgi_document.walk import Path

_MEMBER_MAPS = {"properties": ".{}", "patternProperties": ".{}", "$defs": " {}", "definitions": " {}"}
_SUBSCHEMAS = {"items": "[]", "additionalProperties": ".*", "allOf": "", "not": " not"}
_MAPS = {"responses": "status {}", "content": "{}", "headers": "header {}", "schemas": "{}"}
_WORDS = {"requestBody": "request body", "schema": "", "parameters": "parameter {}"}


def words_of(document: Document, path: Path) -> tuple[str, str]:
    """Name the operation or component that a place is in, and the place in there (empty for the whole)."""
    keys = keys_of(path)
    if keys[:1] == ["paths"]:
        is_operation = len(keys) > 2 and keys[2] in METHODS  # noqa: PLR2004 (paths, path, method)
        where = f"{keys[2].upper()} {keys[1]}" if is_operation else str(keys[1])
        start = 3 if is_operation else 2
    elif keys[:1] == ["components"]:
        where, start = str(keys[2]), 3
    else:
        return ("/".join(map(str, keys)), "")
    return (where, _place(document, keys, start))


def _place(document: Document, keys: list[Any], start: int) -> str:
    """Put words to each step. A keyword, and the name or index after it, are one step."""
    value = _value(document, keys[:start])
    steps = iter(keys[start:])
    place = ""
    for key in steps:
        value = _step(value, key)
        step, takes_name = _form(key)
        if takes_name:
            name = next(steps, "")
            value = _step(value, name)
            step = step.format(_name(document, value) if key == "parameters" else name)
        place = _joined(place, step)
    return place.removeprefix(".")


def _form(keyword: str) -> tuple[str, bool]:
    """Give the wording of a step, and whether the next key, a name or an index, belongs to it."""
    if keyword in {"oneOf", "anyOf"}:
        return (" alternative {}", True)
    if keyword == "allOf":
        return ("", True)
    if keyword in _SUBSCHEMAS:
        return (_SUBSCHEMAS[keyword], False)
    for named in (_MEMBER_MAPS, _MAPS):
        if keyword in named:
            return (named[keyword], True)
    words = _WORDS.get(keyword, str(keyword))
    return (words, "{}" in words)


def _joined(place: str, step: str) -> str:
    if not step or not place or step[0] in ".[ ":
        return place + (step if place else step.lstrip())
    return f"{place} {step}"


def _name(document: Document, parameter: Any) -> str:
    reference = parameter.get("$ref") if isinstance(parameter, dict) else None
    target = final_target(document, reference) if reference else parameter
    return str(target.get("name", "")) if isinstance(target, dict) else ""


def _value(document: Document, keys: list[Any]) -> Any:
    value: Any = document
    for key in keys:
        value = _step(value, key)
    return value


def _step(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
