"""JSON schemas as regular expressions: what outlines-core 0.1.14 made of the same, and what it refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tgi_reference.generation.schema_regex import SchemaError, schema_regex

STRING = r'"([^"\\\x00-\x1F\x7F-\x9F]|\\["\\])*"'
A = r'[ ]?"a"[ ]?:[ ]?'


def member(schema: Any) -> dict[str, Any]:
    return {"properties": {"a": schema}, "required": ["a"]}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, STRING),
        ({"type": "string", "minLength": 2}, r'"([^"\\\x00-\x1F\x7F-\x9F]|\\["\\]){2,}"'),
        ({"type": "string", "maxLength": 2}, r'"([^"\\\x00-\x1F\x7F-\x9F]|\\["\\]){0,2}"'),
        ({"type": "string", "pattern": "^[A-Z]$"}, '("[A-Z]")'),
        ({"type": "string", "pattern": "[A-Z"}, '("[A-Z")'),
        ({"type": "string", "format": "uuid", "maxLength": 1}, r'"([^"\\\x00-\x1F\x7F-\x9F]|\\["\\]){0,1}"'),
        ({"type": "integer", "minimum": 3}, "(-)?(0|[1-9][0-9]*)"),
        ({"type": "integer", "maxDigits": 3}, "(-)?(0|[1-9][0-9]{0,2})"),
        (
            {"type": "number", "maxDigitsFraction": 2},
            r"((-)?(0|[1-9][0-9]*))(\.[0-9]{0,2})?([eE][+-][0-9]+)?",
        ),
        ({"type": "boolean"}, "(true|false)"),
        ({"type": "null"}, "null"),
        ({"enum": ["x.y", 1, 1e20, None, True]}, r'("x\.y"|1|1e20|null|true)'),
        ({"const": 'é"'}, r'"é\\""'),
        ({"type": "array", "items": {"type": "null"}}, r"\[[ ]?((null)(,[ ]?(null)){0,})?[ ]?\]"),
        (
            {"type": "array", "items": {"type": "null"}, "minItems": 2, "maxItems": 3},
            r"\[[ ]?((null)(,[ ]?(null)){1,2})[ ]?\]",
        ),
        ({"type": "array", "maxItems": 0}, r"\[[ ]?\]"),
        ({"prefixItems": [{"type": "null"}, {"const": 1}]}, r"\[[ ]?null[ ]?,[ ]?1[ ]?\]"),
        ({"anyOf": [{"type": "null"}, {"const": 1}]}, "(null|1)"),
        ({"oneOf": [{"type": "null"}, {"const": 1}]}, "((?:null)|(?:1))"),
        ({"allOf": [{"type": "null"}, {"const": 1}]}, "(null1)"),
        (
            {"type": "object", "additionalProperties": {"type": "null"}},
            rf"\{{[ ]?({STRING}[ ]?:[ ]?null([ ]?,[ ]?{STRING}[ ]?:[ ]?null){{0,}})?[ ]?\}}",
        ),
        ({"type": "object", "maxProperties": 0}, r"\{[ ]?\}"),
        ({"type": "null", "const": 1, "not": {}}, "1"),
    ],
)
def test_a_value(schema: Any, expected: str) -> None:
    assert rf"\{{{A}{expected}[ ]?\}}" == schema_regex(member(schema))


def test_optional_members_keep_their_order_around_the_last_required_one() -> None:
    null = {"type": "null"}
    schema = {"properties": {"x": null, "a": null, "y": null}, "required": ["a"]}
    pattern = re.compile(schema_regex(schema))
    assert pattern.fullmatch('{"a":null}')
    assert pattern.fullmatch('{"x": null, "a": null, "y": null}')
    assert not pattern.fullmatch('{"a":null,"x":null}')
    assert not pattern.fullmatch('{"x":null}')


def test_members_are_all_optional() -> None:
    null = {"type": "null"}
    pattern = re.compile(schema_regex({"properties": {"a": null, "b": null}}))
    for text in ("{}", '{"a":null}', '{"b":null}', '{"a":null, "b":null}'):
        assert pattern.fullmatch(text)
    assert not pattern.fullmatch('{"b":null,"a":null}')


@pytest.mark.parametrize("reference", ["#/$defs/t", "/$defs/t", "id#/$defs/t", "#/$defs//t"])
def test_references(reference: str) -> None:
    schema = {"$id": "id", "$defs": {"t": {"const": 1}}, **member({"$ref": reference})}
    assert rf"\{{{A}1[ ]?\}}" == schema_regex(schema)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, "Invalid JSON Schema: expected an object"),
        ({"type": ["string", "null"]}, "'type' must be a string"),
        ({"type": "any"}, "Unsupported type: any"),
        ({"type": "string", "format": "email"}, "Format email is not supported by Outlines"),
        ({"enum": [{"x": [1, 2.5, "é", None, True]}]}, "Unsupported data type in enum: Object"),
        ({"const": [1]}, "Unsupported data type in const: Array [Number(1)]"),
        ({"$ref": "#/$defs/none"}, "Invalid reference path: $defs"),
        ({"$ref": "http://x#/y"}, "External references are not supported: http://x#/y"),
        ({"$ref": "a#b#c"}, "Invalid reference format: a#b#c"),
        ({"not": {"x": 1.0}}, 'Unsupported JSON Schema structure {"not":{"x":1.0}} \nMake sure'),
        ({"minLength": 3}, 'Unsupported JSON Schema structure {"minLength":3} \nMake sure'),
        (
            {"type": "string", "minLength": 3, "maxLength": 2},
            "maxLength must be greater than or equal to minLength",
        ),
        (
            {"type": "integer", "minDigits": 3, "maxDigits": 2},
            "max bound must be greater than or equal to min bound",
        ),
        ({"properties": 1}, "'properties' not found or not an object"),
    ],
)
def test_what_is_refused(schema: Any, expected: str) -> None:
    with pytest.raises(SchemaError) as caught:
        schema_regex(member(schema))
    assert str(caught.value).startswith(expected)


def test_values_are_told_in_their_debug_form() -> None:
    with pytest.raises(SchemaError) as caught:
        schema_regex(member({"enum": [{"x": [1, 2.5, "é", None, True]}]}))
    shown = 'Object {"x": Array [Number(1), Number(2.5), String("é"), Null, Bool(true)]}'
    assert f"Unsupported data type in enum: {shown}" == str(caught.value)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#"}}},
        {"$defs": {"t": {"anyOf": [{"$ref": "#/$defs/t"}, {"$ref": "#/$defs/t"}]}}, "$ref": "#/$defs/t"},
        {"properties": {f"member-{number}": {"type": "null"} for number in range(2_000)}},
    ],
)
def test_what_has_no_end_or_no_room_is_refused(schema: Any) -> None:
    with pytest.raises(SchemaError, match="too large"):
        schema_regex(schema)
