"""Defaults, examples and bounds whose values are not of the type that their schema has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_common.text import quoted
from tgi_document.repairs.kinds import Kinds, kinds_of_value, value_in_string
from tgi_document.repairs.rule import is_openapi_30, rule, schemas
from tgi_document.walk import final_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_document.repairs.rule import Finding
    from tgi_document.walk import Document, Node


@rule("default-on-reference")
def default_on_reference(document: Document) -> Iterator[Finding]:
    """A default beside a reference must be a value of what is referred to (utoipa writes "null")."""
    kinds = Kinds(document)
    for node in schemas(document):
        if "default" in node.value and _refers(node.value):
            yield from _mend(document, kinds(node.value), node, "default")


@rule("null-default")
def null_default(document: Document) -> Iterator[Finding]:
    """The string "null" as the default of a member that may be null means null."""
    kinds = Kinds(document)
    for node in schemas(document):
        if node.value.get("default") == "null" and "null" in kinds(node.value):
            node.value["default"] = None
            yield node.path, 'default "null" is null'


@rule("string-default")
def string_default(document: Document) -> Iterator[Finding]:
    """A default of another type than its schema's: what a string spells if that fits, else none."""
    kinds = Kinds(document)
    for node in schemas(document):
        if "default" in node.value and not _refers(node.value):
            yield from _mend(document, kinds(node.value), node, "default")


@rule("string-example")
def string_example(document: Document) -> Iterator[Finding]:
    """An example of another type than its schema's: what a string spells if that fits, else none."""
    kinds = Kinds(document)
    for node in schemas(document):
        if "example" in node.value:
            yield from _mend(document, kinds(node.value), node, "example")


@rule("example-outside-enum")
def example_outside_enum(document: Document) -> Iterator[Finding]:
    """An example or default that the enum beside it does not hold is dropped."""
    for node in schemas(document):
        allowed = node.value.get("enum")
        for key in ("example", "default"):
            if isinstance(allowed, list) and key in node.value and not _holds(allowed, node.value[key]):
                if key == "default" and node.value[key] is None:
                    continue
                yield (node.path, f"{key} {quoted(node.value.pop(key))} dropped, the enum does not hold it")


@rule("exclusive-bound")
def exclusive_bound(document: Document) -> Iterator[Finding]:
    """An exclusive bound is a boolean beside a bound in OpenAPI 3.0, and a number of its own in 3.1."""
    mend = _bound_as_boolean if is_openapi_30(document) else _bound_as_number
    for node in schemas(document):
        for exclusive, inclusive, sign in (
            ("exclusiveMinimum", "minimum", 1),
            ("exclusiveMaximum", "maximum", -1),
        ):
            if what := mend(node.value, exclusive, inclusive, sign):
                yield node.path, what


def _bound_as_boolean(schema: dict[str, Any], exclusive: str, inclusive: str, sign: int) -> str | None:
    bound = schema.get(exclusive)
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        return None
    other = schema.get(inclusive)
    if isinstance(other, int | float) and sign * other > sign * bound:
        del schema[exclusive]  # the other bound is the narrower one
    else:
        schema[exclusive], schema[inclusive] = True, bound
    return f"numeric {exclusive} {quoted(bound)} is {inclusive} and a boolean in OpenAPI 3.0"


def _bound_as_number(schema: dict[str, Any], exclusive: str, inclusive: str, _sign: int) -> str | None:
    if not isinstance(schema.get(exclusive), bool):
        return None
    if schema.pop(exclusive) and inclusive in schema:
        schema[exclusive] = schema.pop(inclusive)
    return f"boolean {exclusive} is a number in OpenAPI 3.1"


def _refers(schema: dict[str, Any]) -> bool:
    """Tell whether a schema is nothing but a reference to another one, perhaps wrapped in an allOf."""
    parts = schema.get("allOf", ())
    return "$ref" in schema or (len(parts) == 1 and isinstance(parts[0], dict) and "$ref" in parts[0])


def _mend(document: Document, allowed: frozenset[str], node: Node, key: str) -> Iterator[Finding]:
    """Make the value of a member fit the schema that it stands in, or drop it."""
    value = node.value[key]
    if kinds_of_value(value) & allowed and not _outside_enum(document, node.value, value):
        return
    spelt = value_in_string(value) if isinstance(value, str) else value
    if spelt is not value and kinds_of_value(spelt) & allowed:
        node.value[key] = spelt
        yield node.path, f"{key} {quoted(value)} is {_shown(spelt)}"
    elif value is not None:
        del node.value[key]
        yield node.path, f"{key} {_shown(value)} dropped, it is no {' or '.join(sorted(allowed)) or 'value'}"


def _outside_enum(document: Document, schema: dict[str, Any], value: Any) -> bool:
    """Tell whether a value is none of the enum that the schema refers to. Null is judged by its type."""
    part = schema if "$ref" in schema else next(iter(schema.get("allOf", ())), {})
    if value is None or "$ref" not in part:
        return False
    try:
        target = final_target(document, part["$ref"])
    except KeyError:
        return False
    enum = target.get("enum") if isinstance(target, dict) else None
    return isinstance(enum, list) and not _holds(enum, value)


def _holds(values: list[Any], value: Any) -> bool:
    """Tell whether a list holds a value. True is not 1 in JSON."""
    return any(type(item) is type(value) and item == value for item in values)


def _shown(value: Any) -> str:
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else quoted(value)
