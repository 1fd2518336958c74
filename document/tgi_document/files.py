"""A file replaced as a whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from typing import TYPE_CHECKING

from tgi_document.errors import DocumentError

if TYPE_CHECKING:
    from pathlib import Path

_NEW_FILE = 0o666
"""Permissions of a file that was not there before, less the user's mask."""


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file, which keeps its permissions; a symbolic link keeps leading to it.

    Whoever reads the file meanwhile, and whatever interrupts this, finds the old content or the new.

    Raises:
        DocumentError: When it cannot be written; the old file is as it was.
    """
    real = path.resolve()
    try:
        if real.exists() and not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _replace(real, data)
    except OSError as error:
        problem = error.strerror or str(error)
        raise DocumentError(f"{path}: cannot be written ({problem}), expected a writable file") from None


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # a device or a pipe takes it; a folder does not
        return
    # In the same folder, since a file can only be renamed in one step within a file system.
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _permissions(path))  # noqa: PTH101 (mkstemp gives a string)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def _permissions(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_FILE & ~mask
