"""Each change is found once, and classified by the clients it breaks in the direction of its use."""

from __future__ import annotations

from typing import Any

import pytest

from tgi_document.changes import Direction
from tgi_document.diff import diff

CALLERS, READERS, BOTH, NOBODY = (
    "breaking for callers",
    "breaking for readers",
    "breaking for callers and readers",
    "compatible",
)

Json = dict[str, Any]


def document(schemas: Json | None = None, **operation: Any) -> Json:
    """Give a document with one operation, that sends `Sent`, gets `Got`, and does both with `Both`."""
    schemas = {"Sent": {}, "Got": {}, "Both": {}, **(schemas or {})}
    body = {"oneOf": [reference("Sent"), reference("Both")]}
    answer = {"oneOf": [reference("Got"), reference("Both")]}
    post = {
        "operationId": "generate",
        "requestBody": {"content": {"application/json": {"schema": body}}, "required": True},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": answer}}}},
        **operation,
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "A", "version": "1"},
        "paths": {"/generate": {"post": {key: value for key, value in post.items() if value is not None}}},
        "components": {"schemas": schemas},
    }


def reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def told(old: Json, new: Json) -> list[tuple[str, str, str]]:
    """Give kind, place and severity of each change."""
    return [(change.kind, change.place, change.severity) for change in diff(old, new)]


def of(schema: Any) -> Json:
    """Give an object with a member `m` of the schema."""
    return {"type": "object", "properties": {"m": schema}}


STRING, INTEGER, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
PLAIN = {"type": "object", "properties": {"m": STRING}}
MORE = {"type": "object", "properties": {"m": STRING, "n": STRING}}
REQUIRED = {**PLAIN, "required": ["m"]}
TAGGED = [of({"type": "string", "enum": [tag]}) for tag in "abc"]

# Which clients a change breaks in a request and in a response, and which the reverse change does.
WIDENS = (NOBODY, READERS, CALLERS, NOBODY)
REPLACES = (CALLERS, READERS, CALLERS, READERS)
CLOSES = (CALLERS, NOBODY, NOBODY, READERS)
ANOTHER_DEFAULT = (CALLERS, NOBODY, CALLERS, NOBODY)
HARMLESS = (NOBODY, NOBODY, NOBODY, NOBODY)


def string(**more: Any) -> Json:
    return of({**STRING, **more})


def integer(**more: Any) -> Json:
    return of({**INTEGER, **more})


def array(**more: Any) -> Json:
    return of({"type": "array", **more})


RULES: dict[str, tuple[Any, Any, str, tuple[str, str, str, str]]] = {
    "type": (string(), integer(), "type changed", REPLACES),
    "wider type": (integer(), of(NUMBER), "type changed", WIDENS),
    "any type": (integer(), of({}), "type changed", WIDENS),
    "integer format": (integer(format="int32"), integer(format="int64"), "format changed", WIDENS),
    "other format": (string(format="date"), string(format="uuid"), "format changed", REPLACES),
    "no format": (string(format="uuid"), string(), "format changed", WIDENS),
    "nullable": (string(), string(nullable=True), "nullable changed", WIDENS),
    "no enum": (string(enum=["a"]), string(), "enum changed", WIDENS),
    "minimum": (integer(minimum=1), integer(minimum=0), "constraint changed", WIDENS),
    "no minimum": (integer(minimum=1), integer(), "constraint changed", WIDENS),
    "maximum": (integer(maximum=4), integer(maximum=5), "constraint changed", WIDENS),
    "exclusive": (integer(exclusiveMinimum=0), integer(minimum=0), "constraint changed", WIDENS),
    "flag": (integer(maximum=1, exclusiveMaximum=True), integer(maximum=1), "constraint changed", WIDENS),
    "length": (string(maxLength=4), string(maxLength=5), "constraint changed", WIDENS),
    "number of items": (array(minItems=1), array(), "constraint changed", WIDENS),
    "pattern": (string(pattern="a"), string(pattern="b"), "constraint changed", REPLACES),
    "unknown word": (string(contentWord=1), string(), "constraint changed", WIDENS),
    "default": (integer(default=1), integer(default=2), "default changed", ANOTHER_DEFAULT),
    "told default": (integer(), integer(default=2), "default changed", HARMLESS),
    "optional": (REQUIRED, PLAIN, "requiredness changed", WIDENS),
    "closed": (PLAIN, {**PLAIN, "additionalProperties": False}, "additional members changed", CLOSES),
    "additional": (
        {"additionalProperties": STRING},
        {"additionalProperties": INTEGER},
        "type changed",
        REPLACES,
    ),
    "items": (array(items=INTEGER), array(items=NUMBER), "type changed", WIDENS),
}


