"""From bytes to a document that the rest of the package may trust the shape of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.json_text import MAX_BYTES, decoded, parse_json
from tgi_document.operations import METHODS, path_items
from tgi_document.walk import Document, Node, Role, final_target, path_of, walk
from tgi_document.yaml_text import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Document", "load_document", "parse_document"]

_OBJECT = "an object"
_LIST = "a list"
_SCHEMA = "a schema"
_SCHEMAS = "a list of schemas"
_STRINGS = "a list of strings"

_EXPECTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("paths", "components", "properties", "responses", "requestBody", "content"), (_OBJECT,)),
    **dict.fromkeys(
        ("schemas", "securitySchemes", "requestBodies", "patternProperties", "headers"), (_OBJECT,)
    ),
    **dict.fromkeys(("discriminator", "mapping", "callbacks", "links", "encoding", "info"), (_OBJECT,)),
    **dict.fromkeys(("schema", "items", "not", "additionalProperties"), (_SCHEMA,)),
    **dict.fromkeys(("allOf", "oneOf", "anyOf", "prefixItems"), (_SCHEMAS,)),
    **dict.fromkeys(("operationId", "format", "pattern", "$ref"), ("a string",)),
    **dict.fromkeys(("enum", "security", "servers"), (_LIST,)),
    "parameters": (_LIST, _OBJECT),
    "tags": (_LIST,),
    "type": ("a string", _STRINGS),
    "required": ("a boolean", _STRINGS),
    "nullable": ("a boolean",),
}
"""What the value of a keyword must be, wherever it stands as a keyword (OpenAPI 3.0 and 3.1)."""

_IS: dict[str, Callable[[Any], bool]] = {
    _OBJECT: lambda value: isinstance(value, dict),
    _LIST: lambda value: isinstance(value, list),
    _SCHEMA: lambda value: isinstance(value, dict | bool),
    _SCHEMAS: lambda value: isinstance(value, list) and all(isinstance(item, dict | bool) for item in value),
    _STRINGS: lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "a string": lambda value: isinstance(value, str),
    "a boolean": lambda value: isinstance(value, bool),
}

_OBJECTS_BELOW = frozenset(
    {
        "paths",
        "responses",
        "content",
        "schemas",
        "properties",
        "requestBodies",
        "securitySchemes",
        "encoding",
    },
)
"""Maps of names to objects (a schema may also be a boolean)."""

_FAR_REFERENCES = ("$dynamicRef", "$recursiveRef", "operationRef")
"""Further keywords that can lead out of a document. `#` and `#name` stay in it, whatever they mean there."""


def load_document(path: Path) -> Document:
    """Read a document from a file.

    Raises:
        DocumentError: When the file cannot be read, or what `parse_document` refuses.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror})") from None
    return parse_document(data, str(path))


def parse_document(data: bytes, origin: str) -> Document:
    """Read an OpenAPI 3.0 or 3.1 document, none of whose references leads out of it.

    Args:
        data: JSON or YAML in UTF-8.
        origin: What the document is called in errors, a file or a URL.

    Returns:
        The document as it stands, nothing repaired. Keywords have values of the type that OpenAPI gives them,
        and nothing is nested deeper than `tgi_common.json_text.MAX_DEPTH`. A local reference may lead
        nowhere, since real documents have such (TGI 2.0.4); `dangling_references` lists them.

    Raises:
        DocumentError: Otherwise.
    """
    # YAML may begin with a brace, too, but a document that does is JSON, and told so where it is wrong.
    is_json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"", b"{", b"["}
    value = parse_json(data, origin) if is_json else parse_yaml(decoded(data, origin), origin)
    if not isinstance(value, dict):
        raise DocumentError(f"{origin}: {_kind(value)}, expected an OpenAPI document (a JSON object)")
    check_document(value, origin)
    return value


def check_document(document: Document, origin: str) -> None:
    """Refuse what `parse_document` refuses, in a document that is already a value.

    Raises:
        DocumentError: With the JSON pointer of the place.
    """
    _check_version(document, origin)
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise DocumentError(f"{origin}: #/paths: missing or empty, expected at least one path")
    for node in walk(document):
        if node.role is Role.KEYWORDS:
            _check_keywords(node, origin)
            _check_references(document, node, origin)
        elif node.above in _OBJECTS_BELOW:
            _check_named(node, origin)
    _check_path_items(document, origin)


