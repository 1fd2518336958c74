"""Turns between the processes that xdist shares a run among: most side by side, some alone."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl


@frozen
class Turns:
    """Turns by the lock of a file; where a platform has no such locks nobody waits."""

    path: str

    @contextmanager
    def taken(self, *, alone: bool) -> Iterator[None]:
        """Wait until nobody is under way who must be alone, or until nobody is under way at all."""
        with Path(self.path).open("rb") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