def swapped(schemas: tuple[Any, Any], name: str) -> tuple[Json, Json]:
    old, new = (document({name: schema}) for schema in schemas)
    return old, new


@pytest.mark.parametrize("rule", RULES)
def test_direction_decides_which_clients_a_change_breaks(rule: str) -> None:
    old, new, kind, (sent, got, sent_back, got_back) = RULES[rule]
    for name, there, back in (("Sent", sent, sent_back), ("Got", got, got_back)):
        for schemas, expected in (((old, new), there), ((new, old), back)):
            changes = diff(*swapped(schemas, name))
            assert [(name, kind, expected)] == [
                (change.where, change.kind, change.severity) for change in changes
            ]


@pytest.mark.parametrize(
    ("old", "new", "sent", "got"),
    [
        (PLAIN, MORE, ("member added", NOBODY), ("member added", NOBODY)),
        (
            PLAIN,
            {**MORE, "required": ["n"]},
            ("required member added", CALLERS),
            ("required member added", NOBODY),
        ),
        (MORE, PLAIN, ("member removed", CALLERS), ("member removed", READERS)),
        (
            of({**STRING, "enum": ["a"]}),
            of({**STRING, "enum": ["a", "b"]}),
            ("enum values added", NOBODY),
            ("enum values added", READERS),
        ),
        (
            of({**STRING, "enum": ["a", "b"]}),
            of({**STRING, "enum": ["b"]}),
            ("enum values removed", CALLERS),
            ("enum values removed", NOBODY),
        ),
        (
            {"oneOf": TAGGED[:2]},
            {"oneOf": TAGGED},
            ("alternative added", NOBODY),
            ("alternative added", READERS),
        ),
        (
            {"oneOf": TAGGED},
            {"anyOf": TAGGED[1:]},
            ("alternative removed", CALLERS),
            ("alternative removed", NOBODY),
        ),
        (STRING, {"oneOf": [INTEGER, STRING]}, ("alternative added", NOBODY), ("alternative added", READERS)),
        (
            {"oneOf": [INTEGER, STRING]},
            INTEGER,
            ("alternative removed", CALLERS),
            ("alternative removed", NOBODY),
        ),
        (
            {"allOf": [{"not": STRING}, {"not": INTEGER}]},
            {"allOf": [{"not": INTEGER}, {"not": STRING}, {"not": NUMBER}]},
            ("allOf part added", CALLERS),
            ("allOf part added", NOBODY),
        ),
        (
            {"type": "array"},
            {"type": "array", "items": STRING},
            ("items added", CALLERS),
            ("items added", NOBODY),
        ),
    ],
)
def test_what_comes_and_goes(old: Any, new: Any, sent: tuple[str, str], got: tuple[str, str]) -> None:
    for name, expected in (("Sent", sent), ("Got", got)):
        changes = diff(*swapped((old, new), name))
        assert [expected] == [(change.kind, change.severity) for change in changes]


def test_a_schema_used_in_both_directions_is_told_once() -> None:
    changes = diff(document({"Both": MORE}), document({"Both": PLAIN}))
    assert [
        ("member removed", "Both", "n", BOTH, Direction.BOTH, "#/components/schemas/Both/properties/n")
    ] == [
        (change.kind, change.where, change.place, change.severity, change.direction, change.pointer)
        for change in changes
    ]


def test_a_schema_used_by_no_operation_breaks_nobody() -> None:
    assert [("type changed", "m", NOBODY)] == told(
        document({"Other": of(STRING)}), document({"Other": of(INTEGER)})
    )


def test_a_change_behind_a_recursive_reference_is_told_once() -> None:
    def tree(schema: Any) -> Json:
        branches = {"type": "array", "items": reference("Got")}
        return document({"Got": {"properties": {"branches": branches, "m": schema, "up": reference("Got")}}})

    assert [("type changed", "m", READERS)] == told(tree(STRING), tree(INTEGER))


