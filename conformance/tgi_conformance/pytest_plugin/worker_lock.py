"""A lock between the worker processes of xdist: most requirements run concurrently, some alone."""

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
class WorkerLock:
    """A lock on a file; on a platform without such locks it does nothing."""

    path: str

    @contextmanager
    def held(self, *, alone: bool) -> Iterator[None]:
        """Hold the lock: exclusively to run alone, else shared."""
        with Path(self.path).open("rb") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
