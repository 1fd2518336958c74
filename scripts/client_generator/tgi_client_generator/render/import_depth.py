"""How deep the modules of models import each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_common.text import quoted
from tgi_document.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_DEEPEST = 80
"""Modules inside each other. Each takes some seven frames of a thousand."""

_MOST_STEPS = 3_000_000


def check_import_depth(imports: Mapping[str, Sequence[str]]) -> None:
    """Refuse models of which one would import the next, and so on, until Python gives up.

    Args:
        imports: By model, those that its module imports, in this order.

    Raises:
        DocumentError: When there is such a chain.
    """
    steps = 0
    for root in imports:
        for depth in _depths(root, imports):
            steps += 1
            if depth > _DEEPEST:
                raise DocumentError(
                    f"models that refer to each other in a chain of over {_DEEPEST}, from {quoted(root)}"
                )
            if steps > _MOST_STEPS:
                raise DocumentError("models that refer to each other in too many ways, expected fewer")


def _depths(root: str, imports: Mapping[str, Sequence[str]]) -> Iterator[int]:
    """Import as Python does, each module once, and yield the depth at each step."""
    loaded = {root}
    stack = [iter(imports[root])]
    while stack:
        yield len(stack)
        name = next(stack[-1], None)
        if name is None:
            stack.pop()
        elif name not in loaded:
            loaded.add(name)
            stack.append(iter(imports.get(name, ())))
