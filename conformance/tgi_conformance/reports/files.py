"""Output files: checked before a run, and replaced atomically."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tgi_document.errors import DocumentError
from tgi_document.files import replace_file


def check_writable(path: Path) -> None:
    """Raise OSError, which names the path, unless a file can be written there."""
    folder = path.parent
    if path.is_dir():
        raise IsADirectoryError(f"{path}: is a folder, expected a file")
    if not folder.is_dir():
        raise FileNotFoundError(f"{path}: the folder {folder} does not exist")
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    except OSError as error:
        raise PermissionError(f"{path}: cannot be written: {error.strerror}") from None
    os.close(handle)
    Path(name).unlink()


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step; raises OSError."""
    try:
        replace_file(path, text.encode())
    except DocumentError as error:
        raise OSError(str(error)) from None
