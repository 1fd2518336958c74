"""What the wheel says of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen
from packaging.version import InvalidVersion, Version

from tgi_client_generator.render.docstrings import paragraph

if TYPE_CHECKING:
    from tgi_client_generator.parser.parsed_document import ParsedDocument
    from tgi_client_generator.render.operation_view import OperationView


@frozen
class Row:
    """A row of the table of operations."""

    route: str
    tag: str
    name: str
    forms: str


def wheel_version(version: str) -> str:
    """Give the version of a contract as Python writes versions: as it is, or as a local label of 0."""
    try:
        return str(Version(version[:50]))
    except InvalidVersion:
        label = ".".join(re.findall("[a-z0-9]+", version[:50].lower()))
        return f"0+{label}" if label else "0"


def description_of(parsed: ParsedDocument) -> str:
    """Tell in one line whose client it is."""
    title, version = (" ".join(paragraph(text, 200)) for text in (parsed.title, parsed.version))
    return f"Typed low-level client of {title or 'a server'}, contract version {version or 'unknown'}"[:300]


def rows(parsed: ParsedDocument, views: dict[str, OperationView]) -> list[Row]:
    """List the operations and the functions that each has."""
    return [
        Row(f"{operation.method} {_code(operation.path)}", operation.tag, name, _forms(views[name]))
        for name, operation in parsed.operations.items()
    ]


def sample(parsed: ParsedDocument, views: dict[str, OperationView]) -> Row | None:
    """Give the operation that the README shows, the first that can be called without arguments."""
    simple = {name for name, view in views.items() if view.has_unary and not view.arguments}
    return next((row for row in rows(parsed, views) if row.name in simple), None)


def _forms(view: OperationView) -> str:
    unary = ["sync", "asyncio", "sync_detailed", "asyncio_detailed"] if view.has_unary else []
    return ", ".join(f"`{form}`" for form in [*unary, *(["stream", "astream"] if view.event else [])])


def _code(text: str) -> str:
    """Write a text inside backticks of a Markdown table."""
    return " ".join(paragraph(text, 200)).replace("`", "'").replace("|", "\\|")
