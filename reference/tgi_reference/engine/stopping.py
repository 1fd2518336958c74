"""When an answer ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class StopStrings:
    """Finds stop strings in a growing text, wherever they begin and end."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._reach = max((len(stop) for stop in stops), default=0) - 1
        self._tail = ""

    def push(self, text: str) -> bool:
        """Whether a stop string is complete, now that ``text`` is added."""
        if not self._stops:
            return False
        window = self._tail + text
        self._tail = window[-self._reach :] if self._reach > 0 else ""
        return any(stop in window for stop in self._stops)
