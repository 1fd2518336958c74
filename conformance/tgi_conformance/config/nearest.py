"""The name that somebody who misspelt one most likely meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(text: str, names: Iterable[str]) -> str:
    """Give `; nearest is NAME`, to end a complaint with, or nothing where no name is near."""
    near = get_close_matches(text, list(names), n=1, cutoff=0.4)
    return f"; nearest is {near[0]}" if near else ""
