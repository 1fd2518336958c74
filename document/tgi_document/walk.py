"""Where in an OpenAPI document a word is a keyword, where it is a name, and where it is just data.

`description` below a schema is prose, below `properties` it is a member's name, and inside an `example` it is
neither. Every part of the package that looks for keywords walks with these functions, so that all of them
agree. Nothing here recurses: a document's depth is bounded, the chains of its references are not.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_common.json_pointer import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Document = dict[str, Any]
"""An OpenAPI document: what `json.loads` makes of it."""

Path = tuple[Any, ...]
"""The way to a place, as nested pairs `(parent, key)`, `()` at the root: cheap however long the keys are."""

MAX_CHAIN = 50
"""References that lead to references; documents in use have one or two in a row."""

NAME_MAPS = frozenset(
    {
        *("paths", "webhooks", "properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
        *("schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes"),
        *("links", "callbacks", "pathItems", "content", "encoding", "variables", "mapping", "scopes"),
    },
)
"""Keywords whose value, if it is an object, maps names of the document's author to objects."""

DATA = frozenset({"example", "default", "enum", "const", "value"})
"""Keywords whose value is data, however much it looks like a schema. So are lists of `examples`."""


class Role(Enum):
    """What the members of an object are."""

    KEYWORDS = "keywords"
    NAMES = "names"
    DATA = "data"


@frozen
class Node:
    """One object of a document, or one member's value that is not an object but stands where keywords do."""

    path: Path
    value: Any
    role: Role
    above: str = ""
    """The nearest keyword above: `properties` for a member's schema."""

    @property
    def pointer(self) -> str:
        """The JSON pointer of the place as a fragment, `#/paths/~1generate`."""
        return pointer_of(self.path)


def walk(document: Document) -> Iterator[Node]:
    """Yield every object outside of data, parents first, in the document's order."""
    stack: list[Node] = [Node((), document, Role.KEYWORDS)]
    while stack:
        node = stack.pop()
        if node.role is Role.DATA:
            continue
        if isinstance(node.value, dict):
            yield node
        stack.extend(reversed(list(children(node))))


def children(node: Node) -> Iterator[Node]:
    """Yield what is directly below a node, lists opened, each with its role."""
    if isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield Node((node.path, index), item, node.role, node.above)
    elif isinstance(node.value, dict):
        for key, value in node.value.items():
            role = role_below(node.role, key, value)
            yield Node((node.path, key), value, role, node.above if node.role is Role.NAMES else key)


def role_below(role: Role, key: str, value: Any) -> Role:
    """Tell the role of the value of a member `key` in an object of this role."""
    if role is Role.DATA:
        return Role.DATA
    if role is Role.NAMES:
        return Role.KEYWORDS
    if key in DATA or key.startswith("x-") or (key == "examples" and isinstance(value, list)):
        return Role.DATA
    return Role.NAMES if key in NAME_MAPS and isinstance(value, dict) else Role.KEYWORDS


def pointer_of(path: Path) -> str:
    """Write a path as a JSON pointer in a fragment, `#/components/schemas/A~1B`."""
    return "/".join(["#", *(escape(str(key)) for key in keys_of(path))])


def keys_of(path: Path) -> list[Any]:
    """Give the keys of a path, the outermost first."""
    keys: list[Any] = []
    while path:
        path, key = path
        keys.append(key)
    return keys[::-1]


def resolve(document: Mapping[str, Any], reference: str) -> Any:
    """Follow a local reference (`#/components/schemas/Token`) one step.

    Raises:
        KeyError: When nothing is there, or the reference is not local.
    """
    if not reference.startswith("#/"):
        raise KeyError(reference)
    value: Any = document
    for part in reference[2:].split("/"):
        value = _member(value, unescape(part))
    return value


def path_of(reference: str) -> Path:
    """Give the path of the place that a local reference names."""
    path: Path = ()
    for part in reference[2:].split("/"):
        path = (path, unescape(part))
    return path


def final_target(document: Document, reference: str) -> Any:
    """Follow a local reference, and those it leads to, until something other than a reference is there.

    Returns:
        What is there; None for a mere circle of references, or a chain longer than `MAX_CHAIN`.

    Raises:
        KeyError: When nothing is there, or a reference is not local.
    """
    seen: set[str] = set()
    target: Any = None
    while reference not in seen and len(seen) < MAX_CHAIN:
        seen.add(reference)
        target = resolve(document, reference)
        further = target.get("$ref") if isinstance(target, dict) else None
        if not isinstance(further, str):
            return target
        reference = further
    return None


def _member(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value[key]
    if isinstance(value, list) and re.fullmatch("[0-9]{1,9}", key) and int(key) < len(value):
        return value[int(key)]
    raise KeyError(key)
