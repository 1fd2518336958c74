"""What changed between two OpenAPI documents for those who call, and for those who read answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_document.changes import CALLERS, NOBODY, Change, Direction, merged
from tgi_document.diff_operations import OperationDiff, path_of_operation
from tgi_document.diff_schemas import SchemaDiff
from tgi_document.operations import operations
from tgi_document.pinned import structure
from tgi_document.renaming import moved_operations
from tgi_document.shapes import Place
from tgi_document.walk import pointer_of

if TYPE_CHECKING:
    from tgi_document.walk import Document, Path

__all__ = ["Change", "diff"]


def diff(old: Document, new: Document) -> list[Change]:
    """Compare two documents as `parse_document` gives them.

    Prose, examples, the order of things and the ways to write one thing are no changes. A change in a
    definition is told once, with the directions in which operations use it.

    Raises:
        DocumentError: When schemas refer to each other in more ways than can be compared.
    """
    schemas = SchemaDiff(old, new)
    compared = OperationDiff(schemas)
    _compare_operations(compared, old, new)
    _compare_unused(schemas, old, new)
    listed = _listed_schemas(schemas, old, new)
    return merged([*compared.changes, *schemas.changes, *listed, *_security_schemes(old, new)])


def _compare_operations(compared: OperationDiff, old: Document, new: Document) -> None:
    before, after = operations(old), operations(new)
    moved = moved_operations(
        {key: operation for key, operation in before.items() if key not in after},
        {key: operation for key, operation in after.items() if key not in before},
    )
    came_from = {new_key: old_key for old_key, new_key in moved.items()}
    for key, operation in before.items():
        if key not in after and key not in moved:
            place = Place(path_of_operation(key), operation)
            compared.note(
                "operation removed", place, Direction.BOTH, CALLERS, (_operation_name(operation), None)
            )
    for key, operation in after.items():
        place = Place(path_of_operation(key), operation)
        if key in came_from:
            change = (_written(came_from[key]), _written(key))
            compared.note("operation moved", place, Direction.BOTH, CALLERS, change)
        elif key not in before:
            compared.note(
                "operation added", place, Direction.BOTH, NOBODY, (None, _operation_name(operation))
            )
            continue
        old_key = came_from.get(key, key)
        compared.compare(old_key, before[old_key], key, operation)


def _written(key: tuple[str, str]) -> str:
    return f"{key[1].upper()} {key[0]}"


def _compare_unused(schemas: SchemaDiff, old: Document, new: Document) -> None:
    """Compare definitions of both documents that no operation leads to."""
    before, after = _components(old, "schemas"), _components(new, "schemas")
    for name, schema in before.items():
        path = _component_path("schemas", name)
        if name in after and pointer_of(path) not in schemas.reached:
            schemas.compare(Place(path, schema), Place(path, after[name]), Direction.UNUSED)


def _listed_schemas(schemas: SchemaDiff, old: Document, new: Document) -> list[Change]:
    """List the definitions that came and went: a generated client has a class for each."""
    before, after = _components(old, "schemas"), _components(new, "schemas")
    known = {*after, *schemas.renamed}
    gone = [_listed("schema removed", name, name, None) for name in before if name not in known]
    known = {*before, *schemas.renamed.values()}
    return gone + [_listed("schema added", name, None, name) for name in after if name not in known]


def _listed(kind: str, name: str, old: str | None, new: str | None) -> Change:
    pointer = pointer_of(_component_path("schemas", name))
    return Change(kind, name, "", pointer, Direction.UNUSED, old, new)


def _security_schemes(old: Document, new: Document) -> list[Change]:
    """Compare the schemes of both documents. Which of them an operation asks for is compared with it."""
    before, after = (_components(structure(document), "securitySchemes") for document in (old, new))
    return [
        Change(
            kind="security scheme changed",
            where=name,
            place="",
            pointer=pointer_of(_component_path("securitySchemes", name)),
            direction=Direction.REQUEST,
            old=before[name],
            new=after[name],
            breaks=CALLERS,
        )
        for name in before
        if name in after and before[name] != after[name]
    ]


def _components(document: Document, keyword: str) -> dict[str, Any]:
    found: dict[str, Any] = document.get("components", {}).get(keyword, {})
    return found


def _component_path(keyword: str, name: str) -> Path:
    return ((((), "components"), keyword), name)


def _operation_name(operation: dict[str, Any]) -> str | None:
    name: str | None = operation.get("operationId")
    return name
