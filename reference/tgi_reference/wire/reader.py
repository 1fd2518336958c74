"""A JSON text read forward, once, as serde_json reads it.

A router written in Rust decodes a body while it parses it, so which complaint comes first, what it says and
the line and column it names all follow from the order in which bytes are consumed. Clients see these texts
(``400`` and ``422`` in plain text), hence this reader keeps that order: it never looks ahead by more than one
byte and types are asked for one value at a time (see ``shape``).

Sources: the recorded bodies of TGI 3.3.6, and the behaviour of serde_json and serde_path_to_error.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.wire.complaints import DecodeError, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST: Final = 128
_SPACE: Final = re.compile(rb"[ \n\t\r]*")
_PLAIN: Final = re.compile(rb'[^"\\\x00-\x1f]*')
# A string that is right as far as its grammar goes; it may still contain lone surrogates or broken UTF-8.
# (Written so that there is one way to match: an unfinished string must not be tried in others.)
_STRING: Final = re.compile(rb'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_DIGITS: Final = re.compile(rb"[0-9]*")
_ESCAPES: Final = {
    b'"': '"',
    b"\\": "\\",
    b"/": "/",
    b"b": "\b",
    b"f": "\f",
    b"n": "\n",
    b"r": "\r",
    b"t": "\t",
}
_LARGEST_U64: Final = 2**64 - 1
_LEADING: Final = range(0xD800, 0xDC00)
_TRAILING: Final = range(0xDC00, 0xE000)

EOF_VALUE: Final = "EOF while parsing a value"
EOF_LIST: Final = "EOF while parsing a list"
EOF_OBJECT: Final = "EOF while parsing an object"
EOF_STRING: Final = "EOF while parsing a string"
EXPECTED_VALUE: Final = "expected value"
INVALID_NUMBER: Final = "invalid number"
INVALID_ESCAPE: Final = "invalid escape"
CONTROL_CHARACTER: Final = "control character (\\u0000-\\u001F) found while parsing a string"
LONE_SURROGATE: Final = "lone leading surrogate in hex escape"
TRAILING_COMMA: Final = "trailing comma"
TRAILING_CHARACTERS: Final = "trailing characters"


class Pairs(list[tuple[str, Any]]):
    """An object's members in order, duplicates kept, so that a later reading can still refuse them."""


