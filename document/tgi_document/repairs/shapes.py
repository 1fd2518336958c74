"""Schemas and operations that leave out what OpenAPI or a reader of it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgi_common.text import quoted
from tgi_document.operations import METHODS
from tgi_document.repairs.rule import rule, schemas
from tgi_document.walk import Role, final_target, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_document.repairs.rule import Finding
    from tgi_document.walk import Document, Node

PATH_PARAMETER = re.compile(r"\{([^{}/]*)\}")
"""A parameter in a path, `{name}`."""

_COMPOSED = ("$ref", "allOf", "oneOf", "anyOf", "not", "enum", "const")


@rule("missing-type")
def missing_type(document: Document) -> Iterator[Finding]:
    """A schema with members is an object, one with items an array."""
    for node in schemas(document):
        if "type" in node.value or any(key in node.value for key in _COMPOSED):
            continue
        for key, kind in (("properties", "object"), ("items", "array")):
            if key in node.value:
                node.value["type"] = kind
                yield node.path, f"has {key}, so its type is {kind}"
                break


@rule("array-without-items")
def array_without_items(document: Document) -> Iterator[Finding]:
    """An array of which nothing is said holds any values."""
    for node in schemas(document):
        if node.value.get("type") == "array" and not {"items", "prefixItems"} & node.value.keys():
            node.value["items"] = {}
            yield node.path, "an array without items, any values are taken"


@rule("required-without-schema")
def required_without_schema(document: Document) -> Iterator[Finding]:
    """A required member that an object does not describe may have any value."""
    for node in schemas(document):
        required, members = node.value.get("required"), node.value.get("properties")
        if not isinstance(required, list) or not isinstance(members, dict) or node.above == "allOf":
            continue
        if any(key in node.value for key in ("allOf", "oneOf", "anyOf")):
            continue
        for name in required:
            if name not in members:
                members[name] = {}
                yield node.path, f"required member {quoted(name)} is not described, any value is taken"


@rule("body-without-schema")
def body_without_schema(document: Document) -> Iterator[Finding]:
    """A body of which only the media type is known may hold anything."""
    for node in walk(document):
        if node.role is Role.KEYWORDS and node.above == "requestBody":
            for name, media in node.value.get("content", {}).items():
                if "schema" not in media:
                    media["schema"] = {}
                    yield ((node.path, "content"), name), "a body without a schema, any value is taken"


@rule("operation-without-responses")
def operation_without_responses(document: Document) -> Iterator[Finding]:
    """An operation that tells nothing of its answers may answer anything."""
    for node in _operations(document):
        if not node.value.get("responses"):
            node.value["responses"] = {"default": {"description": ""}}
            yield node.path, "no responses, an answer without a described body is taken"


@rule("undeclared-path-parameter")
def undeclared_path_parameter(document: Document) -> Iterator[Finding]:
    """A parameter in a path that nothing declares is a string."""
    for node in _operations(document):
        path = node.path[0][1]
        shared = document["paths"].get(path, {}).get("parameters", [])
        own = node.value.get("parameters", [])
        if not isinstance(own, list):
            continue
        declared = {_parameter_name(document, item) for item in (*shared, *own)}
        for name in dict.fromkeys(PATH_PARAMETER.findall(str(path))):
            if name not in declared:
                own.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
                node.value["parameters"] = own
                yield node.path, f"path parameter {quoted(name)} is not declared, it is a string"


def _operations(document: Document) -> Iterator[Node]:
    for node in walk(document):
        if node.role is Role.KEYWORDS and node.above in METHODS and _stands_in_path_item(node):
            yield node


def _stands_in_path_item(node: Node) -> bool:
    """Tell an operation from a member of some other object that is called `get`: `#/paths/<path>/get`."""
    above = node.path[0]
    return bool(above) and bool(above[0]) and above[0] == ((), "paths")


def _parameter_name(document: Document, parameter: Any) -> str | None:
    if isinstance(parameter, dict) and "$ref" in parameter:
        try:
            parameter = final_target(document, parameter["$ref"])
        except KeyError:
            return None
    if not isinstance(parameter, dict) or parameter.get("in") != "path":
        return None
    return str(parameter.get("name"))
