"""Suggest the name that a misspelt one most likely stands for."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """Give `; did you mean 'NAME'?` to end an error with, or nothing where no name is near."""
    near = get_close_matches(text, list(names), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""
