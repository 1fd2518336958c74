"""The parts of an allOf, taken together as one object."""

from __future__ import annotations

from typing import Any

from tgi_document.errors import DocumentError
from tgi_document.walk import Document, Path, pointer_of, resolve

STRUCTURE = ("type", "properties", "items", "prefixItems", "enum", "const", "additionalProperties", "$ref")
"""Keywords that tell what a value is made of."""

COMPOSITION = ("allOf", "oneOf", "anyOf")

DYNAMIC = ("$recursiveRef", "$dynamicRef")
"""References whose target depends on the schemas around their use."""

_NO_OBJECT = ("oneOf", "anyOf", "enum", "const")


def says_something(schema: dict[str, Any]) -> bool:
    """Tell a schema from a mere constraint, such as `{"required": ["a"]}`."""
    return any(key in schema for key in (*STRUCTURE, *COMPOSITION, *DYNAMIC)) or not schema


def required_names(schema: dict[str, Any]) -> list[str]:
    """Give the members that a schema requires. A boolean there belongs to a parameter, and means nothing."""
    required = schema.get("required")
    return required if isinstance(required, list) else []


class MergedParts:
    """Collects the parts of an allOf."""

    def __init__(self, document: Document, path: Path) -> None:
        self._document = document
        self._path = path
        self._seen: set[int] = set()
        self._required: dict[str, None] = {}
        self._additional: Any = None
        self.members: dict[str, Any] = {}
        self.other: dict[str, Any] | None = None
        """A part that is not an object."""

    def add(self, part: Any) -> None:
        """Add a part, and what it refers to. A part that is there already adds nothing.

        Raises:
            DocumentError: When a reference leads nowhere.
        """
        pending = [part]
        while pending:
            item = pending.pop()
            if not isinstance(item, dict) or id(item) in self._seen:
                continue
            self._seen.add(id(item))
            self._add_members(item)
            pending.extend(reversed(item.get("allOf", ())))
            if isinstance(item.get("$ref"), str):
                pending.append(self._target(item["$ref"]))

    def as_schema(self) -> dict[str, Any]:
        """Give the whole as one schema."""
        members = {**self.members, **{name: {} for name in self._required if name not in self.members}}
        schema = {"type": "object", "properties": members, "required": list(self._required)}
        return schema if self._additional is None else {**schema, "additionalProperties": self._additional}

    def _add_members(self, part: dict[str, Any]) -> None:
        for name, member in (part.get("properties") or {}).items():
            if name not in self.members or (isinstance(member, dict) and member and says_something(member)):
                self.members[name] = member
        self._required.update(dict.fromkeys(required_names(part)))
        if isinstance(part.get("additionalProperties"), dict):
            self._additional = part["additionalProperties"]
        if part.get("type", "object") != "object" or any(part.get(key) for key in _NO_OBJECT):
            self.other = part

    def _target(self, reference: str) -> Any:
        try:
            return resolve(self._document, reference)
        except KeyError:
            raise DocumentError(
                f"{pointer_of(self._path)}: {reference} leads nowhere, expected a schema"
            ) from None
