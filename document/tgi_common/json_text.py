"""Untrusted JSON: bounded in depth and number, strict where Python's reader is lax."""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 100
"""Far from where a recursive reader would give up; answers of TGI have 8, documents in use stay below 40."""

MAX_VALUES = 200_000
"""Values and names together, roughly: Python makes a hundred times the bytes of `[[],[],…`."""


class JsonError(ValueError):
    """No JSON, or too deep or too large; the message is one line."""


def parse(text: str) -> Any:
    """Read one JSON text; raises ValueError where it is none, or too deep or too large."""
    check_shape(text)
    return json.loads(text, parse_constant=_refuse)


def check_shape(text: str) -> None:
    """Bound depth and number before a parser that recurses sees the text; raises JsonError."""
    if text.count("[") + text.count("{") <= MAX_DEPTH and text.count(",") <= MAX_VALUES:
        return
    # What is between unescaped quotes is cut out; the brackets and commas left are those of the syntax.
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    brackets = [character for character in outside if character in "[]{}"]
    if len(brackets) // 2 + outside.count(",") > MAX_VALUES:
        raise JsonError(f"more than {MAX_VALUES} values, expected fewer")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise JsonError(f"nested deeper than {MAX_DEPTH} levels, expected fewer")


def _refuse(constant: str) -> None:
    raise JsonError(f"{constant} is not a JSON value")