def dangling_references(document: Document) -> list[tuple[str, str]]:
    """List the references that lead nowhere, each as the pointer of its place and the reference itself."""
    return [
        (node.pointer, node.value["$ref"])
        for node in walk(document)
        if node.role is Role.KEYWORDS and "$ref" in node.value and not _leads_somewhere(document, node)
    ]


def _leads_somewhere(document: Document, node: Node) -> bool:
    try:
        return final_target(document, node.value["$ref"]) is not None
    except KeyError:
        return False


def _check_version(document: Document, origin: str) -> None:
    if "swagger" in document:
        found = quoted(document["swagger"])
        raise DocumentError(
            f"{origin}: OpenAPI 2 (swagger {found}), expected OpenAPI 3.0 or 3.1; "
            "swagger2openapi, for one, converts documents"
        )
    version = document.get("openapi")
    if not isinstance(version, str):
        raise DocumentError(f"{origin}: #/openapi: missing, expected an OpenAPI document, version 3.0 or 3.1")
    if not re.fullmatch(r"3\.[01](\.[0-9]+)?(-[\w.]+)?", version):
        raise DocumentError(f"{origin}: #/openapi: version {quoted(version)}, expected 3.0 or 3.1")


def _check_keywords(node: Node, origin: str) -> None:
    for key, value in node.value.items():
        expected = _EXPECTED.get(key)
        if expected and not any(_IS[kind](value) for kind in expected):
            place = Node((node.path, key), value, Role.KEYWORDS).pointer
            raise DocumentError(f"{origin}: {place}: {_kind(value)}, expected {' or '.join(expected)}")


def _check_named(node: Node, origin: str) -> None:
    allowed: tuple[type, ...] = (dict, bool) if node.above in {"schemas", "properties"} else (dict,)
    for name, value in node.value.items():
        if not isinstance(value, allowed) and not name.startswith("x-"):
            place = Node((node.path, name), value, Role.KEYWORDS).pointer
            raise DocumentError(f"{origin}: {place}: {_kind(value)}, expected an object")


def _check_path_items(document: Document, origin: str) -> None:
    """Look into path items, references followed; `options` elsewhere is not an operation."""
    for path, item in path_items(document).items():
        written = document["paths"][path]
        place = path_of(written["$ref"]) if "$ref" in written else (((), "paths"), path)
        for method in METHODS:
            if not isinstance(item.get(method, {}), dict):
                pointer = Node((place, method), item[method], Role.KEYWORDS).pointer
                raise DocumentError(f"{origin}: {pointer}: {_kind(item[method])}, expected an object")


def _check_references(document: Document, node: Node, origin: str) -> None:
    if "$ref" in node.value:
        _check_reference(document, node, "$ref", origin)
    for key in _FAR_REFERENCES:
        if isinstance(node.value.get(key), str) and not re.fullmatch("#[^/]*", node.value[key]):
            _check_reference(document, node, key, origin)
    if "mapping" in node.value and node.above == "discriminator":
        _check_mapping(document, node, origin)


def _check_reference(document: Document, node: Node, key: str, origin: str) -> None:
    reference = cast("str", node.value[key])
    place = f"{origin}: {node.pointer}: {key} {quoted(reference)}"
    if not reference.startswith("#/"):
        raise DocumentError(f"{place} leads out of the document, expected a reference of the form #/…")
    try:
        target = final_target(document, reference)
    except KeyError:
        return  # a fault that TGI 2.0.4 has; see `dangling_references`
    if target is None:
        raise DocumentError(f"{place} leads only to references, expected a definition")
    if not isinstance(target, dict | bool):
        raise DocumentError(f"{place} leads to {_kind(target)}, expected an object")


def _check_mapping(document: Document, node: Node, origin: str) -> None:
    """A discriminator names schemas, or refers to them; a name may hold neither a colon nor a slash."""
    for value in node.value["mapping"].values():
        place = f"{origin}: {node.pointer}/mapping: {quoted(value)}"
        if not isinstance(value, str) or (not value.startswith("#/") and re.search("[:/]", value)):
            raise DocumentError(f"{place} leads out of the document, expected a schema of it")
        if value.startswith("#/"):
            _check_reference(document, Node(node.path, {"$ref": value}, Role.KEYWORDS), "$ref", origin)


def _kind(value: Any) -> str:
    """Name the JSON type of a value, with its article."""
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return names[type(value)]
