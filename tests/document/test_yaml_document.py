"""YAML is read as the JSON that OpenAPI takes it for, within the limits of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Reply

from tgi_common.json_text import MAX_DEPTH, MAX_VALUES
from tgi_document.errors import DocumentError
from tgi_document.fetch import fetch_document
from tgi_document.load import load_document
from tgi_document.yaml_text import parse_yaml

if TYPE_CHECKING:
    from tests.conftest import Site

DATA = Path(__file__).parent.parent / "data"
DOCUMENTS = sorted([*(DATA / "documents").glob("*.json"), *(DATA / "interface").glob("*.json")])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_the_same_in_yaml_as_in_json(path: Path, tmp_path: Path) -> None:
    expected = load_document(path)
    written = tmp_path / "document.yaml"
    written.write_text(yaml.safe_dump(expected, allow_unicode=True, sort_keys=False))
    assert expected == load_document(written)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: on\nb: yes\nc: 2024-01-01\nd: 1:20", {"a": "on", "b": "yes", "c": "2024-01-01", "d": "1:20"}),
        ("a: true\nb: ~\nc:\nd: 'true'", {"a": True, "b": None, "c": None, "d": "true"}),
        ("a: 010\nb: 0o10\nc: 0x10\nd: -1", {"a": 10, "b": 8, "c": 16, "d": -1}),
        ("a: 1.5\nb: 1e3\nc: .5\nd: '1'", {"a": 1.5, "b": 1000.0, "c": 0.5, "d": "1"}),
        ("200: a\nno: b\n1.5: c", {"200": "a", "no": "b", "1.5": "c"}),
        ("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}", {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}),
        ("a: &x {b: 1}\nc: {b: 2, <<: [*x, {f: 3}]}", {"a": {"b": 1}, "c": {"b": 2, "f": 3}}),
        ("a: '<<'\n'<<': b", {"a": "<<", "<<": "b"}),
        (
            "openapi: 3.1\ninfo: {version: 1.10, title: 2}",
            {"openapi": "3.1", "info": {"version": "1.10", "title": "2"}},
        ),
    ],
)
def test_scalars_are_those_of_json(text: str, expected: Any) -> None:
    assert expected == parse_yaml(text, "FILE")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1", "line 2, column 1: not YAML (did not find expected ',' or ']')"),
        ("a: 1\na: 2", '#: holds "a" twice, expected each member once'),
        ("a:\n  - {b: 1, b: 2}", '#/a/0: holds "b" twice, expected each member once'),
        ("a: .nan", "#/a: .nan is not a JSON value"),
        ("a: 1e999", "#/a: 1e999 is not a number that a double can hold"),
        ('a: "\\ud800"', "not YAML (found invalid Unicode character escape code)"),
        ("a: " + "9" * 5000, "#/a: an integer of 5000 digits, expected at most 100"),
        ("a: !!python/object/apply:os.system ['true']", '#/a: the tag "tag:yaml.org,2002:python/'),
        ("a: !own b", '#/a: the tag "!own", expected a value of JSON'),
        ("? [1, 2]\n: 3", "#: a key that is not text"),
        ("a: 1\n---\nb: 2", "not YAML (but found another document)"),
        ("a: &a [*a]", f"nested deeper than {MAX_DEPTH} levels"),
        ("[" * 200, f"nested deeper than {MAX_DEPTH} levels"),
        ("- a\n" * (2 * MAX_VALUES + 10), f"more than {MAX_VALUES} values"),
        ("a: *b", "not YAML (found undefined alias"),
    ],
)
def test_refuses_what_is_no_yaml_or_no_json(text: str, expected: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml(text, "FILE")
    assert expected in str(caught.value)
    assert str(caught.value).startswith("FILE: ")


def test_aliases_count_as_what_they_stand_for() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(DocumentError, match=f"more than {MAX_VALUES} values"):
        parse_yaml("\n".join(lines), "FILE")


@given(st.text(max_size=200))
def test_any_text_is_a_value_or_a_document_error(text: str) -> None:
    try:
        problem = json.dumps(parse_yaml(text, "FILE"), allow_nan=False)
    except DocumentError as error:
        problem = str(error)
    assert problem.isprintable()


def test_a_document_that_a_server_serves_may_be_yaml(site: Site) -> None:
    operation = "{responses: {200: {description: d}}}"
    text = f"openapi: 3.0.3\ninfo: {{title: t, version: 1}}\npaths: {{/a: {{get: {operation}}}}}"
    site.replies["/api/spec.yaml"] = Reply(text.encode())
    found = fetch_document(f"{site.url}/api/spec.yaml")
    assert {"200": {"description": "d"}} == found.document["paths"]["/a"]["get"]["responses"]
