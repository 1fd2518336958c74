"""JSON of a server as the page shows it: indented, values marked, repetitions folded, nothing lost."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from tgi_common.json_text import check_shape
from tgi_conformance.http.exchange import NOT_JSON
from tgi_conformance.results.evidence import cut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Path = tuple["str | int", ...]
"""Names of members and places in arrays, from the root to a value."""

WIDTH = 84  # characters
LEAST_FOLDED = 4  # equal elements in a row
_CUT = re.compile(r"… \((\d+) characters\)\Z")
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+)')


@frozen
class Number:
    """A number as it was written, since 1.0 and 1 differ in a finding."""

    text: str


@frozen
class Part:
    """A text; `kind` is empty, `mark` for what a finding is about, or `fold` for what stands for more."""

    text: str
    kind: str = ""


def shortened(text: str, longest: int) -> str:
    """Cut a text that may be cut already, and keep the number of its characters."""
    found = _CUT.search(text)
    if found is None or len(text) <= longest:
        return cut(text, longest)
    return cut(text[: min(found.start(), longest)], longest, int(found[1]) - min(found.start(), longest))


@lru_cache(maxsize=256)
def read_json(text: str) -> Any:
    """Read JSON; if `cut` has cut it off, what is left of it. Numbers are `Number`s.

    Returns:
        The value, not to be changed; `NOT_JSON` if the text is not JSON, is too deep, or repeats a name.
    """
    try:
        check_shape(text)
        return _loads(_closed(_CUT.sub("", text)) if _CUT.search(text) else text)
    except (ValueError, RecursionError):
        return NOT_JSON


def json_parts(
    text: str, marked: Collection[Path] = (), before: str = "", width: int = WIDTH
) -> tuple[Part, ...]:
    """Indent a JSON text; a text that is not JSON stays as it is.

    Args:
        text: What a server sent, possibly cut by `cut`.
        marked: Paths of the values to mark.
        before: A JSON text whose equal members are folded, such as the previous event of a stream.
        width: How long an array or object may be that stays on one line.
    """
    value = read_json(text)
    if value is NOT_JSON:
        return (Part(text),) if text else ()
    writer = _Writer(frozenset(marked), width)
    writer.write(value, (), before=read_json(before))
    found = _CUT.search(text)
    return tuple(_joined([*writer.parts, Part(f" {found[0]}" if found else "", "fold")]))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give each value in JSON with its path, containers before what is in them."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from leaves(item, (*path, step))


def _loads(text: str) -> Any:
    return json.loads(
        text, parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_members
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _closed(text: str) -> str:
    """End a JSON text after its last complete value and close what is open."""
    closers, after_colon, position, ending = "", False, 0, ""
    while found := _TOKEN.match(text, position):
        piece, position = found[1], found.end()
        in_array = closers.startswith("]")
        if piece in "{[":
            closers = ("}" if piece == "{" else "]") + closers
            ending = ending or text[:position] + closers
        elif piece in "}]":
            closers = closers[1:]
            ending = text[:position] + closers
        elif piece not in ":," and (in_array or after_colon) and position < len(text):
            ending = text[:position] + closers
        after_colon = piece == ":"
    return ending


def _joined(parts: list[Part]) -> Iterator[Part]:
    for kind, some in groupby(parts, key=lambda part: part.kind):
        text = "".join(part.text for part in some)
        if text:
            yield Part(text, kind)


@frozen
class _Entry:
    """A member or element to write, and what is folded after it."""

    step: str | int
    value: Any
    before: Any = NOT_JSON
    folded: str = ""


@define
class _Writer:
    """Writes a value into parts; `before` is the value whose equal members are folded."""

    marked: frozenset[Path]
    width: int
    parts: list[Part] = field(factory=list)

    def write(self, value: Any, path: Path, *, inline: bool = False, before: Any = NOT_JSON) -> None:
        start = len(self.parts)
        if isinstance(value, (dict, list)) and value:
            self._container(value, path, inline or self._fits(value, path, before), before)
        else:
            self._add(_scalar(value))
        if path in self.marked:
            self.parts[start:] = [Part("".join(part.text for part in self.parts[start:]), "mark")]

    def _fits(self, value: Any, path: Path, before: Any) -> bool:
        trial = _Writer(self.marked, self.width)
        trial._container(value, path, True, before)
        return sum(len(part.text) for part in trial.parts) + 2 * len(path) <= self.width

    def _container(self, value: Any, path: Path, inline: bool, before: Any) -> None:
        is_object = isinstance(value, dict)
        entries = self._members(value, path, before) if is_object else self._elements(value, path, before)
        line = "" if inline else "\n" + "  " * (len(path) + 1)
        self._add("{" if is_object else "[")
        for place, entry in enumerate(entries):
            self._add((", " if inline else ",") if place else "")
            self._add(line)
            self._add(f"{_string(entry.step)}: " if isinstance(entry.step, str) else "")
            self.write(entry.value, (*path, entry.step), inline=inline, before=entry.before)
            self._add(entry.folded, "fold")
        if is_object and len(entries) < len(value):
            self._add((", …" if inline else f",{line}…") if entries else "…", "fold")
        self._add(line[:-2])
        self._add("}" if is_object else "]")

    def _members(self, value: dict[str, Any], path: Path, before: Any) -> list[_Entry]:
        if not isinstance(before, dict) or not before.keys() <= value.keys():
            before = {}
        return [
            _Entry(name, item, before.get(name, NOT_JSON))
            for name, item in value.items()
            if before.get(name, NOT_JSON) != item or self._has_marks((*path, name))
        ]

    def _elements(self, value: list[Any], path: Path, before: Any) -> list[_Entry]:
        if isinstance(before, list) and len(before) == len(value):
            return [_Entry(*entry) for entry in zip(range(len(value)), value, before, strict=True)]
        entries: list[_Entry] = []
        for _, run in groupby(enumerate(value), key=lambda item: item[1]):
            same = list(run)
            if len(same) < LEAST_FOLDED or any(self._has_marks((*path, index)) for index, _ in same):
                entries += [_Entry(*item) for item in same]
            else:
                entries.append(_Entry(*same[0], folded=f", … {len(same) - 1} more that are equal"))
        return entries

    def _has_marks(self, path: Path) -> bool:
        return any(one[: len(path)] == path for one in self.marked)

    def _add(self, text: str, kind: str = "") -> None:
        self.parts.append(Part(text, kind))


def _scalar(value: Any) -> str:
    """Write a scalar, or a container without elements."""
    return value.text if isinstance(value, Number) else _string(value)


def _string(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
