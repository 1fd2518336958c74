"""Changes for people and programs: text, Markdown, JSON. Every word of a document is escaped."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_common.text import quoted, visible
from tgi_document.changes import Change, Direction, Party

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_document.walk import Document

    Escape = Callable[[str], str]

FORMATS = ("text", "json", "markdown", "github")

_SECTIONS = (
    ("Breaking for callers and readers", frozenset({Party.CALLERS, Party.READERS})),
    ("Breaking for callers", frozenset({Party.CALLERS})),
    ("Breaking for readers", frozenset({Party.READERS})),
    ("Compatible", frozenset[Party]()),
)

_ON_AND_OFF = {
    "requiredness changed": ("optional", "required"),
    "nullable changed": ("never null", "may be null"),
}
"""What false and true mean, in words."""

_VALUES = frozenset({"default changed", "enum changed", "enum values added", "enum values removed"})
"""Kinds whose old and new are data of the document; those of others are words, or names."""

_WHOLE = frozenset(
    {
        *("operation added", "operation removed", "operation moved"),
        *("schema added", "schema removed", "schema renamed"),
    }
)
"""Kinds that are about all of an operation or schema, listed together."""

_MOST_ANNOTATIONS = {"error": 10, "notice": 9}

_LONGEST_VALUE = 120
_MOST_NAMES = 200


@frozen
class Side:
    """One of the two documents, as a report names it."""

    source: str
    """The file or URL."""

    title: str
    version: str

    @classmethod
    def of(cls, document: Document, source: str) -> Side:
        """Take title and version from a document's `info`."""
        info = document.get("info", {})
        return cls(source, str(info.get("title", "")), str(info.get("version", "")))


def report(changes: list[Change], old: Side, new: Side, output: str) -> str:
    """Write a report in one of `FORMATS`, ending with a newline."""
    writers = {"text": as_text, "json": as_json, "markdown": as_markdown, "github": as_github}
    return writers[output](changes, old, new)


def as_text(changes: list[Change], old: Side, new: Side) -> str:
    """Write a report for a terminal: what breaks first, what repeats folded."""
    lines = [f"{_named(old, visible)} -> {_named(new, visible)}: {_counted(changes)}"]
    for title, groups in _sections(changes, visible):
        lines += ["", title]
        for where, entries in groups:
            lines += [f"  {where}", *(f"    {entry}" for entry in entries)]
    return "\n".join(lines) + "\n"


def as_markdown(changes: list[Change], old: Side, new: Side) -> str:
    """Write a report for a page or a pull request."""
    lines = [f"# {_named(old, _markdown)} → {_named(new, _markdown)}", "", f"{_counted(changes)}."]
    for title, groups in _sections(changes, _markdown):
        lines += ["", f"## {title}", ""]
        for where, entries in groups:
            lines += [f"- **{where}**", *(f"  - {entry}" for entry in entries)]
    return "\n".join(lines) + "\n"


def as_github(changes: list[Change], old: Side, new: Side) -> str:
    """Write annotations of a GitHub job: an error for each operation or schema that breaks, else a notice.

    GitHub shows the first ten of each kind, so what is more is told in the closing notice, which counts all.
    """
    lines: list[str] = []
    for title, groups in _sections(changes, visible):
        kind = "notice" if title == "Compatible" else "error"
        room = max(0, _MOST_ANNOTATIONS[kind] - sum(line.startswith(f"::{kind} ") for line in lines))
        lines += [_annotation(kind, new, f"{title}: {where}", entries) for where, entries in groups[:room]]
    summary = f"{_named(old, visible)} -> {_named(new, visible)}: {_counted(changes)}"
    return "\n".join([*lines, _annotation("notice", new, "OpenAPI document", [summary])]) + "\n"


def _annotation(kind: str, side: Side, title: str, lines: list[str]) -> str:
    is_file = "://" not in side.source
    properties = {**({"file": visible(side.source, 400)} if is_file else {}), "title": title}
    told = ",".join(f"{name}={_github(value, ':,')}" for name, value in properties.items())
    return f"::{kind} {told}::{_github(chr(10).join(lines))}"


def _github(text: str, more: str = "") -> str:
    """Escape what a workflow command would take for its own; a colon and a comma only in a property."""
    return "".join(f"%{ord(sign):02X}" if sign in f"%\r\n{more}" else sign for sign in text)


def as_json(changes: list[Change], old: Side, new: Side) -> str:
    """Write a report for programs: `old`, `new`, `summary`, and `changes` in the order of severity."""
    value = {
        "old": _side_value(old),
        "new": _side_value(new),
        "summary": _summary(changes),
        "changes": [_change_value(change) for change in _ordered(changes)],
    }
    return json.dumps(value, indent=2) + "\n"


