"""Which JSON schemas routers before 3.0 refuse: they compile a schema with an older library to check it.

That library checks the outermost schema by the rules for schemas, and those within it only for what a keyword
needs to be compiled: a valid regular expression, a known type, a count that is not negative. References are
not followed. Recorded from 2.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tgi_reference.generation.errors import ParameterError
from tgi_reference.wire.complaints import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_SCHEMAS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_BY_NAME: Final = ("properties", "patternProperties")
_SINGLE: Final = ("additionalProperties", "contains", "items", "not", "propertyNames")
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_CHECKED: Final = (
    "$ref",
    "dependentRequired",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
)
_LISTS: Final = ("enum", "required", *_OF_SCHEMAS)


def check_inner_schemas(schema: Any) -> None:
    """Refuse what cannot be compiled within a schema that is one itself.

    Raises:
        ParameterError: the first thing that cannot be compiled.
    """
    name = schema.get("$id") if isinstance(schema, dict) else None
    if isinstance(name, str) and not urlsplit(name).scheme:
        raise _invalid("relative URL without a base")
    for inner in _within(schema):
        if isinstance(inner, dict):
            _check(inner)
        elif not isinstance(inner, bool):
            raise _invalid(f'{json_text(inner)} is not of types "boolean", "object"')


def outermost(schema: Any) -> Any:
    """The schema without the schemas within it."""
    if not isinstance(schema, dict):
        return schema
    copy = dict(schema)
    for name in _BY_NAME:
        if isinstance(schema.get(name), dict):
            copy[name] = dict.fromkeys(schema[name], True)
    for name in _OF_SCHEMAS:
        if isinstance(schema.get(name), list):
            copy[name] = [True] * len(schema[name])
    for name in (*_SINGLE, "if", "then", "else"):
        if isinstance(schema.get(name), dict):
            copy[name] = True
    return {name: value for name, value in copy.items() if name not in ("$defs", "definitions")}


def _within(schema: Any) -> Iterator[Any]:
    """The schemas within a schema, and those within them."""
    if not isinstance(schema, dict):
        return
    for inner in _members(schema):
        yield inner
        yield from _within(inner)


def _members(schema: dict[str, Any]) -> Iterator[Any]:
    for name, value in sorted(schema.items()):
        if name in _BY_NAME and isinstance(value, dict):
            yield from value.values()
        elif name in _OF_SCHEMAS and isinstance(value, list):
            yield from value
        elif name in _SINGLE and isinstance(value, dict):
            yield value


def _check(schema: dict[str, Any]) -> None:
    # Imported here, since few requests need it and a server should start at once.
    import jsonschema_rs  # noqa: PLC0415

    _check_type(schema.get("type", "object"))
    wanted = {name: value for name, value in schema.items() if name in _CHECKED}
    wanted |= {name: schema[name] for name in _LISTS if not isinstance(schema.get(name, []), list)}
    try:
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **wanted})
        if "pattern" in wanted:
            jsonschema_rs.Draft202012Validator({"pattern": wanted["pattern"]})
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise _invalid(getattr(error, "message", str(error))) from None


def _check_type(kind: Any) -> None:
    if isinstance(kind, str):
        if kind not in _TYPES:
            raise _invalid("Schema error")
        return
    if not isinstance(kind, list):
        raise _invalid(f'{json_text(kind)} is not of types "array", "string"')
    for one in kind:
        if one not in _TYPES:
            raise _invalid(f"{json_text(one)} is not one of {json_text(list(_TYPES))}")


def _invalid(problem: str) -> ParameterError:
    return ParameterError(f"grammar is not valid: {problem}")
