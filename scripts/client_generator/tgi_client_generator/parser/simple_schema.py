"""SimpleSchema schemas: scalars, arrays, unions, and references to classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_document.errors import DocumentError
from tgi_document.walk import pointer_of

if TYPE_CHECKING:
    from tgi_document.walk import Path

SimpleSchema = dict[str, Any]

ANY: SimpleSchema = {}
NULL: SimpleSchema = {"type": "null"}

MOST_VARIANTS = 200
"""Alternatives in one place."""


def to_class(name: str) -> SimpleSchema:
    """Refer to a class."""
    return {"$ref": f"#/components/schemas/{name}"}


def class_of(simple: SimpleSchema) -> str:
    """Give the class that a simple schema refers to, or nothing."""
    return str(simple.get("$ref", "")).rsplit("/", 1)[-1]


def union(variants: list[SimpleSchema], path: Path) -> SimpleSchema:
    """Put alternatives together: flat, each once, and anything at all if one of them is anything.

    Raises:
        DocumentError: When there are too many.
    """
    flat: dict[str, SimpleSchema] = {}
    for variant in variants:
        for item in variant.get("oneOf", [variant]):
            flat[repr(item)] = item
    if not flat or repr(ANY) in flat:
        return ANY
    if len(flat) > MOST_VARIANTS:
        raise DocumentError(f"{pointer_of(path)}: {len(flat)} variants, expected at most {MOST_VARIANTS}")
    return next(iter(flat.values())) if len(flat) == 1 else {"oneOf": list(flat.values())}


def nullable(simple: SimpleSchema) -> SimpleSchema:
    """Give a schema that takes null, too."""
    return union([simple, NULL], ()) if simple != ANY else ANY


def array_depth(simple: SimpleSchema) -> int:
    """Count the arrays inside each other."""
    depth, pending = 0, [(simple, 0)]
    while pending:
        item, level = pending.pop()
        depth = max(depth, level)
        pending.extend((variant, level) for variant in item.get("oneOf", ()))
        if "items" in item:
            pending.append((item["items"], level + 1))
    return depth
