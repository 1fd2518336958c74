"""Each repair mends its fault wherever it stands, says so, and leaves everything else alone."""
# ruff: noqa: E501 (tables of schemas read best with one a line)

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tgi_document.errors import DocumentError
from tgi_document.load import check_document, load_document
from tgi_document.repairs import repair, rule_names
from tgi_document.repairs.kinds import Kinds
from tgi_document.repairs.streams import ERROR_EVENTS

INTERFACE = sorted((Path(__file__).parent.parent / "data" / "interface").glob("*.json"))
TEXT = {"type": "string"}


def document(schemas: dict[str, Any], version: str = "3.0.3", **operation: Any) -> dict[str, Any]:
    described = {"responses": {"200": {"description": ""}}, **operation}
    return {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/a/{b}": {
                "get": {
                    "parameters": [{"name": "b", "in": "path", "required": True, "schema": TEXT}],
                    **described,
                }
            }
        },
        "components": {"schemas": schemas},
    }


def repaired(schema: Any, rule: str, version: str = "3.0.3", **others: Any) -> Any:
    """Repair a schema, by this rule and no other."""
    content = document({"A": schema, **others}, version)
    result, changes = repair(content)
    assert [rule] == sorted({change.rule for change in changes})
    return result["components"]["schemas"]["A"]


@pytest.mark.parametrize(
    ("rule", "schema", "expected"),
    [
        ("string-default", {"type": "integer", "default": "1024"}, {"type": "integer", "default": 1024}),
        ("string-default", {"type": "boolean", "default": "true"}, {"type": "boolean", "default": True}),
        ("string-default", {"type": "number", "default": "0.5"}, {"type": "number", "default": 0.5}),
        ("string-default", {"type": "array", "items": TEXT, "default": "[]"}, {"type": "array", "items": TEXT, "default": []}),
        ("string-default", {"type": "integer", "default": "many"}, {"type": "integer"}),
        ("string-default", {"type": "integer", "default": "1.5"}, {"type": "integer"}),
        ("string-default", {"type": "string", "default": 5}, {"type": "string"}),
        ("null-default", {"type": "integer", "nullable": True, "default": "null"}, {"type": "integer", "nullable": True, "default": None}),
        ("null-default", {"type": "string", "nullable": True, "default": "null"}, {"type": "string", "nullable": True, "default": None}),
        ("string-example", {"type": "integer", "example": "32"}, {"type": "integer", "example": 32}),
        ("string-example", {"type": "array", "items": TEXT, "example": "What?"}, {"type": "array", "items": TEXT}),
        ("example-outside-enum", {"type": "string", "enum": ["a"], "example": "A"}, {"type": "string", "enum": ["a"]}),
        ("exclusive-bound", {"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0, "exclusiveMinimum": True}),
        ("exclusive-bound", {"type": "number", "minimum": 5, "exclusiveMinimum": 0}, {"type": "number", "minimum": 5}),
        ("exclusive-bound", {"type": "number", "minimum": 0, "exclusiveMinimum": 0}, {"type": "number", "minimum": 0, "exclusiveMinimum": True}),
        ("exclusive-bound", {"type": "number", "maximum": 1, "exclusiveMaximum": 2}, {"type": "number", "maximum": 1}),
        ("missing-type", {"properties": {"a": TEXT}}, {"type": "object", "properties": {"a": TEXT}}),
        ("missing-type", {"items": TEXT}, {"type": "array", "items": TEXT}),
        ("array-without-items", {"type": "array"}, {"type": "array", "items": {}}),
        ("required-without-schema", {"type": "object", "properties": {}, "required": ["a"]}, {"type": "object", "properties": {"a": {}}, "required": ["a"]}),
    ],
)  # fmt: skip
def test_a_schema_is_mended(rule: str, schema: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected == repaired(schema, rule)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "default": "1024"},
        {"type": "string", "default": "null"},
        {"type": "integer", "default": 5, "example": 5},
        {"type": "number", "default": 5},
        {"type": "integer", "nullable": True, "default": None, "example": None},
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        {
            "type": "object",
            "properties": {"default": TEXT, "type": TEXT, "exclusiveMinimum": TEXT, "enum": TEXT},
        },
        {"type": "object", "example": {"default": "1024", "type": "integer"}},
        {"type": "string", "enum": ["a", "b"], "default": "a", "example": "b"},
        {"oneOf": [TEXT, {"type": "integer"}], "default": "5"},
        {},
    ],
)
def test_what_is_right_stays_as_it_is(schema: dict[str, Any]) -> None:
    content = document({"A": schema})
    before = copy.deepcopy(content)
    assert (before, []) == repair(content)


def test_exclusive_bounds_are_numbers_in_openapi_31() -> None:
    right = {"type": "number", "exclusiveMinimum": 0}
    assert right == repaired(
        {"type": "number", "minimum": 0, "exclusiveMinimum": True}, "exclusive-bound", "3.1.0"
    )
    assert {"A": right} == repair(document({"A": right}, "3.1.0"))[0]["components"]["schemas"]


@pytest.mark.parametrize(("default", "expected"), [("null", None), ("b", "b"), ("c", ...), (5, ...)])
def test_a_default_beside_a_reference_is_a_value_of_it(default: Any, expected: Any) -> None:
    enum = {"type": "string", "enum": ["a", "b"]}
    schema = {"allOf": [{"$ref": "#/components/schemas/E"}], "nullable": True, "default": default}
    result = repair(document({"A": schema, "E": enum}))[0]["components"]["schemas"]["A"]
    assert expected == result.get("default", ...)


