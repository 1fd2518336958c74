"""The generations that run side by side, and what the failure of one means for the others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tgi_reference.generation.errors import GenerationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.generation.generation import Generation


class Batch:
    """The generations that run. A model process that fails over one of them may lose them all."""

    def __init__(self, *, fails_as_one: bool) -> None:
        self._running: list[Generation] = []
        self._fails_as_one = fails_as_one

    @contextmanager
    def running(self, generation: Generation) -> Iterator[None]:
        """Count a generation in, as long as the context lasts; its failure becomes that of the others."""
        self._running.append(generation)
        try:
            yield
        except GenerationError as error:
            if self._fails_as_one and generation.failure is None:
                for one in self._running:
                    one.failure = error.cause
            raise
        finally:
            self._running.remove(generation)
