"""The name that somebody who misspelt one most likely meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIMILARITY = 0.4  # of 1; below it a suggestion puzzles more than it helps


def unknown(kind: str, name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Complain of an unknown name: `unknown setting 'levle'; did you mean 'level'?`.

    Args:
        kind: What it should name, such as `setting`.
        name: The unknown name.
        names: The known ones.
        otherwise: How the complaint ends where none of them is near.
    """
    near = get_close_matches(name, list(names), n=1, cutoff=_SIMILARITY)
    hint = f"did you mean {near[0]!r}?" if near else otherwise
    return f"unknown {kind} {name!r}" + (f"; {hint}" if hint else "")