PARAMETER = {"name": "limit", "in": "query", "schema": INTEGER}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"operationId": "create"}, ("operationId changed", "operationId", CALLERS)),
        ({}, {"tags": ["a"]}, ("tags changed", "tags", NOBODY)),
        ({}, {"deprecated": True}, ("deprecated changed", "deprecated", NOBODY)),
        ({}, {"parameters": [PARAMETER]}, ("parameter added", "parameter limit", NOBODY)),
        (
            {},
            {"parameters": [{**PARAMETER, "required": True}]},
            ("required parameter added", "parameter limit", CALLERS),
        ),
        ({"parameters": [PARAMETER]}, {}, ("parameter removed", "parameter limit", CALLERS)),
        (
            {"parameters": [PARAMETER]},
            {"parameters": [{**PARAMETER, "required": True}]},
            ("requiredness changed", "parameter limit", CALLERS),
        ),
        (
            {"parameters": [{**PARAMETER, "required": True}]},
            {"parameters": [PARAMETER]},
            ("requiredness changed", "parameter limit", NOBODY),
        ),
        (
            {"parameters": [PARAMETER]},
            {"parameters": [{**PARAMETER, "schema": STRING}]},
            ("type changed", "parameter limit", CALLERS),
        ),
        (
            {"parameters": [PARAMETER]},
            {"parameters": [{**PARAMETER, "explode": False}]},
            ("serialization changed", "parameter limit", CALLERS),
        ),
        (
            {"requestBody": None},
            {"requestBody": {"content": {}}},
            ("request body added", "request body", NOBODY),
        ),
        (
            {"requestBody": None},
            {"requestBody": {"content": {}, "required": True}},
            ("request body added", "request body", CALLERS),
        ),
        (
            {"requestBody": {"content": {}}},
            {"requestBody": None},
            ("request body removed", "request body", CALLERS),
        ),
        (
            {"requestBody": {"content": {}}},
            {"requestBody": {"content": {}, "required": True}},
            ("requiredness changed", "request body", CALLERS),
        ),
        (
            {"requestBody": {"content": {"text/plain": {}}}},
            {"requestBody": {"content": {"text/plain": {}, "text/csv": {}}}},
            ("media type added", "request body text/csv", NOBODY),
        ),
        (
            {"requestBody": {"content": {"text/plain": {}, "text/csv": {}}}},
            {"requestBody": {"content": {"text/plain": {}}}},
            ("media type removed", "request body text/csv", CALLERS),
        ),
        (
            {"responses": {"200": {}}},
            {"responses": {"200": {}, "422": {}}},
            ("status added", "status 422", NOBODY),
        ),
        (
            {"responses": {"200": {}, "422": {}}},
            {"responses": {"200": {}}},
            ("status removed", "status 422", NOBODY),
        ),
        (
            {"responses": {"200": {}}},
            {"responses": {"200": {}, "202": {}}},
            ("status added", "status 202", READERS),
        ),
        (
            {"responses": {"200": {}, "202": {}}},
            {"responses": {"202": {}}},
            ("status removed", "status 200", READERS),
        ),
        (
            {"responses": {"200": {"content": {"text/plain": {}}}}},
            {"responses": {"200": {"content": {"text/plain": {}, "text/event-stream": {}}}}},
            ("media type added", "status 200 text/event-stream", NOBODY),
        ),
        (
            {"responses": {"200": {"content": {"text/plain": {}, "text/event-stream": {}}}}},
            {"responses": {"200": {"content": {"text/plain": {}}}}},
            ("media type removed", "status 200 text/event-stream", READERS),
        ),
        (
            {"responses": {"200": {"headers": {"x-a": {"schema": STRING}}}}},
            {"responses": {"200": {"headers": {}}}},
            ("header removed", "status 200 header x-a", READERS),
        ),
        (
            {"responses": {"200": {"headers": {"x-a": {"schema": STRING}}}}},
            {"responses": {"200": {"headers": {"x-a": {"schema": INTEGER}}}}},
            ("type changed", "status 200 header x-a", READERS),
        ),
        ({}, {"security": [{"key": []}]}, ("security changed", "security", CALLERS)),
        (
            {"security": [{"key": []}]},
            {"security": [{"key": []}, {}]},
            ("security changed", "security", NOBODY),
        ),
        ({}, {"callbacks": {"done": {"{$url}": {"post": {}}}}}, ("callbacks changed", "callbacks", READERS)),
    ],
)
def test_changes_of_an_operation(old: Json, new: Json, expected: tuple[str, str, str]) -> None:
    changes = diff(document(**old), document(**new))
    assert [("POST /generate", *expected)] == [
        (change.where, change.kind, change.place, change.severity) for change in changes
    ]


def test_operations_come_and_go() -> None:
    old, new = document(), document()
    new["paths"]["/info"] = {"get": {"operationId": "info", "responses": {}}}
    there, back = diff(old, new), diff(new, old)
    assert [("operation added", "GET /info", NOBODY, None, "info")] == [
        (change.kind, change.where, change.severity, change.old, change.new) for change in there
    ]
    assert [("operation removed", "GET /info", CALLERS, "info", None)] == [
        (change.kind, change.where, change.severity, change.old, change.new) for change in back
    ]


