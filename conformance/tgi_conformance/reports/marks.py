"""Which values of an answer a finding is about: where `expected` and `actual` point at one."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.reports.json_view import Number, Part, leaves

if TYPE_CHECKING:
    from tgi_conformance.reports.json_view import Path
    from tgi_conformance.results.report import Result

LONGEST = 1000  # characters of `actual` that are read as a value
SURE = 4  # characters of a text, or of a word in a member's name, that are no coincidence
_PLACE = re.compile(r"at \$((?:\.\w+|\[\d+\]|\['(?:[^'\\]|\\.)*'\])+): (.*)", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]")
_INTEGER = re.compile(r"-?\d{1,300}")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


@frozen
class Subject:
    """What a finding tells about the place of the offending value.

    Attributes:
        steps, message: The end of its path and what is wrong there, if a schema was not met; else empty.
        names: Names of members that the requirement is about.
        words: The words of what was expected.
        actual: The value itself, as text.
        container: The value, if it is an array or object; else None.
    """

    steps: Path
    message: str
    names: frozenset[str]
    words: frozenset[str]
    actual: str
    container: Any

    def paths(self, value: Any) -> frozenset[Path]:
        """Return the paths of the offending values in JSON that `read_json` read; empty if none is sure."""
        found = list(leaves(value))
        if self.steps:
            return self._by_steps(found)
        if self.container:
            return frozenset(path for path, item in found if path and _plain(item) == self.container)
        same = [(path, item) for path, item in found if path and self.actual in _written(item)]
        named = [path for path, _ in same if path[-1] in self.names]
        alike = [path for path, item in same if isinstance(item, Number) and self._is_alike(path[-1])]
        sure = [path for path, item in same if isinstance(item, str) and len(item) >= SURE]
        return frozenset(named or (alike if len(alike) == 1 else sure))

    def _is_alike(self, name: str | int) -> bool:
        """Tell whether a member's name has a word of what was expected, such as `tokens`."""
        return any(len(word) >= SURE and word in self.words for word in str(name).split("_"))

    def _by_steps(self, found: list[tuple[Path, Any]]) -> frozenset[Path]:
        there = [(path, item) for path, item in found if path[-len(self.steps) :] == self.steps]
        told = [path for path, item in there if self.message.startswith(repr(_plain(item)))]
        return frozenset(told or [path for path, _ in there if path == self.steps])


def subject_of(result: Result) -> Subject:
    """Read where a finding points."""
    place = _PLACE.match(result.actual)
    steps = tuple(int(i) if i else a or b for a, i, b in _STEP.findall(place[1])) if place else ()
    words = f"{result.statement} {result.expected}"
    names = {*re.findall(r"`([^`]+)`", words), *re.findall(r"\w+", result.expected.partition(" = ")[0])}
    names |= {result.source.rpartition("/")[2], _snake(result.expected.partition(" = ")[0])}
    container = _literal(result.actual) if result.actual[:1] in ("[", "{") else None
    return Subject(
        steps=steps,
        message=place[2] if place else "",
        names=frozenset(names),
        words=frozenset(re.findall(r"[a-z]+", result.expected)),
        actual=result.actual,
        container=container or None,
    )


def differing_part(expected: str, actual: str) -> tuple[Part, ...]:
    """Divide an actual text so that what differs from the text in `expected` is marked, if both are alike."""
    wanted = _literal(max(_QUOTED.findall(expected), key=len, default="''")) or ""
    start = _common(wanted, actual)
    end = _common(wanted[start:][::-1], actual[start:][::-1])
    if start + end < max(SURE, len(actual) // 4) or start + end == len(actual):
        return (Part(actual),) if actual else ()
    stop = len(actual) - end
    parts = Part(actual[:start]), Part(actual[start:stop], "mark"), Part(actual[stop:])
    return tuple(part for part in parts if part.text)


def _common(first: str, second: str) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))


def _snake(words: str) -> str:
    return words.removeprefix("the ").replace(" ", "_")


def _literal(text: str) -> Any:
    if len(text) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a server's text may look like questionable Python
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _plain(value: Any) -> Any:
    """Give JSON as Python's own reader would."""
    if isinstance(value, Number):
        return int(value.text) if _INTEGER.fullmatch(value.text) else float(value.text)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _written(value: Any) -> tuple[str, ...]:
    """Give the forms in which a finding writes a scalar."""
    if isinstance(value, (dict, list)):
        return ()
    if isinstance(value, Number):
        return (value.text,)
    return (value, repr(value)) if isinstance(value, str) else (repr(value),)
