"""Which requests may make a model process raise: on TGI such a request fails every request of its batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import listed, member

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request

LARGEST = 100_000  # bytes; a larger body is refused before its grammar is read
GRAMMARS = (("parameters", "grammar"), ("grammar",), ("response_format",))
TYPED = ("json", "json_object", "json_schema")
PLAIN_REGEX = re.compile(r"[\w \-()\[\]{}|+*?.,:]*")
REPEATED = re.compile(r"\{\d+(,\d*)?\}")
FEW = re.compile(r"\d{5,}")  # so many repetitions need an automaton that does not fit into memory
# Keywords of JSON Schema that every grammar engine supports or ignores.
KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "title"}
KNOWN |= {"minItems", "maxItems", "description"}


def may_raise(request: Request) -> bool:
    """Whether this request may make the model process raise, as far as the request shows."""
    if request.content is None or len(request.content) > LARGEST:
        return False
    body = request.json
    if not isinstance(body, Mapping):
        return False
    if member(body, "parameters", "adapter_id") is not None:
        return True
    grammars = [grammar for way in GRAMMARS if (grammar := member(body, *way)) is not None]
    tools = [member(tool, "function") for tool in listed(body, "tools")]
    return not (all(map(_is_plain, grammars)) and all(map(_is_plain_tool, tools)))


def _is_plain(grammar: Any) -> bool:
    kind, value = member(grammar, "type"), member(grammar, "value")
    if kind == "regex":
        return isinstance(value, str) and _is_plain_regex(value)
    if kind not in TYPED:
        return True  # refused before the model sees it
    return _is_plain_schema(member(value, "schema") if kind == "json_schema" else value)


def _is_plain_tool(function: Any) -> bool:
    return all(
        _is_plain_schema(schema)
        for name in ("arguments", "parameters")
        if (schema := member(function, name)) is not None
    )


def _is_plain_regex(value: str) -> bool:
    """Whether every engine compiles it: Python does, and it uses no syntax in which engines differ."""
    if not PLAIN_REGEX.fullmatch(value) or "(?" in value or FEW.search(value):
        return False
    if {"{", "}"} & set(REPEATED.sub("", value)):
        return False  # an unpaired brace, which Python accepts as a literal
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _is_plain_schema(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return True  # refused by its type
    if not set(schema) <= KNOWN or not isinstance(schema.get("type", "object"), str):
        return False
    properties = schema.get("properties", {})
    inner = [*properties.values()] if isinstance(properties, Mapping) else []
    inner += [schema[name] for name in ("items",) if name in schema]
    return all(isinstance(one, Mapping) and _is_plain_schema(one) for one in inner)
