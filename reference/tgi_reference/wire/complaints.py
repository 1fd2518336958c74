"""What is wrong with a body, in the words of the router's decoder."""

from __future__ import annotations

import json
from typing import Any

Step = str | int | None
"""A step of a path: a member's name, a place in an array, or a key that could not be read."""


class DecodeError(Exception):
    """A body that cannot be decoded.

    ``data`` tells an error of meaning (a wrong type, a missing member: status 422) from one of syntax (400).
    ``path`` names the member, ``place`` is (line, column), counted from 1 and in bytes.
    """

    def __init__(
        self, text: str, *, data: bool, path: tuple[Step, ...], place: tuple[int, int] | None
    ) -> None:
        super().__init__(text)
        self.text = text
        self.data = data
        self.path = path
        self.place = place

    def located(self) -> str:
        """The text with its place, without the path."""
        if self.place is None:
            return self.text
        return f"{self.text} at line {self.place[0]} column {self.place[1]}"

    def __str__(self) -> str:
        """The whole complaint: where, what, at which place."""
        where = _dotted(self.path)
        return f"{where}: {self.located()}" if where else self.located()


class MismatchError(Exception):
    """A buffered value that is not of the shape asked for."""


def _dotted(path: tuple[Step, ...]) -> str:
    if all(step is None for step in path):
        return ""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = "?" if step is None else step
            text += f".{name}" if text else name
    return text


def invalid_type(found: str, expected: str) -> str:
    """The complaint about a value of another type."""
    return f"invalid type: {found}, expected {expected}"


def unknown_variant(name: str, known: tuple[str, ...]) -> str:
    """The complaint about a name that is none of ``known``."""
    quoted = [f"`{one}`" for one in known]
    if len(quoted) == 1:
        expected = quoted[0]
    elif len(quoted) == 2:  # noqa: PLR2004  # two are joined by a word of their own
        expected = " or ".join(quoted)
    else:
        expected = "one of " + ", ".join(quoted)
    return f"unknown variant `{name}`, expected {expected}"


def describe(value: Any) -> str:
    """A decoded value as complaints name it: ``integer `5```, ``string "x"``, ``map``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{float_text(value)}`"
    if isinstance(value, str):
        return f"string {debug_string(value)}"
    return "sequence" if type(value) is list else "map"


def float_text(value: float) -> str:
    """A float as Rust's ryu prints it: always a point or an exponent, and no plus sign."""
    sign, digits, exponent = _shortest(value)
    point = len(digits) + exponent
    if exponent >= 0 and point <= 16:  # noqa: PLR2004  # ryu turns to exponents beyond 16 digits
        return f"{sign}{digits}{'0' * exponent}.0"
    if 0 < point <= 16:  # noqa: PLR2004
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -5 < point <= 0:  # noqa: PLR2004
        return f"{sign}0.{'0' * -point}{digits}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{sign}{mantissa}e{point - 1}"


def _shortest(value: float) -> tuple[str, str, int]:
    """Sign, significant digits and the power of ten that the last digit stands for."""
    mantissa, _, power = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) - len(fraction)
    stripped = digits.rstrip("0")
    exponent += len(digits) - len(stripped)
    sign = "-" if str(value).startswith("-") else ""
    return (sign, stripped, exponent) if stripped else (sign, "0", 0)


_RUST_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def debug_string(text: str) -> str:
    """A string as Rust's debug form shows it, in double quotes."""
    return '"' + "".join(map(_debug_character, text)) + '"'


def _debug_character(character: str) -> str:
    if character in _RUST_ESCAPES:
        return _RUST_ESCAPES[character]
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def json_text(value: Any) -> str:
    """A decoded value as compact JSON, as serde_json writes it: members in their order, floats by ryu."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(key)}:{json_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return float_text(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def debug_value(value: Any) -> str:
    """A decoded value as the debug form of serde_json's ``Value`` shows it."""
    if isinstance(value, dict):
        return (
            "Object {"
            + ", ".join(f"{debug_string(key)}: {debug_value(one)}" for key, one in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "Array [" + ", ".join(map(debug_value, value)) + "]"
    if isinstance(value, str):
        return f"String({debug_string(value)})"
    if value is None:
        return "Null"
    return f"Bool({json_text(value)})" if isinstance(value, bool) else f"Number({json_text(value)})"
