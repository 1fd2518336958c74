"""JSON schemas as grammars read them: an object has the properties that its schema names, and no others.

JSON Schema allows any further property unless told otherwise. A grammar that did so would let the model
invent members without end; TGI's grammars don't, and neither does this one.
"""

from __future__ import annotations

from typing import Any

_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "dependentSchemas", "definitions")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "prefixItems")
_SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_OPENERS = ("additionalProperties", "patternProperties", "unevaluatedProperties", "allOf")


def closed(schema: Any, *, part_of_all: bool = False) -> Any:
    """A copy of the schema in which each object that lists properties has only those."""
    if not isinstance(schema, dict):
        return schema
    copy = {keyword: _closed_member(keyword, value) for keyword, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        copy.setdefault("type", "object")
        if not part_of_all and not any(keyword in schema for keyword in _OPENERS):
            copy["additionalProperties"] = False
    return copy


def _closed_member(keyword: str, value: Any) -> Any:
    if isinstance(value, dict) and (keyword in _MAPS_OF_SCHEMAS or keyword.startswith("$")):
        return {name: closed(schema) for name, schema in value.items()}
    if isinstance(value, list) and keyword in _LISTS_OF_SCHEMAS:
        return [closed(schema) for schema in value]
    if isinstance(value, list) and keyword == "allOf":
        return [closed(schema, part_of_all=True) for schema in value]
    return closed(value) if keyword in _SCHEMAS else value
