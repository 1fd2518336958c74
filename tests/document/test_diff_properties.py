"""What holds of the comparison of any two documents: real ones, generated ones, ones with a keyword less."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgi_document.diff import diff
from tgi_document.load import load_document, parse_document
from tgi_document.pinned import PROSE, structure
from tgi_document.walk import Role, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERFACES = sorted((Path(__file__).parents[1] / "data" / "interface").glob("*.json"))

Json = dict[str, Any]

SILENT = {*PROSE, "example"}
"""Keywords that say nothing about what is sent and answered."""


def reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def test_prose_and_examples_of_a_real_document_are_no_changes() -> None:
    old = load_document(INTERFACES[-1])
    new = structure(old)
    new["info"]["description"] = "Prose."
    new["paths"]["/generate"]["post"]["summary"] = "Prose."
    assert [] == diff(old, new)


@pytest.mark.parametrize(
    "pair", list(itertools.permutations(INTERFACES, 2)), ids=lambda pair: "-".join(p.stem for p in pair)
)
def test_every_pair_of_releases_can_be_compared(pair: tuple[Path, Path]) -> None:
    changes = diff(load_document(pair[0]), load_document(pair[1]))
    assert changes
    keys = [(change.kind, change.pointer, repr(change.old), repr(change.new)) for change in changes]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("path", INTERFACES, ids=lambda path: path.stem)
def test_a_document_did_not_change_against_itself_however_it_is_ordered(path: Path) -> None:
    old = load_document(path)
    assert [] == diff(old, json.loads(json.dumps(old, sort_keys=True)))


names = st.sampled_from("ABCDE")
leaves = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "number", "boolean"])},
    optional={
        "nullable": st.booleans(),
        "enum": st.lists(st.integers() | st.text(max_size=3) | st.none(), min_size=1, max_size=3),
        "minimum": st.integers(0, 9),
        "exclusiveMinimum": st.booleans() | st.integers(0, 9),
        "default": st.none() | st.integers(0, 9) | st.text(max_size=3),
        "format": st.sampled_from(["int32", "double", "uuid"]),
    },
)
any_schema = st.recursive(
    leaves | names.map(reference) | st.just({}) | st.booleans(),
    lambda inner: (
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries(
            {"oneOf": st.lists(inner, min_size=1, max_size=3)}, optional={"nullable": st.booleans()}
        )
        | st.fixed_dictionaries({"type": st.just("array")}, optional={"items": inner})
        | st.fixed_dictionaries(
            {"properties": st.dictionaries(names, inner, max_size=3)},
            optional={
                "required": st.lists(names, unique=True),
                "additionalProperties": inner,
                "type": st.just("object"),
            },
        )
    ),
    max_leaves=8,
)
any_schemas = st.fixed_dictionaries(
    {
        name: any_schema.filter(lambda schema: not isinstance(schema, dict) or "$ref" not in schema)
        for name in "ABCDE"
    }
)


def using(schemas: Json) -> Json:
    both = {"application/json": {"schema": {"properties": {name: reference(name) for name in schemas}}}}
    operation = {"requestBody": {"content": both}, "responses": {"200": {"description": "", "content": both}}}
    value = {
        "openapi": "3.0.3",
        "paths": {"/generate": {"post": operation}},
        "components": {"schemas": schemas},
    }
    return parse_document(json.dumps(value).encode(), "generated")


@given(any_schemas)
def test_nothing_changed_against_itself(schemas: Json) -> None:
    assert [] == diff(using(schemas), using(copy.deepcopy(schemas)))


@given(any_schemas, any_schemas)
def test_any_two_documents_can_be_compared(old: Json, new: Json) -> None:
    there, back = diff(using(old), using(new)), diff(using(new), using(old))
    assert bool(there) == bool(back)


def keywords(document: Json) -> Iterator[tuple[list[Any], str]]:
    """Give the first three places of each keyword that says something, as keys, and the keyword."""
    told: dict[str, int] = {}
    for node in walk(document):
        for key in node.value if node.role is Role.KEYWORDS else ():
            told[key] = told.get(key, 0) + 1
            if key not in SILENT and told[key] <= 3:
                keys, path = [], node.path
                while path:
                    path, name = path
                    keys.append(name)
                if keys and keys[-1] in {"paths", "components"}:
                    yield (keys[::-1], key)


def test_no_keyword_of_a_real_document_goes_unnoticed() -> None:
    old = load_document(INTERFACES[-1])
    unnoticed = []
    for keys, keyword in keywords(old):
        new = copy.deepcopy(old)
        parent = new
        for key in keys:
            parent = parent[key]
        del parent[keyword]
        # A bound that is excluded is told by the keyword beside it.
        is_told_otherwise = keyword == "minimum" and "exclusiveMinimum" in parent
        if not is_told_otherwise and not diff(old, new):
            unnoticed.append((keys, keyword))
    assert [] == unnoticed
