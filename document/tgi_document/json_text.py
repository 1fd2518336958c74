"""A document's JSON text: bounded in size, depth and number, and told where in it something is wrong."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from attrs import frozen

from tgi_common.json_text import JsonError, check_shape
from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.walk import Path, pointer_of

MAX_BYTES = 20_000_000
"""A hundred times the longest document of a TGI."""

_LONGEST_INTEGER = 100
"""Digits. Reading an integer costs the square of its length."""


@frozen
class Repeated:
    """Stands for an object that holds a member twice, until the place of it is known."""

    name: str


@frozen
class Refused:
    """Stands for a value that JSON does not have, until the place of it is known."""

    problem: str


def parse_json(data: bytes, origin: str) -> Any:
    """Read one JSON text.

    Args:
        data: UTF-8, with or without a byte order mark.
        origin: What the text is called in errors, a file or a URL.

    Raises:
        DocumentError: If it is not JSON, has a duplicate member, NaN, an infinity or a lone surrogate, or
            exceeds `MAX_BYTES` or a limit of `tgi_common.json_text`.
    """
    text = decoded(data, origin)
    try:
        check_shape(text)
    except JsonError as error:
        raise DocumentError(f"{origin}: {error}") from None
    value = _parsed(text, origin)
    check_values(value, origin)
    return value


def decoded(data: bytes, origin: str) -> str:
    """Decode a text that may be JSON or YAML.

    Raises:
        DocumentError: When it is empty, longer than `MAX_BYTES`, no UTF-8, or HTML.
    """
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{origin}: {len(data)} bytes, expected a document of at most {MAX_BYTES} bytes")
    if not data.strip():
        raise DocumentError(f"{origin}: empty, expected an OpenAPI document in JSON or YAML")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{origin}: byte {error.start}: no UTF-8, expected JSON or YAML in UTF-8"
        ) from None
    if text.lstrip()[:1] == "<":
        raise DocumentError(f"{origin}: HTML or XML, expected an OpenAPI document in JSON or YAML")
    return text


def _parsed(text: str, origin: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=lambda name: Refused(f"{name} is not a JSON value"),
        )
    except json.JSONDecodeError as error:
        _raise_syntax(text, error, origin)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    return Repeated(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]


def number_of(digits: str, *, is_integer: bool) -> int | float | Refused:
    """Read a number as YAML 1.2 writes it; JSON's numbers are among these."""
    if not is_integer:
        special = digits.lstrip("+-").lower() in {".inf", ".nan"}
        return Refused(f"{digits[:40]} is not a JSON value") if special else _number(digits)
    if digits.startswith(("0o", "0x")) and len(digits) <= _LONGEST_INTEGER:
        return int(digits, 0)
    return _integer(digits)


def _integer(digits: str) -> int | Refused:
    if len(digits) > _LONGEST_INTEGER:
        return Refused(f"an integer of {len(digits)} digits, expected at most {_LONGEST_INTEGER}")
    return int(digits)


def _number(digits: str) -> float | Refused:
    value = float(digits)
    return value if math.isfinite(value) else Refused(f"{digits[:40]} is not a number that a double can hold")


def _raise_syntax(text: str, error: json.JSONDecodeError, origin: str) -> NoReturn:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        size = len(text.encode())
        raise DocumentError(
            f"{origin}: truncated: ends at byte {size} in the midst of a value, expected JSON to its end"
        )
    place = len(text[: error.pos].encode())
    raise DocumentError(f"{origin}: byte {place}: not JSON ({error.msg})")


def check_values(value: Any, origin: str) -> None:
    """Refuse a value in which something stands for what JSON does not have.

    Raises:
        DocumentError: With the JSON pointer of the place.
    """
    stack: list[tuple[Path, Any]] = [((), value)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            for name in value:
                _check_text(name, path, origin)
            stack.extend(((path, name), item) for name, item in value.items())
        elif isinstance(value, list):
            stack.extend(((path, index), item) for index, item in enumerate(value))
        elif isinstance(value, str):
            _check_text(value, path, origin)
        elif isinstance(value, Repeated):
            raise DocumentError(
                f"{origin}: {pointer_of(path)}: holds {quoted(value.name)} twice, expected each member once"
            )
        elif isinstance(value, Refused):
            raise DocumentError(f"{origin}: {pointer_of(path)}: {value.problem}")


def _check_text(text: str, path: Path, origin: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DocumentError(
            f"{origin}: {pointer_of(path)}: half a surrogate pair, expected whole characters"
        ) from None