def test_what_stands_beside_a_reference_is_kept_by_an_all_of() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/E", "nullable": True}}}
    mended = repaired(schema, "siblings-of-reference", E=TEXT)
    assert {"allOf": [{"$ref": "#/components/schemas/E"}], "nullable": True} == mended["properties"]["a"]


def test_an_all_of_around_a_one_of_is_turned_inside_out() -> None:
    first, second = ({"type": "object", "title": f"A{n}", "properties": {f"p{n}": TEXT}} for n in (1, 2))
    more = {"type": "object", "properties": {"role": TEXT}}
    result, changes = repair(
        document(
            {"A": {"allOf": [{"$ref": "#/components/schemas/B"}, more]}, "B": {"oneOf": [first, second]}}
        )
    )
    variants = result["components"]["schemas"]["A"]["oneOf"]
    assert [[first, more], [second, more]] == [variant["allOf"] for variant in variants]
    assert "allof-around-oneof" == changes[0].rule


def test_an_all_of_with_too_many_variants_is_refused() -> None:
    parts = [
        {"oneOf": [{"type": "object", "properties": {f"{n}{m}": TEXT}} for m in "ab"]} for n in range(10)
    ]
    with pytest.raises(DocumentError, match="#/components/schemas/A: an allOf of more than 100 variants"):
        repair(document({"A": {"allOf": parts}}))


def test_a_discriminator_beside_inline_variants_goes() -> None:
    variant = {
        "type": "object",
        "title": "AX",
        "required": ["t"],
        "properties": {"t": {"type": "string", "enum": ["x"]}},
    }
    schema = {"oneOf": [variant], "discriminator": {"propertyName": "t"}}
    assert {"oneOf": [variant]} == repaired(schema, "discriminator-without-schemas")


@pytest.mark.parametrize(
    ("variants", "titles"),
    [
        ([{"t": {"enum": ["json"]}}, {"t": {"enum": ["json_schema"]}}], ["AJson", "AJsonSchema"]),
        ([{"t": {"const": "x"}}, {"t": {"const": "x"}}], ["AVariant1", "AVariant2"]),
        ([{"content": TEXT}, {"tool_calls": TEXT}], ["AWithContent", "AWithToolCalls"]),
        ([{"function": TEXT}], ["AWithFunction"]),
        ([{"a": TEXT, "b": TEXT}, {"a": TEXT}], ["AWithB", "AVariant2"]),
    ],
)
def test_variants_without_a_name_are_told_by_what_sets_them_apart(
    variants: list[Any], titles: list[str]
) -> None:
    schemas = [{"type": "object", "required": list(item), "properties": item} for item in variants]
    mended = repaired({"oneOf": schemas}, "untitled-variant")
    assert titles == [variant["title"] for variant in mended["oneOf"]]


def test_a_dangling_reference_stands_for_any_value() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Nowhere"}}}
    assert {} == repaired(schema, "dangling-reference")["properties"]["a"]


def test_an_error_status_is_no_stream() -> None:
    error = {"$ref": "#/components/schemas/E"}
    stream, failure = ({"text/event-stream": {"schema": schema}} for schema in (TEXT, error))
    responses = {
        "200": {"description": "", "content": stream},
        "500": {"description": "", "content": failure},
    }
    result, changes = repair(document({"E": {"type": "object", "properties": {}}}, responses=responses))
    mended = result["paths"]["/a/{b}"]["get"]["responses"]
    assert {"application/json": {"schema": error}} == mended["500"]["content"]
    assert [error] == mended["200"]["content"]["text/event-stream"][ERROR_EVENTS]
    assert "#/paths/~1a~1{b}/get/responses/500" == changes[0].pointer


@pytest.mark.parametrize(
    ("rule", "operation", "path", "expected"),
    [
        ("undeclared-path-parameter", {"parameters": []}, ("parameters", 0, "name"), "b"),
        ("operation-without-responses", {"responses": {}}, ("responses", "default", "description"), ""),
        (
            "body-without-schema",
            {"requestBody": {"content": {"a/b": {}}}},
            ("requestBody", "content", "a/b", "schema"),
            {},
        ),
    ],
)
def test_an_operation_is_mended(rule: str, operation: Any, path: tuple[Any, ...], expected: Any) -> None:
    result, changes = repair(document({}, **operation))
    value = result["paths"]["/a/{b}"]["get"]
    for key in path:
        value = value[key]
    assert expected == value
    assert [rule] == [change.rule for change in changes]


@pytest.mark.parametrize("path", INTERFACE, ids=lambda path: path.stem)
def test_a_repaired_release_needs_no_further_repair(path: Path) -> None:
    content = load_document(path)
    before = copy.deepcopy(content)
    result, changes = repair(content)
    assert before == content
    assert changes
    assert {change.rule for change in changes} <= set(rule_names())
    check_document(result, path.name)
    assert (result, []) == repair(result)


def test_the_types_of_deep_and_wide_compositions_are_found_at_once() -> None:
    schemas: dict[str, Any] = {
        f"L{n}": {"oneOf": [{"$ref": f"#/components/schemas/L{n + 1}"}] * 3} for n in range(30)
    }
    content = document({**schemas, "L30": TEXT})
    assert {"string"} == Kinds(content)({"$ref": "#/components/schemas/L10"})