def test_security_of_the_whole_document_counts_and_so_do_its_schemes() -> None:
    old, new = document(), document()
    new["security"] = [{"key": []}]
    assert [("security changed", "security", CALLERS)] == told(old, new)
    old["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "basic"}}
    new["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    assert ("security scheme changed", "", CALLERS) in told(old, new)


def test_a_renamed_schema_is_told_once_and_its_changes_are_too() -> None:
    def users(name: str, schema: Json) -> Json:
        got = {"properties": {"a": reference(name), "b": {"type": "array", "items": reference(name)}}}
        return document({"Got": got, name: schema})

    assert [("schema renamed", "", NOBODY)] == told(users("Old", MORE), users("New", MORE))
    changes = diff(users("Old", MORE), users("New", {**MORE, "required": ["m"]}))
    assert {("schema renamed", "New"), ("requiredness changed", "New")} == {
        (change.kind, change.where) for change in changes
    }


def test_a_reference_turned_to_another_definition_is_one_change() -> None:
    schemas = {"A": MORE, "B": of(INTEGER)}
    old = document({**schemas, "Got": of(reference("A"))})
    new = document({**schemas, "Got": of(reference("B"))})
    changes = diff(old, new)
    assert [("type changed", "Got", "m", "A", "B", READERS)] == [
        (change.kind, change.where, change.place, change.old, change.new, change.severity)
        for change in changes
    ]


def test_a_reference_that_leads_nowhere_is_told() -> None:
    old, new = document({"Got": of(reference("A")), "A": MORE}), document({"Got": of(reference("A"))})
    assert [("m", "A", "A (not defined)", READERS)] == [
        (change.place, change.old, change.new, change.severity) for change in diff(old, new) if change.place
    ]


def test_a_schema_written_in_place_equals_its_definition() -> None:
    old, new = document({"Got": of(MORE)}), document({"Got": of(reference("More")), "More": MORE})
    assert [("schema added", "", NOBODY)] == told(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({**STRING, "nullable": True}, {"type": ["string", "null"]}),
        ({**STRING, "nullable": True}, {"anyOf": [STRING, {"type": "null"}]}),
        (
            {"allOf": [reference("Other")], "nullable": True},
            {"oneOf": [{"type": "null"}, reference("Other")]},
        ),
        ({"allOf": [reference("Other")]}, reference("Other")),
        ({"allOf": [PLAIN, {"properties": {"n": STRING}}]}, MORE),
        ({**INTEGER, "minimum": 0, "exclusiveMinimum": True}, {**INTEGER, "exclusiveMinimum": 0}),
        ({**INTEGER, "minimum": 0, "exclusiveMinimum": 0}, {**INTEGER, "exclusiveMinimum": 0}),
        ({**INTEGER, "minimum": 0}, {**INTEGER, "minimum": 0.0}),
        ({**INTEGER, "default": "1024"}, {**INTEGER, "default": 1024}),
        ({"type": "boolean", "default": "true"}, {"type": "boolean", "default": True}),
        ({**INTEGER, "default": "null", "nullable": True}, {**INTEGER, "default": None, "nullable": True}),
        ({**STRING, "enum": ["a"]}, {**STRING, "const": "a"}),
        ({**STRING, "enum": ["a", "b"]}, {**STRING, "enum": ["b", "a"]}),
        ({"oneOf": TAGGED}, {"oneOf": TAGGED[::-1]}),
        ({**MORE, "required": ["m", "n"]}, {**MORE, "required": ["n", "m"]}),
        ({**MORE, "description": "Prose.", "title": "T", "example": 1}, MORE),
        ({**MORE, "additionalProperties": True}, MORE),
        (
            {"allOf": [{"oneOf": TAGGED[:2]}, {"properties": {"n": STRING}}]},
            {"oneOf": [{"allOf": [tagged, {"properties": {"n": STRING}}]} for tagged in TAGGED[:2]]},
        ),
    ],
)
def test_other_ways_to_write_one_thing_are_no_change(old: Any, new: Any) -> None:
    before, after = (document({"Both": of(schema), "Other": MORE}) for schema in (old, new))
    assert [] == told(before, after)


def test_an_object_that_became_a_choice_gained_an_alternative() -> None:
    """As `Message` did between TGI 3.0 and 3.3: what was valid stays valid."""
    old = {
        "type": "object",
        "required": ["role", "content"],
        "properties": {"role": STRING, "content": STRING},
    }
    content = {"type": "object", "required": ["content"], "properties": {"content": STRING}}
    calls = {
        "type": "object",
        "required": ["calls"],
        "properties": {"calls": {"type": "array", "items": STRING}},
    }
    role = {"type": "object", "required": ["role"], "properties": {"role": STRING}}
    new = {"allOf": [reference("Body"), role]}
    before, after = document({"Sent": old}), document({"Sent": new, "Body": {"oneOf": [content, calls]}})
    assert [("alternative added", "alternative 1", NOBODY), ("schema added", "", NOBODY)] == told(
        before, after
    )
