"""JSON of a server that may be hostile: strict where Python's reader is lax, bounded in depth and number."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 100  # levels; answers of TGI have 8
MOST_VALUES = 200_000  # of which Python makes a hundred times the bytes of `[[],[],…`


def parse(text: str) -> Any:
    """Read one JSON text; raises ValueError where it is none, or too deep or too large to be an answer."""
    _check_shape(text)
    return json.loads(text, parse_constant=_refuse)


def _check_shape(text: str) -> None:
    if text.count("[") + text.count("{") <= DEEPEST and text.count(",") <= MOST_VALUES:
        return
    # What is between unescaped quotes is cut out; the brackets and commas left are those of the syntax.
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    brackets = [character for character in outside if character in "[]{}"]
    if len(brackets) // 2 + outside.count(",") > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES} values")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST} levels")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
