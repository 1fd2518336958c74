"""The document as a client reads it: OpenAPI 3.0's dialect as JSON Schema, unions tried one by one."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tgi_conformance.contract.contract import Contract, as_json_schema, pinned_contract

POINTER = "#/components/schemas/It"


def contract_of(**schemas: Any) -> Contract:
    return Contract({"openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas}})


def fits(schema: Any, value: Any) -> bool:
    return contract_of(It=schema).problem(value, POINTER) is None


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, ["a", None], [1]),
        ({"type": "string", "nullable": False}, ["a"], [None]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, [1], [0]),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": False}, [0], [-1]),
        ({"type": "number", "maximum": 1, "exclusiveMaximum": True}, [0.9], [1]),
        ({"type": "integer", "exclusiveMinimum": True}, [0, -5], ["0"]),
        ({"type": "integer"}, [1, 1.0], [1.5, True, "1"]),
        ({"oneOf": [{"type": "object"}, {"type": "object", "required": ["a"]}]}, [{}, {"a": 1}], [[]]),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, [1, 1.5], ["1"]),
        ({"type": "array", "items": {"type": "string", "nullable": True}}, [["a", None]], [[1]]),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, [{}, {"b": 1}], [{"a": 1}]),
        ({"type": "string", "example": 5, "default": 7}, ["a"], [5]),
        (
            {"allOf": [{"type": "object", "required": ["a"]}, {"required": ["b"]}]},
            [{"a": 1, "b": 1}],
            [{"a": 1}],
        ),
    ],
)
def test_openapi_reads_as_json_schema(schema: Any, good: list[Any], bad: list[Any]) -> None:
    assert [] == [value for value in good if not fits(schema, value)]
    assert [] == [value for value in bad if fits(schema, value)]


STREAMING = [
    *("POST /", "POST /generate_stream", "POST /invocations"),
    *("POST /v1/chat/completions", "POST /v1/completions"),
]
KEYWORDS = [
    "default",
    "example",
    "nullable",
    "oneOf",
    "discriminator",
    "exclusiveMinimum",
    "properties",
    "paths",
]


@pytest.mark.parametrize("name", KEYWORDS)
def test_members_may_have_the_names_of_keywords(name: str) -> None:
    schema = {
        "type": "object",
        "properties": {name: {"type": "string", "nullable": True}},
        "required": [name],
    }

    assert fits(schema, {name: None})
    assert not fits(schema, {})
    assert not fits(schema, {name: 5})


def test_the_result_is_json_schema_and_the_document_is_left_alone() -> None:
    document = pinned_contract().document
    before = repr(document)
    for schema in as_json_schema(document)["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    assert before == repr(document)


def test_references_are_followed() -> None:
    one = contract_of(
        It={"type": "array", "items": {"$ref": "#/components/schemas/Other"}}, Other={"type": "string"}
    )

    assert one.problem(["a"], POINTER) is None
    assert "at $[1]: 5 is not of type 'string'" == one.problem(["a", 5], POINTER)


def test_problems_are_one_short_line() -> None:
    problem = contract_of(It={"type": "string"}).problem([{"a": "\n" * 5000}], POINTER)

    assert problem
    assert len(problem) < 400
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"generated_text": "x", "later_addition": 1}, "#/components/schemas/GenerateResponse"),
        ({"error": "x", "error_type": "y"}, "#/components/schemas/ErrorResponse"),
        ([{"id": 1, "text": "a", "start": 0, "stop": 1}], "#/components/schemas/TokenizeResponse"),
    ],
)
def test_answers_of_tgi_match(value: Any, pointer: str) -> None:
    assert pinned_contract().problem(value, pointer) is None


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({}, "#/components/schemas/GenerateResponse"),
        ({"generated_text": None}, "#/components/schemas/GenerateResponse"),
        ({"error": "x"}, "#/components/schemas/ErrorResponse"),
        ([{"id": "1", "text": "a", "start": 0, "stop": 1}], "#/components/schemas/TokenizeResponse"),
        ("{}", "#/components/schemas/ErrorResponse"),
    ],
)
def test_other_answers_do_not_match(value: Any, pointer: str) -> None:
    assert pinned_contract().problem(value, pointer) is not None


def test_the_pinned_document_has_twelve_operations_and_their_answers() -> None:
    operations = pinned_contract().operations
    missing = [
        pointer
        for operation in operations.values()
        for status in operation.statuses
        for media_type in operation.media_types(status)
        if not pinned_contract().has(pointer := operation.response_pointer(status, media_type))
    ]

    assert 12 == len(operations)
    assert [] == missing
    assert 200 in operations["POST /generate"].statuses
    assert STREAMING == sorted(name for name, operation in operations.items() if operation.streams)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("#/paths/~1generate/post", True),
        ("#/paths/~1generate/post/responses/200/content/application~1json", True),
        ("#/components/schemas/Token/required/0", True),
        ("#/components/schemas/Token/required/99", False),
        ("#/paths/~1nope", False),
        ("#/openapi/deeper", False),
    ],
)
def test_pointers_are_resolved(pointer: str, expected: bool) -> None:
    assert expected is pinned_contract().has(pointer)
