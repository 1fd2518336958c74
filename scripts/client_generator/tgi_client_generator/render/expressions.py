"""Python expressions that type, read, write and recognise the properties of the generator's parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.literal_enum_property import LiteralEnumProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty

if TYPE_CHECKING:
    from tgi_client_generator.parser.parsed_document import ParsedDocument

_TYPES: dict[type, str] = {
    AnyProperty: "Any",
    BooleanProperty: "bool",
    FileProperty: "File",
    FloatProperty: "float",
    IntProperty: "int",
    NoneProperty: "None",
    StringProperty: "str",
}

_CHECKS: dict[type, str] = {
    AnyProperty: "True",
    BooleanProperty: "isinstance({0}, bool)",
    FileProperty: "False",
    FloatProperty: "(isinstance({0}, int | float) and not isinstance({0}, bool))",
    IntProperty: "(isinstance({0}, int) and not isinstance({0}, bool))",
    NoneProperty: "{0} is None",
    StringProperty: "isinstance({0}, str)",
}
"""Whether a JSON value is of a type."""


_MOST_TESTED = 3
"""Models among which one is looked for without a call of `pick`, which any number of them can do with."""


@frozen
class Expressions:
    """Writes expressions for the properties of one client."""

    parsed: ParsedDocument
    maps: dict[str, Any]
    """By token: the objects with any members of one type, as the parser has them in the end.

    The copies of them that stand elsewhere may have been made before that.
    """

    def class_name(self, prop: Any) -> str:
        """Give the name of the class of a model or enum."""
        return self.parsed.classes[self.token(prop)]

    def token(self, prop: Any) -> str:
        """Give what stands for the class in the simplified document."""
        return str(prop.class_info.name)

    def is_map(self, prop: Any) -> bool:
        """Tell an object with any members of one type from a model."""
        return isinstance(prop, ModelProperty) and self.token(prop) in self.parsed.maps

    def is_model(self, prop: Any) -> bool:
        """Tell a model."""
        return isinstance(prop, ModelProperty) and not self.is_map(prop)

    # Types

    def annotation(self, prop: Any) -> str:
        """Give the type of a property that is there."""
        parts = dict.fromkeys(self._alternatives(prop))
        return " | ".join(sorted(parts, key=lambda part: part == "None"))

    def _alternatives(self, prop: Any) -> list[str]:
        if isinstance(prop, UnionProperty):
            return [part for inner in prop.inner_properties for part in self._variant(inner)]
        if isinstance(prop, ListProperty):
            return [f"list[{self.annotation(prop.inner_property)}]"]
        if isinstance(prop, LiteralEnumProperty):
            info = self.parsed.enums[self.token(prop)]
            return [self.class_name(prop)] if info.named else literal(info.values)
        if self.is_map(prop):
            return [f"dict[str, {self.annotation_of_values(prop)}]"]
        return [self.class_name(prop) if isinstance(prop, ModelProperty) else _TYPES[type(prop)]]

    def _variant(self, prop: Any) -> list[str]:
        """Give the types of one of several; an enum is open there, since its values tell it from nothing."""
        is_enum = isinstance(prop, LiteralEnumProperty)
        return [*self._alternatives(prop), *([prop.value_type.__name__] if is_enum else [])]

    def annotation_of_values(self, model: Any) -> str:
        """Give the type of the members of a model that have no name."""
        more = self.values_of(model)
        return self.annotation(more) if more else "Any"

    def values_of(self, model: Any) -> Any:
        """Give the property of the members of a model that have no name, or None if they may be anything."""
        return self.maps.get(self.token(model), model).additional_properties or None

    def classes(self, prop: Any) -> set[str]:
        """Give the tokens of the classes that code for a property names."""
        if isinstance(prop, UnionProperty):
            return set().union(*map(self.classes, prop.inner_properties))
        if isinstance(prop, ListProperty):
            return self.classes(prop.inner_property)
        if isinstance(prop, LiteralEnumProperty):
            return {self.token(prop)} if self.parsed.enums[self.token(prop)].named else set()
        if self.is_map(prop):
            more = self.values_of(prop)
            return self.classes(more) if more else set()
        return {self.token(prop)} if isinstance(prop, ModelProperty) else set()

    # Reading

    def is_read_as_it_is(self, prop: Any) -> bool:
        """Tell whether the JSON value is the value: it holds no models."""
        if isinstance(prop, UnionProperty):
            return all(map(self.is_read_as_it_is, prop.inner_properties))
        if isinstance(prop, ListProperty):
            return self.is_read_as_it_is(prop.inner_property)
        if self.is_map(prop):
            more = self.values_of(prop)
            return not more or self.is_read_as_it_is(more)
        return not isinstance(prop, ModelProperty)

    def decoded(self, prop: Any, source: str, place: str, depth: int = 0) -> str:
        """Give the value of a property from the JSON value that a name stands for.

        Args:
            prop: The property.
            source: A name, since it may be needed more than once.
            place: What errors call it.
            depth: Loops around it.
        """
        if self.is_read_as_it_is(prop):
            return source
        if isinstance(prop, ListProperty):
            item = f"_item{depth or ''}"
            inner = self.decoded(prop.inner_property, item, place, depth + 1)
            if re.fullmatch(rf"\w+\.from_dict\({item}\)", inner):
                # One item is the usual case in streams. For a few, `map` is quicker than a comprehension.
                read, is_one = inner.partition("(")[0], f"type({source}) is list and len({source}) == 1"
                several = f"list(map({read}, items_of({source}, {place!r})))"
                return f"([{read}({source}[0])] if {is_one} else {several})"
            return f"[{inner} for {item} in items_of({source}, {place!r})]"
        if self.is_map(prop):
            value = f"_value{depth or ''}"
            inner = self.decoded(self.values_of(prop), value, place, depth + 1)
            return f"{{_key: {inner} for _key, {value} in members_of({source}, {place!r}).items()}}"
        if isinstance(prop, UnionProperty):
            return self._decoded_union(prop, source, place, depth)
        return f"{self.class_name(prop)}.from_dict({source})"

    def _decoded_union(self, prop: Any, source: str, place: str, depth: int) -> str:
        """Branch by the type of the JSON value, and look closer at objects if several may stand there."""
        inner = prop.inner_properties
        models = [item for item in inner if self.is_model(item)]
        as_is = [item for item in inner if self.is_read_as_it_is(item)]
        others = [item for item in inner if item not in models and item not in as_is]
        has_free_object = any(map(self.is_map, as_is))
        values = [item for item in as_is if not self.is_map(item)]
        branches = [(self.check(item, source, depth, "True"), source) for item in values]
        for item in others:
            check = self._kind(item, source) if len(others) == 1 else self.check(item, source, depth, "True")
            branches.append((check, self.decoded(item, source, place, depth)))
        if has_free_object:
            branches += [
                (self.check(item, source, depth, "True"), self.decoded(item, source, place))
                for item in models
            ]
            branches.append(("", source))
        elif models:
            branches.append(("", self._decoded_models(models, source, place)))
        return _conditional(branches)

    def _kind(self, prop: Any, source: str) -> str:
        return f"isinstance({source}, {'dict' if self.is_map(prop) else 'list'})"

    def _decoded_models(self, models: list[Any], source: str, place: str) -> str:
        if len(models) == 1:
            return f"{self.class_name(models[0])}.from_dict({source})"
        names = ", ".join(map(self.class_name, models))
        picked = f"pick({source}, {place!r}, ({names}))"
        if len(models) > _MOST_TESTED:
            return picked
        tests = [(self._is_surely(model, models, source), model) for model in models]
        branches = [(test, f"{self.class_name(model)}.from_dict({source})") for test, model in tests if test]
        return _conditional([*branches, ("", picked)])

    def _is_surely(self, model: Any, models: list[Any], source: str) -> str:
        """Tell whether a value has the required members of one model only; nothing if that says too little.

        `pick` would find the same model, and later.
        """
        required = {self.token(one): self.required(one) for one in models}
        own = required.pop(self.token(model))
        foreign = [next((name for name in names if name not in own), None) for names in required.values()]
        if None in foreign:
            return ""
        present = [f"{name!r} in {source}" for name in own]
        absent = [f"{name!r} not in {source}" for name in dict.fromkeys(foreign)]
        return " and ".join([f"type({source}) is dict", *present, *absent])

    def required(self, model: Any) -> list[str]:
        """Give the names of the required members of a model on the wire."""
        members = self.parsed.models[self.token(model)].members.values()
        return [member.wire for member in members if member.required]

    def picked(self, prop: Any) -> set[str]:
        """Give the tokens of the models which reading a property has to tell from one another."""
        if isinstance(prop, UnionProperty):
            several = [item for item in prop.inner_properties if not self.is_read_as_it_is(item)]
            has_free_object = any(map(self.is_map, prop.inner_properties))
            if len(several) > 1 or (several and has_free_object):
                return self.classes(prop)
            return set().union(*map(self.picked, prop.inner_properties))
        if isinstance(prop, ListProperty):
            return self.picked(prop.inner_property)
        if self.is_map(prop) and self.values_of(prop):
            return self.picked(self.values_of(prop))
        return set()

    # Writing

    def encoded(self, prop: Any, source: str, depth: int = 0) -> str:
        """Give the JSON value of a property."""
        if self.is_read_as_it_is(prop):
            return source
        if isinstance(prop, ListProperty):
            item = f"_item{depth or ''}"
            return f"[{self.encoded(prop.inner_property, item, depth + 1)} for {item} in {source}]"
        if self.is_map(prop):
            value = f"_value{depth or ''}"
            inner = self.encoded(self.values_of(prop), value, depth + 1)
            return f"{{_key: {inner} for _key, {value} in {source}.items()}}"
        if isinstance(prop, UnionProperty):
            return self._encoded_union(prop, source, depth)
        return f"{source}.to_dict()"

    def _encoded_union(self, prop: Any, source: str, depth: int) -> str:
        rest = [item for item in prop.inner_properties if not isinstance(item, NoneProperty)]
        if all(map(self.is_model, rest)):
            inner = f"{source}.to_dict()"
        elif len(rest) == 1:
            inner = self.encoded(rest[0], source, depth)
        else:
            return f"encoded({source})"
        return inner if len(rest) == len(prop.inner_properties) else f"None if {source} is None else {inner}"

    # Recognising

    def check(self, prop: Any, source: str, depth: int = 0, exact: str = "exact") -> str:
        """Tell whether the JSON value that a name stands for is of the property's type, models looked into.

        Args:
            prop: The property.
            source: The name.
            depth: Loops around it.
            exact: Expression for whether constants must be the known ones.
        """
        if isinstance(prop, UnionProperty):
            checks = dict.fromkeys(self.check(inner, source, depth, exact) for inner in prop.inner_properties)
            return f"({' or '.join(checks)})"
        if isinstance(prop, ListProperty):
            item = f"_item{depth or ''}"
            inner = self.check(prop.inner_property, item, depth + 1, exact)
            whole = f"isinstance({source}, list)"
            return whole if inner == "True" else f"({whole} and all({inner} for {item} in {source}))"
        if isinstance(prop, LiteralEnumProperty):
            return f"isinstance({source}, {prop.value_type.__name__})"
        if self.is_map(prop):
            return f"isinstance({source}, dict)"
        if isinstance(prop, ModelProperty):
            return f"{self.class_name(prop)}._fits({source}, {exact})"
        return _CHECKS[type(prop)].format(source)


def literal(values: tuple[Any, ...]) -> list[str]:
    """Give the types of an enum: its values, and any other one, since enums grow. Constants do not."""
    known = f"Literal[{', '.join(map(repr, values))}]"
    return [known] if len(values) == 1 else [known, type(values[0]).__name__]


def returned(expression: str, annotation: str) -> list[str]:
    """Give the lines that return a value; what `pick` gives has no type until a name has one."""
    if "pick(" not in expression:
        return [f"return {expression}"]
    return [f"read: {annotation} = {expression}", "return read"]


def decoded_return(code: Expressions, prop: Any, name: str) -> str:
    """Give the lines that return the value of a property, from the JSON value `value`."""
    kind = code.annotation(prop)
    if code.is_read_as_it_is(prop) and kind != "Any":
        return f"return cast({kind!r}, value)"
    return "\n".join(returned(code.decoded(prop, "value", name), code.annotation(prop)))


def _conditional(branches: list[tuple[str, str]]) -> str:
    """Write branches, the last of which is for everything else."""
    merged: list[tuple[str, str]] = []
    for check, value in branches:
        if merged and merged[-1][1] == value and check:
            merged[-1] = (f"{merged[-1][0]} or {check}", value)
        else:
            merged.append((check, value))
    expression = merged.pop()[1]
    for check, value in reversed(merged):
        expression = f"{value} if {check} else {expression}"
    return expression
