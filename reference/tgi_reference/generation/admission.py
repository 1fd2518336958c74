"""Permits: how many generations may run at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tgi_reference.generation.errors import OverloadedError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Admission:
    """Counts the generations in flight. Nobody waits: whoever comes too late is refused at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.in_flight = 0

    @contextmanager
    def permit(self) -> Iterator[None]:
        """Take one permit, and give it back at the end.

        Raises:
            OverloadedError: none is free.
        """
        if self.in_flight >= self._limit:
            raise OverloadedError
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1
