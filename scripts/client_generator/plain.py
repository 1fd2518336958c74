"""Plain schemas: scalars, arrays, unions, and references to classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_document.errors import DocumentError
from tgi_document.walk import pointer_of

if TYPE_CHECKING:
    from tgi_document.walk import Path

Plain = dict[str, Any]

ANY: Plain = {}
NULL: Plain = {"type": "null"}

MOST_VARIANTS = 200
"""Alternatives in one place."""


def to_class(name: str) -> Plain:
    """Refer to a class."""
    return {"$ref": f"#/components/schemas/{name}"}


def class_of(plain: Plain) -> str:
    """Give the class that a plain schema refers to, or nothing."""
    return str(plain.get("$ref", "")).rsplit("/", 1)[-1]


def union(variants: list[Plain], path: Path) -> Plain:
    """Put alternatives together: flat, each once, and anything at all if one of them is anything.

    Raises:
        DocumentError: When there are too many.
    """
    flat: dict[str, Plain] = {}
    for variant in variants:
        for item in variant.get("oneOf", [variant]):
            flat[repr(item)] = item
    if not flat or repr(ANY) in flat:
        return ANY
    if len(flat) > MOST_VARIANTS:
        raise DocumentError(f"{pointer_of(path)}: {len(flat)} variants, expected at most {MOST_VARIANTS}")
    return next(iter(flat.values())) if len(flat) == 1 else {"oneOf": list(flat.values())}


def nullable(plain: Plain) -> Plain:
    """Give a schema that takes null, too."""
    return union([plain, NULL], ()) if plain != ANY else ANY


def array_depth(plain: Plain) -> int:
    """Count the arrays inside each other."""
    depth, pending = 0, [(plain, 0)]
    while pending:
        item, level = pending.pop()
        depth = max(depth, level)
        pending.extend((variant, level) for variant in item.get("oneOf", ()))
        if "items" in item:
            pending.append((item["items"], level + 1))
    return depth
