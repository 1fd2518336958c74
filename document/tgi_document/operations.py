"""The operations of a document, however its path items are written."""

from __future__ import annotations

from typing import Any

from tgi_document.walk import Document, final_target

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The members of a path item that are operations."""


def operations(document: Document) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the operations by path and method, `("/generate", "post")`."""
    return {
        (path, method): item[method]
        for path, item in path_items(document).items()
        for method in METHODS
        if method in item
    }


def path_items(document: Document) -> dict[str, dict[str, Any]]:
    """Give the path items by path, references followed."""
    return {
        path: _target(document, item) for path, item in document["paths"].items() if not path.startswith("x-")
    }


def _target(document: Document, item: dict[str, Any]) -> dict[str, Any]:
    try:
        target = final_target(document, item["$ref"]) if "$ref" in item else item
    except KeyError:
        return {}
    return target if isinstance(target, dict) else {}
