"""References and compositions that readers of OpenAPI stumble over."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.load import dangling_references
from tgi_document.repairs.rule import is_openapi_30, rule, schemas
from tgi_document.walk import Role, final_target, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_document.repairs.rule import Finding
    from tgi_document.walk import Document, Node

_MOST_VARIANTS = 100
"""Variants that an allOf may come to; each further oneOf in it multiplies them."""

_MOST_COPIED = 200_000
"""Values that copies of an allOf's parts may come to in a whole document. TGI's document needs 50."""

_PROSE = {"description", "summary"}


@rule("dangling-reference", loses="$ref")
def dangling_reference(document: Document) -> Iterator[Finding]:
    """A reference to a schema that is not there stands for any value (TGI 2.0.4 has such)."""
    dangling = {pointer for pointer, _ in dangling_references(document)}
    for node in schemas(document) if dangling else ():
        if node.pointer in dangling:
            yield node.path, f"{quoted(node.value.pop('$ref'))} leads nowhere, any value is taken"


@rule("siblings-of-reference")
def siblings_of_reference(document: Document) -> Iterator[Finding]:
    """OpenAPI 3.0 ignores what stands beside a reference, so it moves to an allOf around it."""
    for node in schemas(document) if is_openapi_30(document) else ():
        siblings = {key for key in node.value if key not in _PROSE and not key.startswith("x-")}
        if "$ref" in siblings and len(siblings) > 1:
            node.value["allOf"] = [{"$ref": node.value.pop("$ref")}, *node.value.get("allOf", ())]
            yield (
                node.path,
                f"{', '.join(sorted(siblings - {'$ref'}))} beside a reference, allOf put around it",
            )


@rule("allof-around-oneof")
def allof_around_oneof(document: Document) -> Iterator[Finding]:
    """A model that is one of several and something more is one of several models, each with that more."""
    copied = 0
    for node in schemas(document):
        parts = node.value.get("allOf", ())
        if len(parts) > 1 and any(_alternatives(document, part) for part in parts):
            copied += _distribute(document, node)
            if copied > _MOST_COPIED:
                raise DocumentError(
                    f"{node.pointer}: allOf around oneOf nested too far, expected simpler ones"
                )
            yield node.path, f"allOf around a oneOf is a oneOf of {len(node.value['oneOf'])} allOf"


@rule("discriminator-without-schemas")
def discriminator_without_schemas(document: Document) -> Iterator[Finding]:
    """A discriminator speaks of schemas with names, so beside inline ones it says nothing."""
    for node in schemas(document):
        variants = node.value.get("oneOf", node.value.get("anyOf", ()))
        if "discriminator" in node.value and not all(map(_has_name, variants)):
            del node.value["discriminator"]
            yield node.path, "discriminator dropped, its variants have no names"


@rule("untitled-variant")
def untitled_variant(document: Document) -> Iterator[Finding]:
    """The inline variants of a named oneOf get titles from what sets them apart, or by number."""
    for node in _components(document):
        variants = [
            item
            for item in node.value.get("oneOf", node.value.get("anyOf", ()))
            if _is_inline_object(item) and "title" not in item
        ]
        for item, title in zip(variants, _titles(document, str(node.path[1]), variants), strict=True):
            item["title"] = title
            yield node.path, f"a variant without a name is titled {quoted(title)}"


def _has_name(variant: Any) -> bool:
    return variant == {"type": "null"} or (isinstance(variant, dict) and "$ref" in variant)


def _alternatives(document: Document, part: Any) -> list[Any]:
    """Give the alternatives of one part of an allOf, if it is a oneOf or anyOf of several."""
    target = part
    if isinstance(part, dict) and "$ref" in part:
        try:
            target = final_target(document, part["$ref"])
        except KeyError:
            return []
    if not isinstance(target, dict):
        return []
    variants = target.get("oneOf") or target.get("anyOf") or []
    shaped = all(isinstance(item, dict) and _has_shape(item) for item in variants)
    return list(variants) if shaped and len(variants) > 1 else []


def _has_shape(schema: dict[str, Any]) -> bool:
    """Tell a variant from a mere constraint, such as `{"required": ["a"]}`."""
    return any(key in schema for key in ("type", "properties", "$ref", "allOf", "oneOf", "anyOf"))


def _distribute(document: Document, node: Node) -> int:
    """Put the oneOf outside, and give the number of values that were copied for it."""
    choices: list[list[Any]] = [[]]
    for part in node.value.pop("allOf"):
        alternatives = _alternatives(document, part) or [part]
        choices = [[*choice, alternative] for choice in choices for alternative in alternatives]
        if len(choices) > _MOST_VARIANTS:
            raise DocumentError(
                f"{node.pointer}: an allOf of more than {_MOST_VARIANTS} variants, expected fewer"
            )
    more = {key: node.value.pop(key) for key in ("type", "properties", "required") if key in node.value}
    rest = [more] if more.keys() - {"type"} else []
    node.value["oneOf"] = copy.deepcopy([{"allOf": [*choice, *rest]} for choice in choices])
    return sum(_size(choice) for choice in choices) + len(choices) * _size(rest)


def _size(value: Any) -> int:
    """Count the values in a value."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, below))


def _components(document: Document) -> Iterator[Node]:
    for node in walk(document):
        if node.role is Role.KEYWORDS and node.above == "schemas":
            yield node


def _is_inline_object(item: Any) -> bool:
    return isinstance(item, dict) and ("properties" in item or "allOf" in item) and "$ref" not in item


def _titles(document: Document, parent: str, variants: list[dict[str, Any]]) -> list[str]:
    """Name each variant by its one-valued member, by the members that only it requires, or by number."""
    shapes = [_shape(document, item) for item in variants]
    required = [members for _, members in shapes]
    common = set.intersection(*required) if len(required) > 1 else set()
    constants = [constant for constant, _ in shapes]
    by_constant = all(constants) and len(set(constants)) == len(constants)
    titles: list[str] = []
    for index, (constant, members) in enumerate(shapes):
        own = sorted(members - common)
        if by_constant and constant:
            suffix = _camel(constant)
        else:
            suffix = "With" + "And".join(map(_camel, own[:2])) if own else f"Variant{index + 1}"
        titles.append(_untaken(parent + suffix, titles, index))
    return titles


def _untaken(title: str, titles: list[str], index: int) -> str:
    return f"{title}{index + 1}" if title in titles else title


def _shape(document: Document, schema: Any) -> tuple[str, set[str]]:
    """Give the value of the member with only one, and the names of the required members."""
    constant, required = "", set[str]()
    seen: set[int] = set()
    pending = [schema]
    while pending:
        part = pending.pop()
        if not isinstance(part, dict) or id(part) in seen:
            continue
        seen.add(id(part))
        required |= set(_list(part.get("required")))
        constant = constant or _constant(part)
        pending.extend(reversed(part.get("allOf", ())))
        if "$ref" in part:
            pending.append(final_target(document, part["$ref"]))
    return constant, required


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _constant(schema: dict[str, Any]) -> str:
    for member in schema.get("properties", {}).values():
        values = member.get("enum", [member.get("const")]) if isinstance(member, dict) else []
        if len(values) == 1 and isinstance(values[0], str):
            return values[0]
    return ""


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", text[:60]))
