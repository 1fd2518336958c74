"""Regenerate the client of the repository: `tgi-conformance client generate`, into generated/ by default."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import checkout  # noqa: F401 (before what it finds)
from tgi_client_generator.commands.command import run_as_script
from tgi_client_generator.commands.generate import generate_command

if TYPE_CHECKING:
    from collections.abc import Sequence

GENERATED = Path(__file__).resolve().parent.parent / "generated"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_as_script(generate_command, "scripts/regenerate.py", arguments, {"out": GENERATED})


if __name__ == "__main__":
    sys.exit(main())
