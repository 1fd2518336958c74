"""What a repair is: a named rule that mends one kind of fault wherever it finds it, and says so."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_document.walk import Document, Node, Path, Role, pointer_of, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Finding = tuple[Path, str]
    """Where a rule changed something, and what."""

    Rule = Callable[[Document], Iterator[Finding]]
    """Changes the document that it is given, and yields a finding for each change."""

SCHEMA_KEYWORDS = frozenset(
    {
        *("schemas", "schema", "properties", "patternProperties", "items", "prefixItems", "contains"),
        *("allOf", "oneOf", "anyOf", "not", "additionalProperties", "$defs", "definitions"),
    },
)
"""Keywords below which schemas stand, alone, in a list, or by name."""

_RULES: dict[str, tuple[Rule, str]] = {}


@frozen
class Change:
    """One thing that a rule changed."""

    rule: str
    pointer: str
    what: str
    loses: str = ""
    """The keyword whose meaning is lost, when any value is taken where the document says more."""

    def __str__(self) -> str:
        """Give the line for the log."""
        return f"{self.rule}: {self.pointer}: {self.what}"


def rule(name: str, *, loses: str = "") -> Callable[[Rule], Rule]:
    """Register a rule under its name, and the keyword whose meaning it loses. Rules run in this order."""

    def register(function: Rule) -> Rule:
        if name in _RULES:
            raise ValueError(f"two rules are named {name!r}")
        _RULES[name] = (function, loses)
        return function

    return register


def rule_names() -> tuple[str, ...]:
    """Give the names of all rules, in their order."""
    return tuple(_RULES)


def repair(document: Document) -> tuple[Document, list[Change]]:
    """Mend what is wrong with a document in itself, whatever server it describes.

    Args:
        document: As `load.parse_document` gives it. It stays as it is.

    Returns:
        A repaired copy, and what was changed, in the order in which it was.
    """
    repaired = copy.deepcopy(document)
    changes = [
        Change(name, pointer_of(path), what, loses)
        for name, (run, loses) in _RULES.items()
        for path, what in run(repaired)
    ]
    return repaired, changes


def schemas(document: Document) -> Iterator[Node]:
    """Yield every schema that is an object, the outer ones first."""
    for node in walk(document):
        if node.role is Role.KEYWORDS and node.above in SCHEMA_KEYWORDS:
            yield node


def is_openapi_30(document: Document) -> bool:
    """Tell whether the document is written for OpenAPI 3.0, whose schemas are not yet JSON Schema."""
    return str(document.get("openapi", "")).startswith("3.0")
