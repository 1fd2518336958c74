"""Between JSON and models: what the code of the models has in common."""

from __future__ import annotations

import json
import math
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import DecodeError, EncodeError
from .types import UNSET, File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Fields = list[tuple[str, tuple[str | None, Any] | tuple[str | None, Any, str]]]


def plain_loads(text: bytes) -> Any:
    """Read JSON by `json`; bytes that are not UTF-8 are replaced, as the rules for event streams say."""
    return json.loads(text.decode("utf-8", "replace"))


quick_loads: Callable[[bytes], Any]
"""Reads JSON as `loads` does, but may refuse what orjson refuses."""

try:
    quick_loads = import_module("orjson").loads  # by name, for type checkers where it is not there
except ImportError:  # the extra `speed` is not installed
    quick_loads = plain_loads


def loads(text: bytes) -> Any:
    """Read JSON, by the quicker reader if the extra `speed` is installed.

    What orjson refuses is read by `json`, so that both read the same: NaN, half a surrogate pair.

    Raises:
        ValueError: When it is none.
        RecursionError: When it is nested too deep.
    """
    try:
        return quick_loads(text)
    except ValueError:
        return plain_loads(text)


def loads_body(body: bytes) -> Any:
    """Read the JSON of a whole body, which may be in UTF-16 or UTF-32 too.

    Raises:
        ValueError: When it is none.
        RecursionError: When it is nested too deep.
    """
    if quick_loads is not plain_loads:
        try:
            return quick_loads(body)
        except ValueError:
            pass
    return json.loads(body)


def members_of(source: Any, name: str) -> Any:
    """Give a JSON object as a plain dict, which is for reading only: it may be the caller's.

    Raises:
        DecodeError: When it is something else.
    """
    if type(source) is dict:
        return source
    try:
        return {**source}
    except TypeError:
        raise DecodeError(f"{name}: {_kind(source)}, expected an object") from None


