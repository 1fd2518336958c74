"""Schemas of any document, simplified: every object a class, everything else spelt out in its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_client_generator.names import class_names, member_names, pascal, snake
from tgi_client_generator.parser.all_of import (
    COMPOSITION,
    DYNAMIC,
    STRUCTURE,
    MergedParts,
    required_names,
    says_something,
)
from tgi_client_generator.parser.parsed_document import EnumInfo, Member, ModelInfo, ParsedDocument
from tgi_client_generator.parser.simple_schema import (
    ANY,
    MOST_VARIANTS,
    SimpleSchema,
    array_depth,
    class_of,
    nullable,
    to_class,
    union,
)
from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.repairs import Change
from tgi_document.repairs.kinds import kinds_of_value
from tgi_document.walk import Document, Path, path_of, pointer_of, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CLASSES = 5_000
MOST_MEMBERS = 2_000
"""Of one object."""

MOST_VALUES = 5_000
"""Of one enum."""

_DEEPEST = 120
"""Schemas inside each other, references to others than objects followed."""

_DEEPEST_ARRAY = 20

_SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})

_COMPONENTS: Path = (((), "components"), "schemas")


class SchemaParser:
    """Simplifies the schemas of one document."""

    def __init__(self, document: Document, parsed: ParsedDocument) -> None:
        self._notes: dict[Change, None] = {}
        self.files = False
        """Whether strings in the format binary are files to upload, as in a multipart body."""

        self._document = document
        self._parsed = parsed
        self._names = class_names()
        self._simple_schemas: dict[str, SimpleSchema | None] = {}
        """By reference: what is there, None while it is being made."""

        self._class_of: dict[str, str] = {}
        """By pointer: the class of the object there."""

        self._waiting: list[tuple[str, dict[str, Any], Path]] = []
        """Objects that have a class, whose members are still to be simplified."""

        self._depth = 0
        self._components: dict[str, SimpleSchema] = {}
        parsed.document["components"] = {"schemas": self._components}
        self._reserved = self._component_classes()

    @property
    def notes(self) -> list[Change]:
        """What was read otherwise than it is written, or not at all."""
        return list(self._notes)

    def parse_components(self) -> None:
        """Simplify every schema of the components, used or not."""
        for name in self._schemas():
            self._reference(pointer_of((_COMPONENTS, name)).replace("%", "%25"))
        self.finish()

    def finish(self) -> None:
        """Simplify the members of all objects that were found.

        Raises:
            DocumentError: When something passes a limit.
        """
        while self._waiting:
            self._members(*self._waiting.pop(0))

    def hold(self, types: dict[str, SimpleSchema]) -> str:
        """Make a class whose members have these types, so that the parser reads them; it is not written.

        The parser would copy whatever an operation holds, models of models included, and it has rules of its
        own for what may stand where, and for which media types it reads.
        """
        token = f"H{len(self._components)}"
        self._components[token] = {"type": "object", "properties": types, "required": list(types)}
        return token

    def parse(self, schema: Any, name: str, path: Path) -> SimpleSchema:
        """Simplify a schema.

        Args:
            schema: The schema, or a boolean that stands for one.
            name: What a class is called that has to be made for it.
            path: Where it stands.

        Raises:
            DocumentError: When it passes a limit.
        """
        if not isinstance(schema, dict):
            return ANY
        self._depth += 1
        if self._depth > _DEEPEST:
            raise DocumentError(f"{pointer_of(path)}: schemas nested deeper than {_DEEPEST}, expected fewer")
        try:
            simple = self._parse(schema, name, path)
        finally:
            self._depth -= 1
        return nullable(simple) if schema.get("nullable") is True else simple

    def _parse(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        for keyword in DYNAMIC:
            if keyword in schema:
                what = f"{quoted(schema[keyword])} depends on where it is used, any value is taken"
                self._note("dynamic-reference", path, what, keyword)
                return ANY
        if schema.get("enum") or "const" in schema:
            return self._enum(schema, name, path)
        if any(schema.get(key) for key in COMPOSITION):
            return self._composition(schema, name, path)
        kinds = schema.get("type")
        if isinstance(kinds, list):
            variants = [{**schema, "type": kind, "nullable": False} for kind in dict.fromkeys(kinds)]
            return union([self._simple(variant, name, path) for variant in variants], path)
        return self._simple(schema, name, path)

    def _simple(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        kind = schema.get("type")
        if kind == "array" or (kind is None and "items" in schema):
            return self._array(schema, name, path)
        if kind == "object" or (
            kind is None and ("properties" in schema or "additionalProperties" in schema)
        ):
            return self._object(schema, name, path)
        if kind == "string" and self.files and _is_binary(schema):
            return {"type": "string", "format": "binary"}
        if kind in _SCALARS:
            return {"type": kind}
        if kind is not None:
            what = f"type {quoted(kind)} is none of OpenAPI, any value is taken"
            self._note("unknown-type", path, what, "type")
        self._note_conditions(schema, path)
        return ANY

    # References

    def _reference(self, reference: str) -> SimpleSchema:
        path = path_of(reference)
        pointer = pointer_of(path)
        if pointer not in self._simple_schemas:
            self._simple_schemas[pointer] = None
            self._simple_schemas[pointer] = self.parse(self._target(reference), str(path[1]), path)
        simple = self._simple_schemas[pointer]
        if simple is not None:
            return simple
        if pointer in self._class_of:
            simple = to_class(self._class_of[pointer])
            return nullable(simple) if _takes_null(self._target(reference)) else simple
        self._note("recursion-without-object", path, "holds itself, any value is taken there", "$ref")
        return ANY

    def _target(self, reference: str) -> Any:
        try:
            return resolve(self._document, reference)
        except KeyError:
            raise DocumentError(f"{reference}: nothing is there, expected a schema") from None

    # Objects

    def _object(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        if not schema.get("properties"):
            return self._map(schema, name, path)
        token = self._new_class(schema, name, path)
        self._class_of[pointer_of(path)] = token
        self._waiting.append((token, schema, path))
        return to_class(token)

    def _members(self, token: str, schema: dict[str, Any], path: Path) -> None:
        members, required = schema["properties"], set(required_names(schema))
        if len(members) > MOST_MEMBERS:
            raise DocumentError(
                f"{pointer_of(path)}: {len(members)} members, expected at most {MOST_MEMBERS}"
            )
        name = self._parsed.classes[token]
        info = self._parsed.models.setdefault(token, ModelInfo())
        info.description = _prose(schema)
        simple = {
            wire: self.parse(member, name + pascal(wire), ((path, "properties"), wire))
            for wire, member in members.items()
        }
        tokens = {wire: f"m{index}" for index, wire in enumerate(members)}
        identifiers = member_names()
        for wire, member in members.items():
            identifier = identifiers.take(snake(wire))
            info.members[tokens[wire]] = Member(
                wire, identifier, _member_prose(member), wire in required, self._values(simple[wire])
            )
        self._components[token] = {
            "type": "object",
            "properties": {tokens[wire]: simple[wire] for wire in members},
            "required": [tokens[wire] for wire in members if wire in required],
            "additionalProperties": self._additional(schema, name, path),
        }

    def _map(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        """Simplify an object that has no members with names, but any of one type."""
        token = self._token("", path)
        self._parsed.maps.add(token)
        values = self._additional(schema, name, path)
        self._components[token] = {"type": "object", "additionalProperties": values}
        return to_class(token)

    def _additional(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema | bool:
        self._note_conditions(schema, path)
        more = schema.get("additionalProperties")
        if not isinstance(more, dict) or not more:
            return True
        return self.parse(more, f"{name}Value", (path, "additionalProperties")) or True

    def _note_conditions(self, schema: dict[str, Any], path: Path) -> None:
        for keyword in ("patternProperties", "dependentSchemas", "then", "else"):
            below = schema.get(keyword)
            if isinstance(below, dict) and (says_something(below) if keyword in {"then", "else"} else below):
                what = f"{keyword} cannot be expressed, members that it describes may be anything"
                self._note("members-by-condition", path, what, keyword)

    def _new_class(self, schema: dict[str, Any], name: str, path: Path) -> str:
        """Name the class for what stands at a place; a component has its name already."""
        reserved = self._reserved.pop(pointer_of(path), None)
        if reserved is not None:
            return self._token(reserved, path)
        base, title = pascal(name), schema.get("title")
        wanted = pascal(title) if isinstance(title, str) else ""
        return self._token(
            self._names.take(wanted if base and wanted.startswith(base) else base + wanted), path
        )

    def _token(self, name: str, path: Path) -> str:
        """Give what stands for a class in the simplified document, in the order in which they are met."""
        token = f"C{len(self._parsed.classes)}"
        if len(self._parsed.classes) >= MOST_CLASSES:
            raise DocumentError(f"{pointer_of(path)}: more than {MOST_CLASSES} schemas, expected fewer")
        self._parsed.classes[token] = name
        self._components[token] = {}
        return token

    def _component_classes(self) -> dict[str, str]:
        """Give the components their names first, so that no inline schema takes one."""
        if len(self._schemas()) > MOST_CLASSES:
            raise DocumentError(f"#/components/schemas: more than {MOST_CLASSES} schemas, expected fewer")
        return {pointer_of((_COMPONENTS, name)): self._names.take(pascal(name)) for name in self._schemas()}

    def _schemas(self) -> dict[str, Any]:
        schemas: dict[str, Any] = self._document.get("components", {}).get("schemas", {})
        return schemas

    # Arrays and values

    def _array(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        prefix: list[Any] = schema.get("prefixItems") or []
        items: list[tuple[Any, Path]] = [
            (item, ((path, "prefixItems"), index)) for index, item in enumerate(prefix)
        ]
        if "items" in schema or not items:
            items.append((schema.get("items"), (path, "items")))
        if len(items) > 1:
            what = "an array of different items in turn is one of any of them"
            self._note("items-in-turn", path, what, "prefixItems")
        simple: SimpleSchema = {
            "type": "array",
            "items": union([self.parse(item, f"{name}Item", place) for item, place in items], path),
        }
        if array_depth(simple) > _DEEPEST_ARRAY:
            raise DocumentError(
                f"{pointer_of(path)}: arrays nested deeper than {_DEEPEST_ARRAY}, expected fewer"
            )
        return simple

    def _enum(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if len(values) > MOST_VALUES:
            raise DocumentError(f"{pointer_of(path)}: {len(values)} values, expected at most {MOST_VALUES}")
        variants: list[SimpleSchema] = []
        for kind, python in (("string", str), ("integer", int)):
            same = tuple(dict.fromkeys(value for value in values if type(value) is python))
            if same:
                variants.append(self._enum_of(kind, same, schema, name, path))
        others = [value for value in values if type(value) not in {str, int}]
        if any(isinstance(value, dict | list) for value in others):
            what = "an enum of objects or arrays cannot be expressed, any value is taken"
            self._note("enum-of-objects", path, what, "enum")
        return union([*variants, *_kinds(others)], path)

    def _enum_of(
        self, kind: str, values: tuple[Any, ...], schema: dict[str, Any], name: str, path: Path
    ) -> SimpleSchema:
        named = pointer_of(path) in self._reserved
        token = self._new_class({}, f"{name}Value", path)
        self._parsed.enums[token] = EnumInfo(values, _prose(schema), named)
        self._components[token] = {"type": kind, "enum": list(values)}
        return to_class(token)

    def _values(self, simple: SimpleSchema) -> tuple[Any, ...]:
        """Give the values of a member that has only some."""
        enum = self._parsed.enums.get(class_of(simple))
        return enum.values if enum else ()

    # Compositions

    def _composition(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        own = {key for key in STRUCTURE if key in schema}
        variants = [
            (part, ((path, key), index))
            for key in ("oneOf", "anyOf")
            for index, part in enumerate(schema.get(key, ()))
            if not isinstance(part, dict) or says_something(part)
        ]
        if schema.get("allOf") or (variants and own - {"type"}):
            return self._all_of(schema, name, path)
        if not variants:
            return self._simple(schema, name, path)
        if len(variants) > MOST_VARIANTS:
            raise DocumentError(
                f"{pointer_of(path)}: {len(variants)} variants, expected at most {MOST_VARIANTS}"
            )
        simple = [
            self.parse(part, _variant_name(name, part, index, len(variants)), place)
            for index, (part, place) in enumerate(variants)
        ]
        self._hint(schema, (part for part, _ in variants), simple)
        return self._with_one_enum(simple, schema, name, path)

    def _all_of(self, schema: dict[str, Any], name: str, path: Path) -> SimpleSchema:
        parts = [part for part in schema.get("allOf", ()) if isinstance(part, dict) and says_something(part)]
        own = {key: schema[key] for key in (*STRUCTURE, "required") if key in schema}
        if len(parts) == 1 and not own.keys() - {"type"}:
            return self.parse(parts[0], name, ((path, "allOf"), 0))
        merged = MergedParts(self._document, path)
        for part in (*parts, own):
            merged.add(part)
        self._note_what_is_left_out(schema, merged, path)
        if merged.other is not None and not merged.members:
            return self.parse(merged.other, name, path)
        prose: dict[str, Any] = {key: schema[key] for key in ("title", "description") if key in schema}
        return self._object({**prose, **merged.as_schema()}, name, path)

    def _note_what_is_left_out(self, schema: dict[str, Any], merged: MergedParts, path: Path) -> None:
        """Note what an object made of several schemas leaves out: alternatives beside members, and values."""
        for keyword in ("oneOf", "anyOf"):
            if any(isinstance(part, dict) and says_something(part) for part in schema.get(keyword, ())):
                what = f"{keyword} beside other members, what its alternatives add may be anything"
                self._note("alternatives-beside-members", path, what, keyword)
        if merged.other is not None and merged.members:
            what = "members and another kind of value at once, only the members are told"
            self._note("parts-of-two-kinds", path, what, "allOf")

    def _with_one_enum(
        self, simple: list[SimpleSchema], schema: dict[str, Any], name: str, path: Path
    ) -> SimpleSchema:
        """Put alternatives together, the inline enums as one: a oneOf of constants is an enum."""
        enums = self._parsed.enums
        inline = [
            class_of(item) for item in simple if class_of(item) in enums and not enums[class_of(item)].named
        ]
        if len(inline) < 2:  # noqa: PLR2004 (one needs no company)
            return union(simple, path)
        values = [value for enum in inline for value in enums[enum].values]
        for enum in set(inline):
            del enums[enum], self._components[enum]
        rest = [item for item in simple if class_of(item) not in inline]
        place = (path, "oneOf") if rest else path
        return union([self._enum({"enum": values, "description": _prose(schema)}, name, place), *rest], path)

    def _hint(self, schema: dict[str, Any], parts: Iterable[Any], simple: list[SimpleSchema]) -> None:
        """Note the values that a discriminator gives for models which do not tell them themselves."""
        discriminator = schema.get("discriminator") or {}
        mapping = discriminator.get("mapping") or {}
        member = discriminator.get("propertyName")
        for part, item in zip(parts, simple, strict=True):
            reference = part.get("$ref") if isinstance(part, dict) else None
            if isinstance(member, str) and reference and class_of(item) not in self._parsed.enums:
                short = reference.rsplit("/", 1)[-1]
                values = [key for key, target in mapping.items() if target in {reference, short}] or [short]
                info = self._parsed.models.setdefault(class_of(item), ModelInfo())
                info.hints.setdefault(member, tuple(values))

    def _note(self, rule: str, path: Path, what: str, loses: str = "") -> None:
        # A dictionary, since a part of an allOf is met once for itself, and once for each that it is part of.
        self._notes[Change(rule, pointer_of(path), what, loses)] = None


_LONGEST_DEFAULT = 60


def _is_binary(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "binary" or schema.get("contentMediaType") == "application/octet-stream"


def _takes_null(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    kinds = schema.get("type")
    return schema.get("nullable") is True or (isinstance(kinds, list) and "null" in kinds)


def _variant_name(name: str, part: Any, index: int, count: int) -> str:
    has_title = isinstance(part, dict) and isinstance(part.get("title"), str)
    return name if has_title or count == 1 else f"{name}Variant{index + 1}"


def _kinds(values: list[Any]) -> list[SimpleSchema]:
    """Give simple schemas for values of an enum that are neither strings nor integers."""
    found: dict[str, SimpleSchema] = {}
    for value in values:
        kinds = kinds_of_value(value) - {"integer"}
        for kind in kinds:
            found[kind] = {"type": kind} if kind in _SCALARS else ANY
    return [found[kind] for kind in sorted(found)]


def _prose(schema: Any) -> str:
    text = schema.get("description") if isinstance(schema, dict) else None
    return text if isinstance(text, str) else ""


def _member_prose(schema: Any) -> str:
    """Tell what a member is, and its default, which the client does not send of its own accord."""
    default = schema.get("default") if isinstance(schema, dict) else None
    if default is None:
        return _prose(schema)
    shown = json.dumps(default, ensure_ascii=False)
    shown = shown if len(shown) <= _LONGEST_DEFAULT else "see the document"
    return f"{_prose(schema)} Default: {shown}.".strip()
