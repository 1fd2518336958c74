"""What a failure looks like, without what differs from one run to the next.

Two failures of a requirement with the same symptom count as the same failure: a known deviation that was
accepted from a report matches by it. Generated text, quoted values and large numbers are left out. What
stays: statuses, media types, the words of an error, kinds of values, small numbers, and by how much a count
is wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import NOT_JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgi_conformance.http.exchange import Exchange

LONGEST = 160  # characters of an error's or a check's words
COMPARED = 40  # characters of a text that is searched for in the answer
MOST = 20  # items of a list, members of an object
SMALL = 20  # numbers below are kept, such as an index; of larger ones the number of digits
DEEPEST = 3  # levels of a value
FIRST_ERROR = 400  # the first status of an error
TEXT = "a text"

# Words of the API, which are not generated text even if they stand alone.
WORDS = {"length", "eos_token", "stop_sequence", "stop", "tool_calls", "assistant", "function"}
SUMMARY = re.compile(r"\d{3} \S+(: |$)|\d{3} without content-type")  # an answer in one line
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`")
NUMBER = re.compile(r"-?\d[\d.,:e+-]*")
INTEGER = re.compile(r"(?<![\w.-])-?\d+(?![\w.])")
DIGITS = 12  # of an integer at most


def symptom_of(expected: str, actual: Any, exchange: Exchange | None) -> str:
    """Describe a failure: `generated_tokens = # | 1 more | 200 application/json`."""
    texts = () if exchange is None else _texts(exchange)
    value = _difference(expected, actual) or _value(actual, Words(texts))
    if exchange is None:
        return f"{normalised(expected)} | {value}"
    if isinstance(actual, str) and SUMMARY.match(actual):
        return f"{normalised(expected)} | {_answer(exchange)}"
    return f"{normalised(expected)} | {value} | {_kind(exchange)}"


def normalised(text: str) -> str:
    """Replace quoted values and numbers in a text of one line, and cut it."""
    return NUMBER.sub("#", QUOTED.sub("'…'", " ".join(text.split())))[:LONGEST]


def _difference(expected: str, actual: Any) -> str:
    """Return how far a number is from the nearest expected one; empty if no number is wrong."""
    numbers = [int(one) for one in INTEGER.findall(expected) if len(one) <= DIGITS]
    number = _integer(actual)
    if number is None or not numbers:
        return ""
    difference = min((number - one for one in numbers), key=abs)
    if abs(difference) >= SMALL:
        return ""
    return f"{abs(difference)} {'more' if difference > 0 else 'less'}"


def _integer(value: Any) -> int | None:
    if isinstance(value, str) and len(value) <= DIGITS and INTEGER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Words:
    """Tells what a deployment wrote from the words of a check."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)

    def described(self, value: str) -> str:
        """Keep a text unless the deployment generated it."""
        if value in WORDS or not value.strip():
            return value.strip()
        written = any(value[:COMPARED].strip() in text for text in self._texts)
        return TEXT if written else normalised(value)


def _value(value: Any, words: Words, depth: int = 0) -> str:
    if isinstance(value, str):
        return words.described(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < SMALL else re.sub(r"\d", "#", str(value))
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return _collection(value, words, depth + 1) if depth < DEEPEST else "…"
    return normalised(str(value))


def _collection(value: Any, words: Words, depth: int) -> str:
    if isinstance(value, dict):
        members = (f"{name}: {_value(item, words, depth)}" for name, item in list(value.items())[:MOST])
        return f"{{{', '.join(sorted(members))}}}"
    items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
    return _folded(_value(item, words, depth) for item in items[:MOST])


def _answer(exchange: Exchange) -> str:
    """Describe an answer: of an error its type and words, of JSON the kinds of its members."""
    response, kind = exchange.response, _kind(exchange)
    body = response.json
    if response.status < FIRST_ERROR:
        return kind if body is NOT_JSON else f"{kind}: {_shape(body)}"
    if not isinstance(body, dict):
        # What follows a colon says where the body is wrong, which differs from case to case.
        return f"{kind}: {normalised(response.text.partition(':')[0])}"
    words = [body[name] for name in ("error_type", "error", "message") if isinstance(body.get(name), str)]
    return f"{kind}: {': '.join(map(normalised, words)) or _shape(body)}"


def _shape(value: Any, depth: int = 0) -> str:
    """Describe JSON by its members and their kinds."""
    if isinstance(value, str):
        return TEXT
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "#"
    if not isinstance(value, (dict, list)):
        return str(value)
    if depth == DEEPEST:
        return "…"
    if isinstance(value, dict):
        members = (f"{normalised(name)}: {_shape(item, depth + 1)}" for name, item in value.items())
        return f"{{{', '.join(sorted(members)[:MOST])}}}"
    return _folded(_shape(item, depth + 1) for item in value[:MOST])


def _folded(items: Iterable[str]) -> str:
    """Write a list without repetitions, whose number depends on the length of an answer."""
    return f"[{', '.join(f'{one}+' if len(list(run)) > 1 else one for one, run in groupby(items))}]"


def _kind(exchange: Exchange) -> str:
    return f"{exchange.response.status} {exchange.response.media_type or 'without content-type'}"


def _texts(exchange: Exchange) -> Iterator[str]:
    """Give the texts of an answer: as it came, and those of a stream's members joined over its events."""
    yield exchange.response.text
    if exchange.response.media_type == "application/json":
        yield "\n".join(text for _, text in _leaves(exchange.response.json))
    joined: dict[str, list[str]] = defaultdict(list)
    for event in exchange.response.events:
        for name, text in _leaves(event.json_or_none):
            joined[name].append(text)
    yield from map("".join, joined.values())


def _leaves(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Give every text of JSON with the name of its member."""
    if isinstance(value, str):
        yield name, value
    elif depth < 2 * DEEPEST and isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, key, depth + 1)
    elif depth < 2 * DEEPEST and isinstance(value, list):
        for item in value:
            yield from _leaves(item, name, depth + 1)
