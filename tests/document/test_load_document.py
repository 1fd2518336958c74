"""A stranger's document is read within limits, or refused in one line that names the place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgi_common.json_text import MAX_DEPTH, MAX_VALUES
from tgi_document.errors import DocumentError
from tgi_document.json_text import MAX_BYTES
from tgi_document.load import dangling_references, load_document, parse_document
from tgi_document.operations import operations
from tgi_document.pinned import require_tgi, structure

if TYPE_CHECKING:
    from pathlib import Path

OPERATION = {"responses": {"200": {"description": "It went well."}}}


def document(**more: Any) -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {"title": "A", "version": "1"},
        "paths": {"/a": {"get": OPERATION}},
        **more,
    }


def schemas(**named: Any) -> dict[str, Any]:
    return document(components={"schemas": named})


def refusal(data: bytes | dict[str, Any]) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_document(data if isinstance(data, bytes) else json.dumps(data).encode(), "FILE")
    message = str(caught.value)
    assert message.startswith("FILE: ")
    assert message.isprintable()
    return message.removeprefix("FILE: ")


CONVERT = "swagger2openapi, for one, converts documents"


@pytest.mark.parametrize("version", ["3.0.0", "3.0.3", "3.1.0", "3.1"])
def test_takes_documents_of_the_versions_in_use(version: str) -> None:
    value = document(openapi=version)
    assert value == parse_document(json.dumps(value).encode(), "FILE")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty, expected an OpenAPI document in JSON or YAML"),
        (b" \n", "empty, expected an OpenAPI document in JSON or YAML"),
        (b"<html></html>", "HTML or XML, expected an OpenAPI document in JSON or YAML"),
        (b"openapi: 3.0.3\n", "#/paths: missing or empty, expected at least one path"),
        (b"plain text", "a string, expected an OpenAPI document (a JSON object)"),
        (b'{"openapi": "3.0', "truncated: ends at byte 16 in the midst of a value, expected JSON to its end"),
        (b'{"openapi": ', "truncated: ends at byte 12 in the midst of a value, expected JSON to its end"),
        (b'{"a" 1}', "byte 5: not JSON (Expecting ':' delimiter)"),
        ('{"é" 1}'.encode(), "byte 6: not JSON (Expecting ':' delimiter)"),
        (b'{"a": 1} {', "byte 9: not JSON (Extra data)"),
        (b'{"a": "\xff"}', "byte 7: no UTF-8, expected JSON or YAML in UTF-8"),
        (b"[]", "a list, expected an OpenAPI document (a JSON object)"),
        (b"null", "null, expected an OpenAPI document (a JSON object)"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', '#/a: holds "b" twice, expected each member once'),
        (b'{"a": [1, NaN]}', "#/a/1: NaN is not a JSON value"),
        (b'{"a/b": -Infinity}', "#/a~1b: -Infinity is not a JSON value"),
        (b'{"a": 1e999}', "#/a: 1e999 is not a number that a double can hold"),
        (b'{"a": ' + b"9" * 5000 + b"}", "#/a: an integer of 5000 digits, expected at most 100"),
        (b'{"a": "\\ud800"}', "#/a: half a surrogate pair, expected whole characters"),
        (
            b'{"swagger": "2.0"}',
            f'OpenAPI 2 (swagger "2.0"), expected OpenAPI 3.0 or 3.1; {CONVERT}',
        ),
        (b"{}", "#/openapi: missing, expected an OpenAPI document, version 3.0 or 3.1"),
        (b'{"openapi": "4.0.0"}', '#/openapi: version "4.0.0", expected 3.0 or 3.1'),
        (b'{"openapi": "3.0.3"}', "#/paths: missing or empty, expected at least one path"),
        (b'{"openapi": "3.0.3", "paths": {}}', "#/paths: missing or empty, expected at least one path"),
    ],
)
def test_refuses_what_is_no_document(data: bytes, expected: str) -> None:
    assert expected == refusal(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b" " * (MAX_BYTES + 1), f"{MAX_BYTES + 1} bytes, expected a document of at most {MAX_BYTES} bytes"),
        (b"[" * 2_000_000, "more than 200000 values"),
        (b"[" * (MAX_DEPTH + 1), "nested deeper than 100 levels"),
        (b'{"a":' * (MAX_DEPTH + 1), "nested deeper than 100 levels"),
        (b"[" + b"0," * (MAX_VALUES + 1) + b"0]", "more than 200000 values"),
    ],
)
def test_bounds_size_depth_and_number(data: bytes, expected: str) -> None:
    assert expected in refusal(data)


def test_takes_the_deepest_that_it_allows() -> None:
    data = b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}"
    assert "#/openapi: missing, expected an OpenAPI document, version 3.0 or 3.1" == refusal(data)


@pytest.mark.parametrize("text", ["[" * 200, '"' + "{" * 200, "\\" + "[" * 200, ",[{" * 100])
def test_counts_no_brackets_inside_of_strings(text: str) -> None:
    value = document(info={"title": text, "version": "1"})
    assert value == parse_document(json.dumps(value).encode(), "FILE")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (document(paths={"/a": 5}), "#/paths/~1a: a number, expected an object"),
        (document(paths={"/a": {"get": []}}), "#/paths/~1a/get: a list, expected an object"),
        (document(components=[]), "#/components: a list, expected an object"),
        (schemas(A="x"), "#/components/schemas/A: a string, expected an object"),
        (schemas(A={"properties": []}), "#/components/schemas/A/properties: a list, expected an object"),
        (
            schemas(A={"type": 1}),
            "#/components/schemas/A/type: a number, expected a string or a list of strings",
        ),
        (
            schemas(A={"required": [1]}),
            "#/components/schemas/A/required: a list, expected a boolean or a list of strings",
        ),
        (schemas(A={"oneOf": {}}), "#/components/schemas/A/oneOf: an object, expected a list of schemas"),
        (schemas(A={"enum": "a"}), "#/components/schemas/A/enum: a string, expected a list"),
        (schemas(A={"$ref": 1}), "#/components/schemas/A/$ref: a number, expected a string"),
    ],
)
def test_refuses_keywords_of_the_wrong_type(value: dict[str, Any], expected: str) -> None:
    assert expected == refusal(value)


@pytest.mark.parametrize(
    "reference",
    ["http://host/a.json", "file:///etc/passwd", "other.json#/A", "../a", "#A", "#", "", "//host/a"],
)
def test_refuses_references_that_lead_out(reference: str) -> None:
    message = refusal(schemas(A={"type": "array", "items": {"$ref": reference}}))
    assert (
        f'#/components/schemas/A/items: $ref "{reference}" leads out of the document, '
        "expected a reference of the form #/…"
    ) == message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (schemas(A={"$dynamicRef": "http://host"}), '$dynamicRef "http://host" leads out of the document'),
        (
            schemas(A={"discriminator": {"propertyName": "t", "mapping": {"a": "http://host/a"}}}),
            '#/components/schemas/A/discriminator/mapping: "http://host/a" leads out of the document',
        ),
        (schemas(A={"$ref": "#/components/schemas/A"}), "leads only to references, expected a definition"),
        (
            schemas(A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"}),
            "leads only to references, expected a definition",
        ),
        (schemas(A={"$ref": "#/info/title"}), '$ref "#/info/title" leads to a string, expected an object'),
    ],
)
def test_refuses_references_that_mean_nothing(value: dict[str, Any], expected: str) -> None:
    assert expected in refusal(value)


@pytest.mark.parametrize("keyword", ["$recursiveRef", "$dynamicRef"])
@pytest.mark.parametrize("reference", ["#", "#node"])
def test_takes_references_whose_meaning_depends_on_where_they_are_used(keyword: str, reference: str) -> None:
    value = schemas(A={"type": "array", "items": {keyword: reference}})
    assert value == parse_document(json.dumps(value).encode(), "FILE")


def test_tells_the_method_options_from_another_keyword_of_that_name() -> None:
    value = schemas(A={"properties": {"a": {"type": "string", "options": ["x"]}}})
    assert value == parse_document(json.dumps(value).encode(), "FILE")
    shared = {"/a": {"$ref": "#/components/pathItems/A"}}
    spoilt = document(paths=shared, components={"pathItems": {"A": {"options": []}}})
    assert "#/components/pathItems/A/options: a list, expected an object" == refusal(spoilt)


def test_lists_references_that_lead_nowhere() -> None:
    value = schemas(A={"items": {"$ref": "#/components/schemas/B"}}, C={"$ref": "#/components/schemas/A"})
    loaded = parse_document(json.dumps(value).encode(), "FILE")
    assert [("#/components/schemas/A/items", "#/components/schemas/B")] == dangling_references(loaded)


def test_tells_references_from_data_and_names() -> None:
    value = schemas(
        A={
            "properties": {"$ref": {"type": "string"}},
            "example": {"$ref": "http://host"},
            "default": {"$ref": 1},
        }
    )
    assert value == parse_document(json.dumps(value).encode(), "FILE")


@pytest.mark.parametrize(("length", "is_taken"), [(40, True), (20_000, False)])
def test_follows_references_a_short_way(length: int, is_taken: bool) -> None:
    chain = {f"S{index}": {"$ref": f"#/components/schemas/S{index + 1}"} for index in range(length)}
    value = schemas(**chain, **{f"S{length}": {"items": {"$ref": f"#/components/schemas/S{length}"}}})
    if is_taken:
        assert [] == dangling_references(parse_document(json.dumps(value).encode(), "FILE"))
    else:
        assert "leads only to references, expected a definition" in refusal(value)


def test_shows_nothing_of_a_stranger_as_it_stands() -> None:
    name = "\x1b[31m\u202e" + "x" * 5000
    message = refusal(json.dumps(schemas(**{name: 1})).encode())
    assert r"\u{1b}[31m\u{202e}" in message
    assert len(message) < 1500


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_document_or_a_document_error(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_document(data, "FILE")


def test_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"absent\.json: cannot be read"):
        load_document(tmp_path / "absent.json")


def test_structure_leaves_prose_out_and_names_in() -> None:
    schema = {
        "description": "Prose.",
        "title": "Prose",
        "properties": {"description": {"type": "string", "description": "Prose."}},
        "example": {"description": "data"},
    }
    assert {
        "properties": {"description": {"type": "string"}},
        "example": {"description": "data"},
    } == structure(schemas(A=schema))["components"]["schemas"]["A"]


def test_operations_are_found_behind_references() -> None:
    value = document(
        paths={"/a": {"$ref": "#/components/pathItems/A"}, "x-note": {"get": OPERATION}},
        components={"pathItems": {"A": {"post": OPERATION}}},
    )
    assert {("/a", "post"): OPERATION} == operations(value)


def test_tells_a_tgi_from_another_server() -> None:
    require_tgi(document(paths={"/generate": {"post": OPERATION}}), "URL")
    with pytest.raises(
        DocumentError, match=r"^URL: no TGI's document, expected at least one of its operations"
    ):
        require_tgi(document(), "URL")