def _summary(changes: list[Change]) -> dict[str, int]:
    return {
        "changes": len(changes),
        "breaking_for_callers": sum(Party.CALLERS in change.breaks for change in changes),
        "breaking_for_readers": sum(Party.READERS in change.breaks for change in changes),
        "compatible": sum(not change.breaks for change in changes),
    }


def _side_value(side: Side) -> dict[str, str]:
    return {"source": side.source, "title": side.title, "version": side.version}


def _change_value(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "where": change.where,
        "place": change.place,
        "pointer": change.pointer,
        "direction": change.direction.value,
        "severity": change.severity,
        "old": change.old,
        "new": change.new,
    }


def _ordered(changes: Iterable[Change]) -> list[Change]:
    order = [breaks for _, breaks in _SECTIONS]
    return sorted(changes, key=lambda change: order.index(change.breaks))


def _counted(changes: list[Change]) -> str:
    if not changes:
        return "no changes"
    counts = _summary(changes)
    words = [
        (counts["breaking_for_callers"], "breaking for callers"),
        (counts["breaking_for_readers"], "breaking for readers"),
        (counts["compatible"], "compatible"),
    ]
    told = ", ".join(f"{count} {word}" for count, word in words if count)
    return f"{len(changes)} {'change' if len(changes) == 1 else 'changes'} ({told})"


def _named(side: Side, escape: Escape) -> str:
    return escape(f"{side.title} {side.version}".strip() or side.source)


def _sections(changes: list[Change], escape: Escape) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Arrange changes by severity, then by operation or schema; sections without any are left out."""
    sections = []
    for title, breaks in _SECTIONS:
        groups: dict[str, list[Change]] = {}
        for change in changes:
            if change.breaks == breaks:
                groups.setdefault(_heading(change), []).append(change)
        if groups:
            entries = [(escape(where), _entries(group, escape)) for where, group in groups.items()]
            sections.append((title, entries))
    return sections


def _heading(change: Change) -> str:
    if change.kind in _WHOLE:
        noun, verb = change.kind.split(" ")
        return f"{noun.capitalize()}s {verb}"
    if change.direction in {Direction.BOTH, Direction.UNUSED} or " " in change.where:
        return change.where
    return f"{change.where} (in {change.direction.value}s)"


def _entries(changes: list[Change], escape: Escape) -> list[str]:
    """Write the changes of one operation or schema, those alike in one line."""
    if changes[0].kind in _WHOLE:
        return [_listed([_whole(change) for change in changes], escape)]
    folded: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        folded.setdefault((change.kind, _fold_key(change)), []).append(change)
    return [_entry(group, escape) for group in folded.values()]


def _fold_key(change: Change) -> str:
    """Give what changes of one kind must share to be told in one line: nothing, or both of their values."""
    one_sided = change.kind.endswith((" added", " removed")) and change.kind not in _VALUES
    return "" if one_sided else _values(change)


def _entry(changes: list[Change], escape: Escape) -> str:
    first = changes[0]
    if _fold_key(first):
        places = [change.place for change in changes if change.place]
        values = escape(_values(first))
        told = f"{first.kind}: {values}" if values else first.kind
        return f"{_listed(places, escape)}: {told}" if places else told
    return f"{first.kind}: {_listed([_place_and_value(change) for change in changes], escape)}"


def _place_and_value(change: Change) -> str:
    value = _values(change)
    if change.kind.startswith("alternative "):
        return f"{re.sub('[.]? ?alternative [0-9]+$', '', change.place)} {value}".strip()
    if not change.place or change.place.endswith(value):
        return change.place or value
    return f"{change.place} ({value})" if value else change.place


def _whole(change: Change) -> str:
    if change.kind in {"schema renamed", "operation moved"}:
        return f"{change.old} -> {change.new}"
    return change.where


def _values(change: Change) -> str:
    """Write what was and what is; the one that is there when there is only one."""
    if change.old is None and change.new is None:
        return ""
    if change.kind.endswith((" added", " removed")):
        return _value(change, change.new if change.old is None else change.old)
    return f"{_value(change, change.old)} -> {_value(change, change.new)}"


def _value(change: Change, value: Any) -> str:
    if value is None:
        return "none"
    if change.kind in _ON_AND_OFF:
        return _ON_AND_OFF[change.kind][bool(value)]
    if isinstance(value, dict) and len(value) == 1:
        name, inner = next(iter(value.items()))
        return f"{name} {quoted(inner) if not isinstance(inner, list | dict) else json.dumps(inner)}"
    if isinstance(value, list):
        return ", ".join(_value(change, item) for item in value) or "none"
    if isinstance(value, str) and change.kind not in _VALUES:
        return value
    return json.dumps(value) if isinstance(value, dict) else quoted(value)


def _listed(texts: list[str], escape: Escape) -> str:
    shown = [escape(text) for text in texts[:_MOST_NAMES]]
    more = len(texts) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _markdown(text: str) -> str:
    """Escape what Markdown, or the HTML in it, would take for more than text."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&$@:-])", r"\\\1", visible(text))
