"""A JSON schema as the regular expression of the texts that it allows, as TGI 3 makes one of it.

The router has this from outlines-core 0.1.14, whose rules are followed here, complaints included: which
keyword decides, what is refused, that optional members keep their order, one blank where white space may be.
The wheels of that release end with Python 3.11, and later releases take other schemas, hence no dependency.
Source: outlines-core (https://github.com/dottxt-ai/outlines-core, Apache-2.0), module ``json_schema``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.wire.complaints import debug_value, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SPACE: Final = "[ ]?"
_LETTER: Final = r'([^"\\\x00-\x1F\x7F-\x9F]|\\["\\])'
_STRING: Final = f'"{_LETTER}*"'
_SIMPLE: Final = {
    "string": _STRING,
    "integer": "(-)?(0|[1-9][0-9]*)",
    "number": r"((-)?(0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-][0-9]+)?",
    "boolean": "(true|false)",
    "null": "null",
}
_TIME: Final = "(2[0-3]|[01][0-9]):([0-5][0-9]):([0-5][0-9])"
_FORMATS: Final = {
    "date-time": '"(-?(?:[1-9][0-9]*)?[0-9]{4})-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12][0-9])T'
    + _TIME
    + r'(\.[0-9]{3})?(Z)?"',
    "date": r'"(?:\d{4})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[1-2][0-9]|3[0-1])"',
    "time": f'"{_TIME}' + r'(\\.[0-9]+)?(Z)?"',
    "uuid": '"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"',
}
_WIDER_FORMATS: Final = {
    **_FORMATS,
    # Narrower than the standards (RFC 5322, RFC 3986), as all that a model has to write is one that is right.
    "email": r'"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"',
    "uri": r'"https?://([a-zA-Z0-9.-]+\.[a-zA-Z]{2,}|localhost)(:[0-9]+)?(/[a-zA-Z0-9._/-]*)?"',
}
# Types that a value without a type may have, in order; deeper ones only as deep as ``depth`` says.
_OF_MEMBERS: Final = ("string", "number", "boolean", "null")
_OF_ITEMS: Final = ("boolean", "null", "number", "integer", "string")
_OF_ANYTHING: Final = (*_OF_ITEMS, "array", "object")
_DEPTH: Final = 2
_TOO_SHORT: Final = "maxLength must be greater than or equal to minLength"
_SPECIAL: Final = re.compile(r"[\\.+*?()|\[\]{}^$#&~-]")
_LARGEST_U64: Final = 2**64 - 1
# Where TGI itself would run out of stack or memory: subschemas visited, letters written.
_MOST_VISITS: Final = 5_000
_LONGEST: Final = 2_000_000
_ENDLESS: Final = "the schema is too large, or refers to itself"


class SchemaError(ValueError):
    """A schema that is not taken; the message is what clients see of it."""


def schema_regex(schema: Any, *, in_the_model: bool = False) -> str:
    """The regular expression of a schema.

    Routers before 3.0 left this to the model process, whose library takes more (``in_the_model``): lists of
    types, more formats, and any value as a constant.

    Raises:
        SchemaError: the schema has something that is not supported.
    """
    try:
        return (_WiderTranslation if in_the_model else _Translation)(schema).regex(schema)
    except RecursionError:
        raise SchemaError(_ENDLESS) from None


class _Translation:
    """One schema on its way to a regular expression."""

    _formats = _FORMATS
    _out_of_order = "max bound must be greater than or equal to min bound"

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self._visits = 0

    def regex(self, schema: Any) -> str:
        """The regular expression of a part of the schema."""
        self._visits += 1
        if self._visits > _MOST_VISITS:
            raise SchemaError(_ENDLESS)
        if not isinstance(schema, dict):
            raise self._no_object(schema)
        if not schema:
            return "|".join(f"({self.regex({'type': one})})" for one in _OF_ANYTHING)
        for keyword, translate in self._keywords():
            if keyword in schema:
                return _bounded(translate(schema))
        raise _unsupported(schema)

    def _no_object(self, _: Any) -> SchemaError:
        return SchemaError("Invalid JSON Schema: expected an object")

    def _keywords(self) -> tuple[tuple[str, Callable[[dict[str, Any]], str]], ...]:
        """Of the keywords in a schema the first of these alone counts."""
        return (
            ("properties", self._properties),
            ("allOf", lambda schema: f"({''.join(self._each(schema, 'allOf'))})"),
            ("anyOf", lambda schema: f"({'|'.join(self._each(schema, 'anyOf'))})"),
            ("oneOf", self._one_of),
            ("prefixItems", self._prefix_items),
            ("enum", self._enum),
            ("const", lambda schema: self._literal(schema["const"], "const")),
            ("$ref", self._reference),
            ("type", self._type),
        )

    def _each(self, schema: dict[str, Any], keyword: str) -> list[str]:
        parts = schema[keyword]
        if not isinstance(parts, list):
            raise SchemaError(f"'{keyword}' must be an array")
        return [self.regex(one) for one in parts]

    def _one_of(self, schema: dict[str, Any]) -> str:
        return f"({'|'.join(f'(?:{one})' for one in self._each(schema, 'oneOf'))})"

    def _prefix_items(self, schema: dict[str, Any]) -> str:
        items = f"{SPACE},{SPACE}".join(self._each(schema, "prefixItems"))
        return rf"\[{SPACE}{items}{SPACE}\]"

    def _properties(self, schema: dict[str, Any]) -> str:
        properties = schema["properties"]
        if not isinstance(properties, dict):
            raise SchemaError("'properties' not found or not an object")
        asked = schema.get("required")
        required = {one for one in asked if isinstance(one, str)} if isinstance(asked, list) else set()
        members = [
            (name in required, f'{SPACE}"{_escaped(name)}"{SPACE}:{SPACE}{self.regex(value)}')
            for name, value in properties.items()
        ]
        inner = _around_required(members) if any(one for one, _ in members) else _all_optional(members)
        return rf"\{{{inner}{SPACE}\}}"

    def _reference(self, schema: dict[str, Any]) -> str:
        reference = schema["$ref"]
        if not isinstance(reference, str):
            raise SchemaError("'$ref' must be a string")
        base, *fragments = reference.split("#")
        if not fragments:
            return self.regex(self._found(base))
        if len(fragments) > 1:
            raise SchemaError(f"Invalid reference format: {reference}")
        if base and (not isinstance(self._whole, dict) or base != self._whole.get("$id")):
            raise SchemaError(f"External references are not supported: {reference}")
        return self.regex(self._found(fragments[0]))

    def _found(self, path: str) -> Any:
        current = self._whole
        for part in filter(None, path.split("/")):
            if not isinstance(current, dict) or part not in current:
                raise SchemaError(f"Invalid reference path: {part}")
            current = current[part]
        return current

    def _enum(self, schema: dict[str, Any]) -> str:
        if not isinstance(schema["enum"], list):
            raise SchemaError("'enum' must be an array")
        return f"({'|'.join(self._literal(one, 'enum') for one in schema['enum'])})"

    def _literal(self, value: Any, keyword: str) -> str:
        if isinstance(value, (dict, list)):
            raise SchemaError(f"Unsupported data type in {keyword}: {debug_value(value)}")
        return _escaped(json_text(value))

    def _type(self, schema: dict[str, Any]) -> str:
        kind = schema["type"]
        if not isinstance(kind, str):
            raise SchemaError("'type' must be a string")
        return self._of_type(kind, schema)

    def _of_type(self, kind: str, schema: dict[str, Any]) -> str:
        by_kind: dict[str, Callable[[dict[str, Any]], str]] = {
            "string": lambda schema: _string(schema, self._formats),
            "number": lambda schema: _number(schema, self._out_of_order),
            "integer": lambda schema: _integer(schema, self._out_of_order),
            "array": self._array,
            "object": self._object,
        }
        if kind in by_kind:
            return by_kind[kind](schema)
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        raise SchemaError(f"Unsupported type: {kind}")

    def _object(self, schema: dict[str, Any]) -> str:
        if _natural(schema, "maxProperties") == 0:
            return rf"\{{{SPACE}\}}"
        extra = schema.get("additionalProperties", True)
        if extra is True:
            extra = {"anyOf": _unconstrained(schema, _OF_MEMBERS)}
        member = f"{_STRING}{SPACE}:{SPACE}{self.regex(extra)}"
        empty = "" if _natural(schema, "minProperties") else "?"
        return rf"\{{{SPACE}({member}({SPACE},{SPACE}{member}){{0,}}){empty}{SPACE}\}}"

    def _array(self, schema: dict[str, Any]) -> str:
        low, high = _natural(schema, "minItems") or 0, _natural(schema, "maxItems")
        if high == 0:
            return rf"\[{SPACE}\]"
        repeats = f"{{{max(low - 1, 0)},{'' if high is None else high - 1}}}"
        if "items" in schema:
            item = self.regex(schema["items"])
        else:
            item = "|".join(self.regex(one) for one in _unconstrained(schema, _OF_ITEMS))
        return rf"\[{SPACE}(({item})(,{SPACE}({item})){repeats}){'' if low else '?'}{SPACE}\]"


class _WiderTranslation(_Translation):
    """The same by the rules of outlines-core 0.2, as far as they take more."""

    _formats = _WIDER_FORMATS
    _out_of_order = _TOO_SHORT

    def _no_object(self, schema: Any) -> SchemaError:
        return _unsupported(schema)

    def _type(self, schema: dict[str, Any]) -> str:
        kinds = schema["type"]
        if isinstance(kinds, str):
            return self._of_type(kinds, schema)
        if not isinstance(kinds, list) or not all(isinstance(one, str) for one in kinds):
            raise SchemaError("'type' must be a string or an array of string")
        return f"({'|'.join(f'(?:{self._of_type(one, schema)})' for one in kinds)})"

    def _literal(self, value: Any, keyword: str) -> str:
        between = f"{SPACE},{SPACE}"
        if isinstance(value, list):
            items = between.join(self._literal(one, keyword) for one in value)
            return rf"\[{SPACE}{items}{SPACE}\]"
        if isinstance(value, dict):
            members = between.join(
                f'"{name}"{SPACE}:{SPACE}{self._literal(one, keyword)}' for name, one in value.items()
            )
            return rf"\{{{SPACE}{members}{SPACE}\}}"
        return super()._literal(value, keyword)


def _unsupported(schema: Any) -> SchemaError:
    return SchemaError(
        f"Unsupported JSON Schema structure {json_text(schema)} \nMake sure it is valid to the JSON Schema "
        "specification and check if it's supported by Outlines.\nIf it should be supported, please open an "
        "issue."
    )


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise SchemaError("the schema is too large")
    return text


def _around_required(members: list[tuple[bool, str]]) -> str:
    """Members of which some are required: the commas stand on the side of the last of those."""
    last = max(place for place, (needed, _) in enumerate(members) if needed)
    text = ""
    for place, (needed, member) in enumerate(members):
        before = f"{SPACE}," if place > last else ""
        after = f"{SPACE}," if place < last else ""
        text += before + member + after if needed else f"({before}{member}{after})?"
    return text


def _all_optional(members: list[tuple[bool, str]]) -> str:
    """Optional members: one alternative for each that may come first without a comma."""
    texts = [member for _, member in members]
    _bounded(" " * (len(texts) * sum(map(len, texts)) if len(texts) > 1 else 0))
    alternatives = [
        "".join(f"({one}{SPACE},)?" for one in texts[:place])
        + texts[place]
        + "".join(f"({SPACE},{one})?" for one in texts[place + 1 :])
        for place in range(len(texts))
    ]
    return f"({'|'.join(alternatives)})?"


def _unconstrained(schema: dict[str, Any], simple: tuple[str, ...]) -> list[dict[str, Any]]:
    depth = _natural(schema, "depth")
    depth = _DEPTH if depth is None else depth
    deeper = [{"type": kind, "depth": depth - 1} for kind in ("object", "array")] if depth else []
    return [{"type": kind} for kind in simple] + deeper


def _string(schema: dict[str, Any], formats: Mapping[str, str]) -> str:
    if "maxLength" in schema or "minLength" in schema:
        return _string_of_length(schema)
    pattern, form = schema.get("pattern"), schema.get("format")
    if isinstance(pattern, str):
        whole = pattern.startswith("^") and pattern.endswith("$")
        return f'("{pattern[1:-1] if whole else pattern}")'
    if not isinstance(form, str):
        return _STRING
    if form not in formats:
        raise SchemaError(f"Format {form} is not supported by Outlines")
    return formats[form]


def _string_of_length(schema: dict[str, Any]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if "minLength" in schema and "maxLength" in schema and _rank(low) > _rank(high):
        raise SchemaError(_TOO_SHORT)
    least, most = _natural(schema, "minLength") or 0, _natural(schema, "maxLength")
    return f'"{_LETTER}{{{least},{"" if most is None else most}}}"'


def _rank(value: Any) -> float:
    """A number to compare by; what is none comes before all that are."""
    return float(value) if _is_number(value) else float("-inf")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _natural(schema: dict[str, Any], name: str) -> int | None:
    """A member that is a whole number of 64 bits, from 0 on; none where it is anything else."""
    value = schema.get(name)
    return value if type(value) is int and 0 <= value <= _LARGEST_U64 else None


def _quantifier(  # noqa: PLR0913  # the rules of three parts of a number, and of an integer
    schema: dict[str, Any], name: str, problem: str, *, offset: int, low: int, free: str
) -> str:
    """How many digits may follow: ``offset`` of them were written before."""
    bounds = [_natural(schema, f"{side}{name}") for side in ("minDigits", "maxDigits")]
    # A bound of nothing is none; and it is less than any other.
    least, most = (None if one is None else max(one - offset, 0) for one in bounds)
    if least is not None and most is not None and most < least:
        raise SchemaError(problem)
    if not least and not most:
        return free
    return f"{{{least or low},{most or ''}}}"


def _number(schema: dict[str, Any], problem: str) -> str:
    parts = ("Integer", "Fraction", "Exponent")
    if not any(f"{side}Digits{part}" in schema for side in ("min", "max") for part in parts):
        return _SIMPLE["number"]
    whole = _quantifier(schema, "Integer", problem, offset=1, low=1, free="*")
    fraction = _quantifier(schema, "Fraction", problem, offset=0, low=0, free="+")
    exponent = _quantifier(schema, "Exponent", problem, offset=0, low=0, free="+")
    return rf"((-)?(0|[1-9][0-9]{whole}))(\.[0-9]{fraction})?([eE][+-][0-9]{exponent})?"


def _integer(schema: dict[str, Any], problem: str) -> str:
    if "minDigits" not in schema and "maxDigits" not in schema:
        return _SIMPLE["integer"]
    return f"(-)?(0|[1-9][0-9]{_quantifier(schema, '', problem, offset=1, low=0, free='*')})"


def _escaped(text: str) -> str:
    """A text that stands for itself in a regular expression."""
    return _SPECIAL.sub(r"\\\g<0>", text)
