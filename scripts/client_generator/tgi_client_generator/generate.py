"""From a document to the files of a client, the whole way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_client_generator.output import PACKAGE
from tgi_client_generator.overlay import Corrected, apply_overlay
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

    not_corrected: str | None
    """Why corrections were not applied; None if they were."""

    operations_in: int
    operations_out: int

    @property
    def losses(self) -> list[Change]:
        """The changes by which any value is taken where the document says more."""
        return [change for change in self.changes if change.loses]


def generate(
    document: Document, corrections: Overlay | None, folder: Path, package: str = PACKAGE
) -> Generated:
    """Write the client of a document into an empty folder.

    Args:
        document: The document.
        corrections: What the server does otherwise than the document says.
        folder: The folder.
        package: The name of the package, as `package_of` gives it.

    Raises:
        DocumentError: When something of it cannot be generated, with the pointer to the place.
    """
    repaired, changes = repair(with_checked_references(document))
    corrected = (
        apply_overlay(repaired, corrections) if corrections else Corrected(repaired, [], "none wanted")
    )
    parsed, notes = parse(corrected.document)
    write_project(parsed, folder, package)
    _check_syntax(folder / package)
    return Generated(
        [*changes, *corrected.changes, *notes],
        corrected.not_applied,
        len(operations(document)),
        _written(folder / package),
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
