"""A document's YAML text, read as the JSON that OpenAPI takes YAML for.

OpenAPI allows what YAML 1.2 and JSON have in common, with strings for keys. So `on` and `2024-01-01` are
strings, `200:` is the name "200", and nothing is ever constructed but JSON values. Aliases are copied out,
and counted as what they stand for.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from attrs import define

from tgi_common.json_text import MAX_DEPTH, MAX_VALUES
from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.json_text import Refused, Repeated, check_values, number_of

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_TEXTS = frozenset({("openapi",), ("swagger",), ("info", "version"), ("info", "title")})
"""Members that are strings, although `version: 1.0` looks like a number."""


class _Loader(_Base):
    """Tells the scalars of YAML 1.2's core schema apart; PyYAML's own are those of YAML 1.1."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (PyYAML's way)


for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(f"(?:{_pattern})$"), _first)


def parse_yaml(text: str, origin: str) -> Any:
    """Read one YAML text as JSON.

    Args:
        text: The text; its size is bounded by whoever read it.
        origin: What the text is called in errors, a file or a URL.

    Raises:
        DocumentError: When it is not YAML or not a JSON value, holds several documents or a member twice, or
            passes a limit of `tgi_common.json_text`, aliases copied out.
    """
    try:
        _check_shape(text, origin)
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise DocumentError(f"{origin}: {place}not YAML ({error.problem or error.context})") from None
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"{origin}: not YAML ({str(error).splitlines()[0]})") from None
    value = _Values(origin).read(node, ()) if node is not None else None
    check_values(value, origin)
    return value


def _check_shape(text: str, origin: str) -> None:
    """Bound depth and number before the composer, which recurses, sees the text."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, _Loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        _check_limits(depth, number // 2, origin)


def _check_limits(depth: int, values: int, origin: str) -> None:
    if depth > MAX_DEPTH:
        raise DocumentError(f"{origin}: nested deeper than {MAX_DEPTH} levels, expected fewer")
    if values > MAX_VALUES:
        raise DocumentError(f"{origin}: more than {MAX_VALUES} values, expected fewer")


@define
class _Values:
    """Makes JSON values of nodes, and counts them."""

    origin: str
    count: int = 0

    def read(self, node: yaml.Node, path: tuple[str, ...]) -> Any:
        self.count += 1
        _check_limits(len(path), self.count, self.origin)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._object(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.read(item, (*path, "")) for item in node.value]
        return node.value if path in _TEXTS else _scalar(node)

    def _object(self, node: yaml.MappingNode, path: tuple[str, ...]) -> Any:
        value: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                return Refused("a key that is not text, expected the names of members")
            read = self.read(item, (*path, key.value))
            if key.value == _MERGE and not key.style:
                for part in read if isinstance(read, list) else [read]:
                    merged = {**part, **merged} if isinstance(part, dict) else merged
            elif key.value in value:
                return Repeated(key.value)
            else:
                value[key.value] = read
        return {**merged, **value}


def _scalar(node: yaml.Node) -> Any:
    text, kind = str(node.value), str(node.tag).removeprefix(_TAG)
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in {"int", "float"}:
        return number_of(text, is_integer=kind == "int")
    return Refused(f"the tag {quoted(node.tag)}, expected a value of JSON")
