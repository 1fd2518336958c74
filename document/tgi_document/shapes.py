"""What a schema allows, however it is written.

Two ways to write the same thing have one shape: a reference beside keywords or inside an `allOf` of one, an
`allOf` of plain objects, null as `nullable`, as a type or as an alternative, bounds of 3.0 and of 3.1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from tgi_common.json_pointer import unescape
from tgi_document.walk import MAX_CHAIN, Document, Path, path_of, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

ANNOTATIONS = frozenset(
    {
        *("description", "summary", "title", "externalDocs", "example", "examples", "$comment", "xml"),
        *("deprecated", "readOnly", "writeOnly", "nullable", "default"),
    },
)
"""Keywords that leave open what a reference beside them allows, null apart."""

_MAX_PARTS = 20
"""Objects that one is put together from. What is beyond is left out."""

_PLAIN_OBJECT = ANNOTATIONS | {"type", "properties", "required", "additionalProperties", "allOf"}

_READ = (_PLAIN_OBJECT - {"deprecated", "readOnly", "writeOnly"}) | {
    *("$ref", "enum", "const", "format", "items", "oneOf", "anyOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
"""Keywords that a shape has a field for, or that say nothing about what is allowed."""


@frozen
class Place:
    """A schema, and where it stands."""

    path: Path
    schema: Any
    also: tuple[Place, ...] = ()
    """Plain objects that hold as well: those beside a choice, taken into each of its alternatives."""


@frozen
class Target:
    """Where the references of a schema lead."""

    place: Place
    name: str | None
    """The pointer of what was referred to; None when there was no reference."""

    beside: Mapping[str, Any]
    """The annotations found on the way."""


@define
class Shape:
    """What a schema allows."""

    place: Place
    site: Place
    """Where it is used: the place of the reference to it, or its own."""

    types: frozenset[str] | None = None
    """None when every type is allowed."""

    is_typed: bool = True
    """Whether the types are stated, and not only to be gathered from other keywords."""

    nullable: bool = False
    enum: list[Any] | None = None
    format: str | None = None
    lower: tuple[float, bool] | None = None
    """The lower bound, and whether it is itself excluded."""

    upper: tuple[float, bool] | None = None
    default: Any = None
    """None when there is none, or null."""

    has_default: bool = False

    members: dict[str, Place] = field(factory=dict)
    required: set[str] = field(factory=set)
    additional: Place | None = None
    items: Place | None = None
    alternatives: list[Place] = field(factory=list)
    parts: list[Place] = field(factory=list)
    """What else must hold: an `allOf` without the plain objects in it, whose members are among `members`."""

    rest: dict[str, Any] = field(factory=dict)
    """Other keywords, as they stand."""


def follow(document: Document, place: Place) -> Target:
    """Follow references, and combinations of one schema (and null), as far as they go."""
    name: str | None = None
    beside: dict[str, Any] = {}
    seen: set[Path] = set()
    while place.path not in seen and len(seen) < MAX_CHAIN and isinstance(place.schema, dict):
        seen.add(place.path)
        onward = _onward(document, place)
        if onward is None:
            break
        beside = {**_annotations(place.schema), **beside}
        if "$ref" in place.schema:
            name = place.schema["$ref"]
        if _with_null(place.schema):
            beside["nullable"] = True
        place = evolve(onward, also=place.also)
    if isinstance(place.schema, bool):
        place = evolve(place, schema={} if place.schema else {"not": {}})
    return Target(place, name, beside)


def shape_of(document: Document, target: Target) -> Shape:
    """Give the shape of a schema together with the annotations beside its references."""
    schema = target.place.schema
    shape = Shape(
        target.place, target.place, format=schema.get("format"), items=_below(target.place, "items")
    )
    _set_types(shape, schema, target.beside)
    shape.lower = _bound(schema, "minimum", "exclusiveMinimum", max)
    shape.upper = _bound(schema, "maximum", "exclusiveMaximum", min)
    shape.default = _default(target.beside.get("default", schema.get("default")), shape)
    shape.has_default = "default" in target.beside or "default" in schema
    shape.alternatives = [
        place for place in _list_below(target.place, "oneOf", "anyOf") if place.schema != {"type": "null"}
    ]
    shape.rest = {
        key: value for key, value in schema.items() if key not in _READ and not key.startswith("x-")
    }
    if "$ref" in schema:
        shape.rest["$ref"] = schema["$ref"]  # it leads nowhere, or `follow` would have followed it
    _add_objects(document, shape)
    return shape


def in_words(document: Document, place: Place, depth: int = 3) -> str:
    """Name a schema in a few words: `integer (int32) or null`, `array of Token`.

    Args:
        document: Where references are looked up.
        place: The schema.
        depth: How deep to look into arrays and choices; schemas may hold themselves.
    """
    target = follow(document, place)
    if target.name:
        return last_name(target.name) + (" or null" if target.beside.get("nullable") else "")
    shape = shape_of(document, target)
    words = name_of(target, shape) or _shape_words(document, shape, depth)
    return f"{words} or null" if shape.nullable else words


def name_of(target: Target, shape: Shape) -> str | None:
    """Give the name of the definition that a reference means, if there is one, or should be."""
    if target.name:
        return last_name(target.name)
    dangling = shape.rest.get("$ref")
    return f"{last_name(dangling)} (not defined)" if dangling else None


def last_name(reference: str) -> str:
    """Give the name that a reference ends with."""
    return unescape(reference.rsplit("/", 1)[-1])


def canonical(value: Any) -> str:
    """Write JSON so that equal values have equal texts: `1` and `1.0`, and any order of members."""
    return json.dumps(_without_float(value), sort_keys=True)


def _without_float(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shape_words(document: Document, shape: Shape, depth: int) -> str:
    if depth and shape.items is not None:
        return f"array of {in_words(document, shape.items, depth - 1)}"
    if depth and shape.alternatives:
        choices = (in_words(document, alternative, depth - 1) for alternative in shape.alternatives)
        return " | ".join(dict.fromkeys(choices))
    if shape.enum is not None:
        return " | ".join(map(json.dumps, shape.enum))
    words = " | ".join(sorted(shape.types)) if shape.types else "anything"
    told = shape.format or ", ".join(f"{name} {canonical(value)}" for name, value in tags_of(document, shape))
    told = told or ", ".join(shape.members)
    return f"{words} ({told})" if told else words


def tags_of(document: Document, shape: Shape) -> list[tuple[str, Any]]:
    """Give the members that can have one value only, such as `type` in the alternatives of a Rust enum."""
    enums = {name: _inline_enum(document, member) for name, member in shape.members.items()}
    return [(name, values[0]) for name, values in enums.items() if values and len(values) == 1]


def _inline_enum(document: Document, place: Place) -> list[Any] | None:
    schema = follow(document, place).place.schema
    if not isinstance(schema, dict):
        return None
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _onward(document: Document, place: Place) -> Place | None:
    schema = place.schema
    if "$ref" in schema:
        try:
            return Place(path_of(schema["$ref"]), resolve(document, schema["$ref"]))
        except KeyError:
            return None
    for keyword in ("allOf", "oneOf", "anyOf"):
        if keyword in schema and schema.keys() - ANNOTATIONS - {"type"} == {keyword}:
            others = [other for other in _list_below(place, keyword) if other.schema != {"type": "null"}]
            return others[0] if len(others) == 1 else None
    return None


def _with_null(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


def _annotations(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in ("nullable", "default") if key in schema}


def _set_types(shape: Shape, schema: dict[str, Any], beside: Mapping[str, Any]) -> None:
    types = schema.get("type")
    found = {types} if isinstance(types, str) else set(types or ())
    shape.enum = [schema["const"]] if "const" in schema else schema.get("enum")
    if not found and shape.enum is not None:
        found = {_type_of(value) for value in shape.enum}
    if not found and ("properties" in schema or "required" in schema):
        found = {"object"}
    if not found and "items" in schema:
        found = {"array"}
    shape.nullable = bool(
        "null" in found or beside.get("nullable") or schema.get("nullable") or _with_null(schema)
    )
    if shape.enum is not None and shape.nullable:
        shape.enum = [value for value in shape.enum if value is not None]
    shape.types = frozenset(found - {"null"}) or None


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _bound(schema: dict[str, Any], keyword: str, exclusive: str, tighter: Any) -> tuple[float, bool] | None:
    """Read a bound: in 3.0 `exclusive…` is a flag beside it, in 3.1 (and in TGI's 3.0) a bound of its own."""
    plain, strict = schema.get(keyword), schema.get(exclusive)
    if isinstance(strict, bool) or not isinstance(strict, int | float):
        return (plain, strict is True) if isinstance(plain, int | float) else None
    if not isinstance(plain, int | float) or tighter(plain, strict) == strict:
        return (strict, True)
    return (plain, False)


def _default(value: Any, shape: Shape) -> Any:
    """Read a default; TGI's documents have those of numbers, booleans and null as strings."""
    if not isinstance(value, str):
        return value
    if value == "null" and (shape.nullable or "string" not in (shape.types or ())):
        return None
    if shape.types is None or "string" in shape.types:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _below(place: Place, keyword: str) -> Place | None:
    if not isinstance(place.schema, dict) or keyword not in place.schema:
        return None
    return Place((place.path, keyword), place.schema[keyword])


def _list_below(place: Place, *keywords: str) -> list[Place]:
    if not isinstance(place.schema, dict):
        return []
    return [
        Place(((place.path, keyword), index), schema)
        for keyword in keywords
        for index, schema in enumerate(place.schema.get(keyword, ()))
    ]


def _add_objects(document: Document, shape: Shape) -> None:
    """Gather members from the schema itself and from the plain objects of its `allOf`s."""
    waiting = [shape.place, *shape.place.also]
    shape.is_typed = False
    seen: dict[Path, Place] = {}
    while waiting and len(seen) < _MAX_PARTS:
        place = waiting.pop(0)
        if place.path in seen or not isinstance(place.schema, dict):
            continue
        seen[place.path] = place
        shape.is_typed |= "type" in place.schema
        properties = place.schema.get("properties", {})
        for name, schema in properties.items():
            shape.members.setdefault(name, Place(((place.path, "properties"), name), schema))
        shape.required |= set(place.schema.get("required", ()))
        shape.additional = shape.additional or _below(place, "additionalProperties")
        for part in _list_below(place, "allOf"):
            target = follow(document, part).place
            is_object = _is_plain_object(target.schema)
            (waiting if is_object else shape.parts).append(target if is_object else part)
    if shape.members and shape.types is None:
        shape.types = frozenset({"object"})
    _distribute(document, shape, tuple(seen.values()))
    shape.is_typed |= shape.types is None  # nothing was gathered


def _distribute(document: Document, shape: Shape, objects: tuple[Place, ...]) -> None:
    """Write an object with a choice of objects in it as a choice of whole objects.

    `allOf: [oneOf: [A, B], C]` is `oneOf: [A and C, B and C]`, which compares well with an older `A and C`.
    """
    if len(shape.parts) != 1 or shape.alternatives:
        return
    choice = follow(document, shape.parts[0]).place
    alternatives = _list_below(choice, "oneOf", "anyOf")
    targets = [follow(document, alternative).place.schema for alternative in alternatives]
    if targets and all(_is_plain_object(schema) for schema in targets):
        beside = tuple(Place(place.path, _without_parts(place.schema)) for place in objects)
        shape.alternatives = [evolve(alternative, also=beside) for alternative in alternatives]
        shape.parts, shape.members, shape.required, shape.types = [], {}, set(), None


def _without_parts(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "allOf"}


def _is_plain_object(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.keys() <= _PLAIN_OBJECT
