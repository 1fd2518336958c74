"""How two constraints of one keyword differ: do they allow more, less, or something else?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tgi_document.changes import Effect
from tgi_document.shapes import canonical

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_LOWER = frozenset({"minLength", "minItems", "minProperties", "minContains"})
_UPPER = frozenset({"maxLength", "maxItems", "maxProperties", "maxContains"})
_NOTES = frozenset(
    {
        *("$ref", "$id", "$schema", "$anchor", "contentEncoding", "contentMediaType"),
        *("discriminator", "deprecated", "readOnly", "writeOnly"),
    },
)
"""Keywords that allow or forbid nothing by themselves."""

_RANGES: dict[str, tuple[float, float]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    "float": (-3.5e38, 3.5e38),
    "double": (-math.inf, math.inf),
}


def effect_of(*, widens: bool, narrows: bool) -> Effect:
    """Name the effect of a change that does the one, the other, both or neither."""
    if widens:
        return Effect.REPLACES if narrows else Effect.WIDENS
    return Effect.NARROWS if narrows else Effect.NONE


def types_effect(old: frozenset[str] | None, new: frozenset[str] | None) -> Effect:
    """Compare two sets of types; None is all of them, and each integer is a number."""
    if old is None or new is None:
        return effect_of(widens=new is None and old is not None, narrows=old is None and new is not None)
    return effect_of(widens=bool(_all(new) - _all(old)), narrows=bool(_all(old) - _all(new)))


def bound_effect(old: tuple[float, bool] | None, new: tuple[float, bool] | None, *, lower: bool) -> Effect:
    """Compare two bounds, each a number and whether it is itself excluded; None is not a bound."""
    sign = 1 if lower else -1
    none = (-math.inf, False)
    old_key = (sign * old[0], old[1]) if old else none
    new_key = (sign * new[0], new[1]) if new else none
    return effect_of(widens=new_key < old_key, narrows=new_key > old_key)


def format_effect(old: str | None, new: str | None) -> Effect:
    """Compare two formats: those of numbers are ranges, others are only equal or not."""
    if old == new:
        return Effect.NONE
    if old is None or new is None:
        return Effect.NARROWS if old is None else Effect.WIDENS
    if old not in _RANGES or new not in _RANGES:
        return Effect.REPLACES
    (old_low, old_high), (new_low, new_high) = _RANGES[old], _RANGES[new]
    return effect_of(
        widens=new_low < old_low or new_high > old_high,
        narrows=new_low > old_low or new_high < old_high,
    )


def keyword_effect(keyword: str, old: Any, new: Any) -> Effect:
    """Compare the values of any other keyword; None is its absence."""
    if keyword in _NOTES:
        return Effect.NONE
    if keyword in _LOWER | _UPPER and _is_number(old) and _is_number(new):
        bounds = [(float(value), False) if value is not None else None for value in (old, new)]
        return bound_effect(*bounds, lower=keyword in _LOWER)
    if old is None or new is None:
        return Effect.NARROWS if old is None else Effect.WIDENS
    return Effect.REPLACES


def enum_difference(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """Give the values that were added and those that were removed, in their order."""
    old_texts, new_texts = set(map(canonical, old)), set(map(canonical, new))
    added = [value for value in new if canonical(value) not in old_texts]
    return (added, [value for value in old if canonical(value) not in new_texts])


def bound_words(bound: tuple[float, bool] | None, *, lower: bool) -> str | None:
    """Write a bound for people: `>= 0`, `< 1`."""
    if bound is None:
        return None
    sign = ">" if lower else "<"
    return f"{sign}{'' if bound[1] else '='} {canonical(bound[0])}"


def _all(types: AbstractSet[str]) -> AbstractSet[str]:
    return types | {"integer"} if "number" in types else types


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
