"""From a document to the files of a client, the whole way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from attrs import frozen

from client_generator.lowered import Lowered
from client_generator.operations import OperationLowering
from client_generator.project import PACKAGE, write_project
from client_generator.schemas import Lowering
from client_generator.untrusted import checked
from tgi_document.errors import DocumentError
from tgi_document.operations import operations
from tgi_document.overlay import apply_overlay
from tgi_document.repairs import Change, repair

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_document.overlay import Overlay
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
    repaired, changes = repair(checked(document))
    corrected, corrected_changes = apply_overlay(repaired, corrections)
    lowered, notes = lower(corrected)
    write_project(lowered, folder)
    _check_syntax(folder / PACKAGE)
    return Generated(
        [*changes, *corrected_changes, *notes], len(operations(document)), _written(folder / PACKAGE)
    )


def lower(document: Document) -> tuple[Lowered, list[Change]]:
    """Make a document plain.

    Raises:
        DocumentError: When it passes a limit, or something in it cannot be generated.
    """
    info = document.get("info", {})
    title, version, prose = (_text(info.get(key)) for key in ("title", "version", "description"))
    lowered = Lowered(title, version, prose)
    schemas = Lowering(document, lowered)
    paths = OperationLowering(document, lowered, schemas)
    paths.lower_all()
    schemas.lower_components()
    return lowered, [*schemas.notes, *paths.notes]


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
