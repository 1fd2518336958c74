"""A renamed member and a moved operation are told as such, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.document.test_diff_documents import (
    CALLERS,
    INTEGER,
    READERS,
    STRING,
    Json,
    array,
    document,
    integer,
    told,
)

from tgi_document.diff import diff


def sent(old: Json, new: Json) -> list[tuple[str, str, Any, Any]]:
    changes = diff(document({"Sent": old}), document({"Sent": new}))
    return [(change.kind, change.place, change.old, change.new) for change in changes]


def members(**schemas: Any) -> Json:
    return {"type": "object", "properties": schemas}


TOLD = {"type": "integer", "description": "How many tokens to make at most."}


@pytest.mark.parametrize(
    ("old", "new", "renamed"),
    [
        (members(topK=INTEGER), members(top_k=INTEGER), ("topK", "top_k")),
        (members(max_new_tokens=INTEGER), members(max_tokens=INTEGER), ("max_new_tokens", "max_tokens")),
        (members(stop=array()), members(stops=array()), ("stop", "stops")),
        (members(limit=TOLD), members(max_tokens=TOLD), ("limit", "max_tokens")),
        (members(a=STRING, topK=INTEGER), members(b=STRING, top_k=INTEGER), ("topK", "top_k")),
    ],
)
def test_a_renamed_member_is_told_as_such(old: Json, new: Json, renamed: tuple[str, str]) -> None:
    assert ("member renamed", renamed[1], *renamed) in sent(old, new)
    assert ("member renamed", renamed[0], *renamed[::-1]) in sent(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (members(seed=INTEGER), members(seed_id=STRING)),
        (members(top_k=INTEGER), members(top_n=INTEGER)),
        (members(a=STRING), members(b=STRING)),
        (members(tokens=INTEGER), members(input_tokens=INTEGER, output_tokens=INTEGER)),
        (members(a=STRING, b=STRING), members(b=STRING)),
    ],
)
def test_another_member_is_not_a_renamed_one(old: Json, new: Json) -> None:
    assert "member renamed" not in {kind for kind, *_ in sent(old, new)}


def test_what_else_changed_in_a_renamed_member_is_told() -> None:
    old, new = members(topK=integer(minimum=1)), {**members(top_k=integer(minimum=0)), "required": ["top_k"]}
    assert [
        ("member renamed", "top_k", "topK", "top_k"),
        ("requiredness changed", "top_k", False, True),
        ("constraint changed", "top_k.m", ">= 1", ">= 0"),
    ] == sent(old, new)


@pytest.mark.parametrize(
    ("old", "new", "severity"),
    [
        ({"Sent": members(topK=INTEGER)}, {"Sent": members(top_k=INTEGER)}, CALLERS),
        ({"Got": members(topK=INTEGER)}, {"Got": members(top_k=INTEGER)}, READERS),
    ],
)
def test_a_renamed_member_breaks_who_uses_it(old: Json, new: Json, severity: str) -> None:
    assert [("member renamed", "top_k", severity)] == told(document(old), document(new))


def at(path: str, method: str = "post", **operation: Any) -> Json:
    value = document(**operation)
    value["paths"] = {path: {method: value["paths"]["/generate"]["post"]}}
    return value


@pytest.mark.parametrize(
    ("old", "new", "others"),
    [
        (at("/generate"), at("/v1/generate"), []),
        (at("/generate"), at("/completion"), []),
        (at("/generate"), at("/generate", "put"), []),
        (
            at("/generate", operationId="a"),
            at("/v1/generate", operationId="b"),
            ["operationId changed"],
        ),
        (
            at("/generate", operationId="a", summary="Make a text."),
            at("/make", operationId="b", summary="Make a text."),
            ["operationId changed"],
        ),
        (at("/generate"), at("/v1/generate", deprecated=True), ["deprecated changed"]),
    ],
)
def test_a_moved_operation_is_told_as_such(old: Json, new: Json, others: list[str]) -> None:
    (moved, *rest) = diff(old, new)
    (old_path, old_item), (new_path, new_item) = (next(iter(value["paths"].items())) for value in (old, new))
    was, is_now = f"{next(iter(old_item)).upper()} {old_path}", f"{next(iter(new_item)).upper()} {new_path}"
    assert ("operation moved", is_now, was, is_now) == (moved.kind, moved.where, moved.old, moved.new)
    assert CALLERS == moved.severity
    assert others == [change.kind for change in rest]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (at("/generate", operationId="a"), at("/make", operationId="b")),
        (
            at("/a/health", "get", operationId="a", requestBody=None),
            at("/b/health", "get", operationId="b", requestBody=None),
        ),
        (
            at("/generate", operationId="a"),
            {**at("/x"), "paths": {**at("/x/generate")["paths"], **at("/y/generate")["paths"]}},
        ),
    ],
)
def test_another_operation_is_not_a_moved_one(old: Json, new: Json) -> None:
    assert {"operation removed", "operation added"} == {kind for kind, *_ in told(old, new)}


def test_parameters_of_a_path_are_compared_where_it_moved_to() -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": STRING}
    old, new = at("/a/{id}"), at("/b/{id}")
    old["paths"]["/a/{id}"]["parameters"] = new["paths"]["/b/{id}"]["parameters"] = [parameter]
    assert ["operation moved"] == [kind for kind, *_ in told(old, new)]
