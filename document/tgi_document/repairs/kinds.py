"""Which JSON types a schema takes."""

from __future__ import annotations

import json
from typing import Any

from tgi_document.walk import Document, final_target

ALL = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
"""The types of JSON Schema."""

_DEEPEST = 50
"""Compositions inside each other that are looked into."""

_SHAPES = {"properties": "object", "additionalProperties": "object", "items": "array"}
"""Keywords that tell a type where `type` is missing."""


class Kinds:
    """Gives the JSON types that schemas take, as far as their keywords tell. An unknown schema takes all.

    Answers are remembered, so a document must keep its types while one of these is in use.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, frozenset[str]] = {}

    def __call__(self, schema: Any, depth: int = 0) -> frozenset[str]:
        """Give the types of JSON Schema that a schema takes."""
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return ALL
        if id(schema) not in self._known:
            self._known[id(schema)] = ALL  # the answer to a schema that refers to itself
            self._known[id(schema)] = self._found(schema, depth + 1)
        return self._known[id(schema)]

    def _found(self, schema: dict[str, Any], depth: int) -> frozenset[str]:
        found = _stated(schema)
        if isinstance(schema.get("$ref"), str):
            found &= self(_target(self._document, schema["$ref"]), depth)
        for part in schema.get("allOf", ()):
            found &= self(part, depth)
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                found &= frozenset().union(*(self(part, depth) for part in schema[keyword]))
        return found | {"null"} if schema.get("nullable") else found


def _stated(schema: dict[str, Any]) -> frozenset[str]:
    """Give the types that the schema itself states, references and compositions left aside."""
    stated = schema.get("type")
    if isinstance(stated, str):
        stated = [stated]
    if isinstance(stated, list):
        return frozenset(stated) | ({"integer"} if "number" in stated else frozenset())
    if isinstance(schema.get("enum"), list):
        return frozenset().union(*map(kinds_of_value, schema["enum"]))
    return next((frozenset({kind}) for key, kind in _SHAPES.items() if key in schema), ALL)


def kinds_of_value(value: Any) -> frozenset[str]:
    """Give the types of JSON Schema that a value has: 1 is an integer and a number."""
    if value is None:
        return frozenset({"null"})
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return frozenset({"integer", "number"})
    names = {str: "string", float: "number", list: "array", dict: "object"}
    return frozenset({names[type(value)]})


def value_in_string(text: str) -> Any:
    """Give the value that a string spells, `"1024"` for 1024, or the string itself if it spells none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _target(document: Document, reference: str) -> Any:
    try:
        return final_target(document, reference)
    except KeyError:
        return None
