"""From a document to the files of a client, the whole way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_client_generator.output import PACKAGE
from tgi_client_generator.overlay import apply_overlay
from tgi_client_generator.parser.operations import OperationParser
from tgi_client_generator.parser.parsed_document import ParsedDocument
from tgi_client_generator.parser.references import with_checked_references
from tgi_client_generator.parser.schemas import SchemaParser
from tgi_client_generator.render.project import write_project
from tgi_document.errors import DocumentError
from tgi_document.operations import operations
from tgi_document.repairs import Change, repair

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_client_generator.overlay import Overlay
    from tgi_document.walk import Document


@frozen
class Generated:
    """What became of a document."""

    changes: list[Change]
    """Repairs, corrections and names that differ, in their order."""

    operations_in: int
    operations_out: int


def generate(document: Document, corrections: Overlay, folder: Path) -> Generated:
    """Write the client of a document into an empty folder.

    Raises:
        DocumentError: When something of it cannot be generated, with the pointer to the place.
    """
    repaired, changes = repair(with_checked_references(document))
    corrected, corrected_changes = apply_overlay(repaired, corrections)
    parsed, notes = parse(corrected)
    write_project(parsed, folder)
    _check_syntax(folder / PACKAGE)
    return Generated(
        [*changes, *corrected_changes, *notes], len(operations(document)), _written(folder / PACKAGE)
    )


def parse(document: Document) -> tuple[ParsedDocument, list[Change]]:
    """Simplify a document.

    Raises:
        DocumentError: When it passes a limit, or something in it cannot be generated.
    """
    info = document.get("info", {})
    title, version, prose = (_text(info.get(key)) for key in ("title", "version", "description"))
    parsed = ParsedDocument(title, version, prose)
    schemas = SchemaParser(document, parsed)
    paths = OperationParser(document, parsed, schemas)
    paths.parse_all()
    schemas.parse_components()
    return parsed, [*schemas.notes, *paths.notes]


def _check_syntax(package: Path) -> None:
    name = ""
    try:
        for path in sorted(package.rglob("*.py")):
            name = path.relative_to(package).as_posix()
            ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        kind = type(error).__name__
        raise DocumentError(f"{name} would be no Python ({kind}), expected simpler schemas") from None


def _written(package: Path) -> int:
    """Count the operations in the package: one module each."""
    return sum(1 for path in (package / "api").glob("*/*.py") if path.name != "__init__.py")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