class Reader:
    """One pass over ``text``; ``path`` names the member being read (keys and places)."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0
        self.path: list[Step] = []
        self._depth = DEEPEST

    # Complaints and where they are.

    def complaint(self, text: str, *, data: bool = False, ahead: bool = False) -> DecodeError:
        """An error at the last byte consumed, or (``ahead``) at the byte that is looked at."""
        return DecodeError(text, data=data, path=tuple(self.path), place=self._place(ahead=ahead))

    def unplaced(self, text: str) -> DecodeError:
        """An error of meaning whose place is settled by the value that encloses it."""
        return DecodeError(text, data=True, path=tuple(self.path), place=None)

    def settle(self, error: DecodeError) -> None:
        """Give an error that has no place yet the place that has been reached."""
        if error.place is None:
            error.place = self._place(ahead=False)

    def _place(self, *, ahead: bool) -> tuple[int, int]:
        index = min(len(self.text), self.at + 1) if ahead else self.at
        line_start = self.text.rfind(b"\n", 0, index) + 1
        return 1 + self.text.count(b"\n", 0, line_start), index - line_start

    # Single bytes.

    def peek(self) -> bytes:
        """The next byte after white space, not consumed; empty at the end."""
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # matches anything
        return self.text[self.at : self.at + 1]

    def peek_value(self) -> bytes:
        """The first byte of a value that has to be there."""
        byte = self.peek()
        if not byte:
            raise self.complaint(EOF_VALUE, ahead=True)
        return byte

    def skip(self, count: int = 1) -> None:
        """Consume bytes that have been looked at."""
        self.at += count

    def _next(self, at_end: str) -> bytes:
        byte = self.text[self.at : self.at + 1]
        if not byte:
            raise self.complaint(at_end)
        self.at += 1
        return byte

    def word(self, rest: bytes) -> None:
        """Consume the rest of ``null``, ``true`` or ``false``, whose first letter is at hand."""
        self.skip()
        for expected in rest:
            if self._next(EOF_VALUE) != bytes((expected,)):
                raise self.complaint("expected ident")

    # Strings.

    def string(self) -> str:
        """A string, whose opening quote is at hand, decoded."""
        whole = _STRING.match(self.text, self.at)
        if whole:
            with suppress(ValueError):
                value = str(json.loads(whole[0]))
                value.encode()
                self.at = whole.end()
                return value
        return self._string()

    def _string(self) -> str:
        """The same piece by piece, to find the very byte that is wrong."""
        self.skip()
        pieces: list[bytes] = []
        while True:
            start, self.at = self.at, _PLAIN.match(self.text, self.at).end()  # type: ignore[union-attr]
            pieces.append(self.text[start : self.at])
            byte = self._next(EOF_STRING)
            if byte == b'"':
                return self._unicode(b"".join(pieces))
            if byte != b"\\":
                raise self.complaint(CONTROL_CHARACTER)
            pieces.append(self._escape().encode())

    def _unicode(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise self.complaint("invalid unicode code point") from None

    def _escape(self) -> str:
        letter = self._next(EOF_STRING)
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter != b"u":
            raise self.complaint(INVALID_ESCAPE)
        unit = self._hex()
        if unit in _TRAILING:
            raise self.complaint(LONE_SURROGATE)
        return self._pair(unit) if unit in _LEADING else chr(unit)

    def _pair(self, leading: int) -> str:
        for expected in (b"\\", b"u"):
            if self._next(EOF_STRING) != expected:
                raise self.complaint("unexpected end of hex escape")
        trailing = self._hex()
        if trailing not in _TRAILING:
            raise self.complaint(LONE_SURROGATE)
        return chr(0x10000 + ((leading - 0xD800) << 10) + trailing - 0xDC00)

    def _hex(self) -> int:
        digits = self.text[self.at : self.at + 4]
        self.at += len(digits)
        if len(digits) < 4:  # noqa: PLR2004  # \uXXXX
            raise self.complaint(EOF_STRING)
        if not re.fullmatch(rb"[0-9a-fA-F]{4}", digits):
            raise self.complaint(INVALID_ESCAPE)
        return int(digits, 16)

    def skip_string(self) -> None:
        """Pass over a string that nobody asked for: escapes are checked, characters are not."""
        self.skip()
        while True:
            self.at = _PLAIN.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.text[self.at : self.at + 1] not in (b'"', b"\\", b""):
                raise self.complaint(CONTROL_CHARACTER)
            if self._next(EOF_STRING) == b'"':
                return
            letter = self._next(EOF_STRING)
            if letter == b"u":
                self._hex()
            elif letter not in _ESCAPES:
                raise self.complaint(INVALID_ESCAPE)

    # Numbers.

    def number(self) -> int | float:
        """A number whose first byte is at hand: an integer within 64 bits, a float otherwise."""
        start = self.at
        whole = self._number_text()
        text = self.text[start : self.at]
        if whole:
            value = int(text)
            if -(2**63) <= value <= _LARGEST_U64 and (value or text != b"-0"):
                return value
        real = float(text)
        if real in (float("inf"), float("-inf")):
            raise self.complaint("number out of range")
        return real

    def skip_number(self) -> None:
        """Pass over a number that nobody asked for."""
        self._number_text()

    def _number_text(self) -> bool:
        """Consume a number; true when it has neither fraction nor exponent."""
        if self.text[self.at : self.at + 1] == b"-":
            self.skip()
        first = self._next(EOF_VALUE)
        if not first.isdigit():
            raise self.complaint(INVALID_NUMBER)
        if first == b"0" and self.text[self.at : self.at + 1].isdigit():
            raise self.complaint(INVALID_NUMBER, ahead=True)
        self._digits()
        fraction = self._fraction()
        exponent = self._exponent()
        return not (fraction or exponent)

    def _digits(self) -> int:
        end = _DIGITS.match(self.text, self.at).end()  # type: ignore[union-attr]
        count, self.at = end - self.at, end
        return count

    def _fraction(self) -> bool:
        if self.text[self.at : self.at + 1] != b".":
            return False
        self.skip()
        if not self._digits():
            at_end = self.at >= len(self.text)
            raise self.complaint(EOF_VALUE if at_end else INVALID_NUMBER, ahead=True)
        return True

    def _exponent(self) -> bool:
        if self.text[self.at : self.at + 1] not in (b"e", b"E"):
            return False
        self.skip()
        if self.text[self.at : self.at + 1] in (b"+", b"-"):
            self.skip()
        if not self._next(EOF_VALUE).isdigit():
            raise self.complaint(INVALID_NUMBER)
        self._digits()
        return True

    # Arrays and objects.

    def elements(self) -> Iterator[int]:
        """Stop before each element of an array whose bracket was consumed; the place is on the path."""
        index = 0
        while self._has_element(first=index == 0):
            self.path.append(index)
            yield index
            self.path.pop()
            index += 1

    def _has_element(self, *, first: bool) -> bool:
        byte = self.peek()
        if byte == b"]":
            return False
        if not byte:
            raise self.complaint(EOF_LIST, ahead=True)
        if first:
            return True
        if byte != b",":
            raise self.complaint("expected `,` or `]`", ahead=True)
        self.skip()
        if self.peek_value() == b"]":
            raise self.complaint(TRAILING_COMMA, ahead=True)
        return True

    def names(self) -> Iterator[str]:
        """Stop before the colon of each member of an object whose brace was consumed."""
        first = True
        while True:
            # A key that cannot be read leaves its place on the path unknown.
            self.path.append(None)
            key = self.string() if self._has_key(first=first) else None
            self.path.pop()
            if key is None:
                return
            first = False
            yield key

    def _has_key(self, *, first: bool) -> bool:
        byte = self.peek()
        if byte == b"}":
            return False
        if not byte:
            raise self.complaint(EOF_OBJECT, ahead=True)
        if not first:
            if byte != b",":
                raise self.complaint("expected `,` or `}`", ahead=True)
            self.skip()
            byte = self.peek_value()
            if byte == b"}":
                raise self.complaint(TRAILING_COMMA, ahead=True)
        if byte != b'"':
            raise self.complaint("key must be a string", ahead=True)
        return True

    def colon(self) -> None:
        """Consume the colon between a key and its value."""
        byte = self.peek()
        if byte != b":":
            raise self.complaint("expected `:`" if byte else EOF_OBJECT, ahead=True)
        self.skip()

    def enter(self) -> None:
        """Consume an opening bracket or brace; bounded in depth."""
        self._depth -= 1
        if self._depth == 0:
            raise self.complaint("recursion limit exceeded", ahead=True)
        self.skip()

    def leave_list(self) -> None:
        """Consume the closing bracket."""
        self._depth += 1
        byte = self.peek()
        if byte == b"]":
            self.skip()
        elif not byte:
            raise self.complaint(EOF_LIST, ahead=True)
        elif byte != b",":
            raise self.complaint(TRAILING_CHARACTERS, ahead=True)
        else:
            self.skip()
            raise self.complaint(TRAILING_COMMA if self.peek() == b"]" else TRAILING_CHARACTERS, ahead=True)

    def leave_object(self) -> None:
        """Consume the closing brace."""
        self._depth += 1
        byte = self.peek()
        if byte == b"}":
            self.skip()
        elif not byte:
            raise self.complaint(EOF_OBJECT, ahead=True)
        else:
            raise self.complaint(TRAILING_COMMA if byte == b"," else TRAILING_CHARACTERS, ahead=True)

    def finish(self) -> None:
        """Refuse anything but white space after the value."""
        if self.peek():
            raise self.complaint(TRAILING_CHARACTERS, ahead=True)