def other_members(source: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Copy the members of a JSON object that its model has no names for.

    Models count first, and call this only if there are more members than those with names, which is seldom.
    """
    return {} if known.issuperset(source) else {key: source[key] for key in source if key not in known}


def items_of(source: Any, name: str) -> Any:
    """Give a JSON array.

    Raises:
        DecodeError: When it is something else.
    """
    if isinstance(source, list | tuple):
        return source
    raise DecodeError(f"{name}: {_kind(source)}, expected an array")


def missing(name: str, problem: KeyError) -> DecodeError:
    """Tell that a required member is not there."""
    return DecodeError(f"{name}: required member {problem.args[0]!r} is missing")


def pick(value: Any, name: str, variants: tuple[type[Any], ...]) -> Any:
    """Read a JSON object as the one of several models that it is.

    That is the one which it fits: all required members are there, with the documented types and constants.
    Failing that, constants may be unknown ones; failing that, it is enough that all required members are
    there. Among several the one that knows most of the object's members is taken, and among those the first.

    Models ask for the required members themselves where two or three models are to be told apart. This finds
    the same one, and takes longer.

    Raises:
        DecodeError: When it is none of them.
    """
    if isinstance(value, dict):
        keys = value.keys()
        whole: Any = None
        for variant in variants:
            if keys >= variant._required:  # noqa: SLF001 (models are of this package)
                if whole is not None:
                    break
                whole = variant
        else:
            if whole is not None:  # what is asked below would only find the same one, and later
                return whole.from_dict(value)
        several = [variant for variant in variants if keys >= variant._required]  # noqa: SLF001
        for fits in _FITS:
            fitting = [variant for variant in several if fits(variant, value)]
            if len(fitting) == 1:
                return fitting[0].from_dict(value)
            if fitting:
                return max(fitting, key=lambda variant: _known(variant, value)).from_dict(value)
    names = ", ".join(variant.__name__ for variant in variants)
    raise DecodeError(f"{name}: {_kind(value)} that is none of {names}")


def _known(variant: Any, value: dict[str, Any]) -> int:
    """Count the members of an object that a model documents."""
    return len(value.keys() & variant._members)  # noqa: SLF001 (models are of this package)


_FITS: tuple[Callable[[Any, dict[str, Any]], bool], ...] = (
    lambda variant, value: variant._fits(value, True),  # noqa: SLF001
    lambda variant, value: variant._fits(value, False),  # noqa: SLF001
    lambda _variant, _value: True,
)


def encoded(value: Any) -> Any:
    """Give the JSON value of a model, or of a list or dict of models. Other values stay as they are."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, list | tuple):
        return [encoded(item) for item in value]
    if isinstance(value, dict):
        return {key: encoded(item) for key, item in value.items()}
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return encoded(dict(value)) if hasattr(value, "keys") else value


def payload_of(body: Any, no_nulls: Mapping[str, Any], extra: Mapping[str, Any] | None) -> Any:
    """Give the JSON value of a body, which is a model or the object that it would be written as.

    Args:
        body: The body.
        no_nulls: By name of a member: whether it is left out where it is null, because the server refuses
        that,
            and the same table for its own members.
        extra: Further members; objects in them are joined with those that are there.

    Raises:
        EncodeError: When there are further members for what is not an object.
    """
    value = encoded(body)
    if isinstance(value, dict) and no_nulls:
        value = _without_nulls(value, no_nulls)
    if extra is None:
        return value
    if not isinstance(value, dict):
        raise EncodeError(f"extra_body: members for {_kind(value)}, expected a body that is an object")
    return merged(value, encoded(extra))


def _without_nulls(value: dict[str, Any], no_nulls: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for key, item in value.items():
        refuses, inner = no_nulls.get(key, (False, None))
        if item is None and refuses:
            continue
        kept[key] = _without_nulls(item, inner) if inner and isinstance(item, dict) else item
    return kept


def merged(value: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Join two JSON objects, and the objects in them; of other members the second one's count."""
    joined = dict(value)
    for key, item in more.items():
        there = joined.get(key)
        both = isinstance(there, dict) and isinstance(item, dict)
        joined[key] = merged(there, item) if both else item  # type: ignore[arg-type]
    return joined


def to_json(value: Any) -> bytes:
    """Write a value as JSON.

    Raises:
        EncodeError: When JSON cannot carry it, with the place of the first such value.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, TypeError, RecursionError):
        raise EncodeError(_fault(value) or "a value that is not JSON, or nested too deep") from None


def to_form(value: dict[str, Any]) -> dict[str, Any]:
    """Write an object as the fields of a form; lists repeat their field."""
    return {key: to_texts(item) for key, item in value.items() if item is not UNSET and item is not None}


def to_multipart(value: dict[str, Any]) -> Fields:
    """Write an object as the parts of a multipart form: files as such, objects as JSON, the rest as text."""
    fields: Fields = []
    for key, item in value.items():
        for part in item if isinstance(item, list | tuple) else (item,):
            if isinstance(part, File):
                fields.append((key, (part.file_name, part.payload, part.mime_type)))
            elif part is not UNSET and part is not None:
                fields.append((key, (None, to_text(part).encode())))
    return fields


def to_query(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Write the parameters of a query; absent and null ones are left out, lists repeat their name."""
    told = [(key, value) for key, value in pairs if value is not UNSET and value is not None]
    return tuple((key, text) for key, value in told for text in to_texts(value))


def deep_object(key: str, value: Any) -> list[tuple[str, Any]]:
    """Write the members of an object as parameters of a query, `key[member]`."""
    members = encoded(value)
    return (
        [(f"{key}[{name}]", item) for name, item in members.items()]
        if isinstance(members, dict)
        else [(key, value)]
    )


def joined(value: Any, sign: str) -> Any:
    """Write a list as one parameter of a query, its items joined by a sign."""
    return sign.join(to_texts(value)) if isinstance(value, list | tuple) else value


def to_headers(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Write parameters that are headers or cookies; absent and null ones are left out."""
    return {
        key: ",".join(to_texts(value)) for key, value in pairs if value is not UNSET and value is not None
    }


def to_segment(value: Any) -> str:
    """Write a parameter of a path, so that it stays one segment of it."""
    text = quote(",".join(to_texts(value)), safe="")
    return text.replace(".", "%2E") if text in {".", ".."} else text


def to_texts(value: Any) -> list[str]:
    """Write each item of a list, or the one value."""
    return [to_text(item) for item in value] if isinstance(value, list | tuple) else [to_text(value)]


def to_text(value: Any) -> str:
    """Write a value where there is no JSON: in a path, a query, a header or a form."""
    if isinstance(value, str):
        return value
    return to_json(encoded(value)).decode()


def _fault(value: Any, place: str = "") -> str | None:
    """Find the first value that JSON cannot carry. Deep ones are not looked for."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{place or '/'}: {value}, JSON has neither NaN nor infinities"
    if isinstance(value, str):
        return None if _is_text(value) else f"{place or '/'}: text with half a surrogate pair"
    if isinstance(value, dict | list | tuple) and place.count("/") < _DEEPEST:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        found = (_fault(item, f"{place}/{key}") for key, item in items)
        return next((fault for fault in found if fault), None)
    if isinstance(value, str | int | float | dict | list | tuple | None):
        return None
    return f"{place or '/'}: a {type(value).__name__}, expected a value of JSON"


_DEEPEST = 50


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str:
    """Name the type of a JSON value, with its article."""
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return "null" if value is None else names.get(type(value), f"a {type(value).__name__}")
