"""Text from byte-level tokens: no half character is ever shown, and none is ever left unfinished."""

from __future__ import annotations

import codecs
from itertools import accumulate

_CONTINUATION = 0b1000_0000
_CONTINUATION_MASK = 0b1100_0000
LONGEST_CHARACTER = 4


def is_continuation(byte: int) -> bool:
    """Whether the byte lies inside a character."""
    return byte & _CONTINUATION_MASK == _CONTINUATION


def unfinished_tail(data: bytes) -> bytes:
    """The first bytes of a character that ``data`` ends within; empty when it ends on a border."""
    for length in range(1, min(LONGEST_CHARACTER, len(data) + 1)):
        tail = data[-length:]
        if not is_continuation(tail[0]):
            return tail if leaves_unfinished(b"", tail) else b""
    return b""


def continues_well(pending: bytes, data: bytes) -> bool:
    """Whether ``data`` after the ``pending`` bytes is UTF-8 so far (its last character may be unfinished)."""
    try:
        codecs.utf_8_decode(pending + data, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def leaves_unfinished(pending: bytes, data: bytes) -> bool:
    """Whether a character is still unfinished after ``pending`` and ``data``, and can be finished."""
    try:
        _, used = codecs.utf_8_decode(pending + data, "strict", False)
    except UnicodeDecodeError:
        return False
    return used < len(pending) + len(data)


def character_spans(text: bytes, lengths: list[int]) -> list[tuple[int, int]]:
    """Spans of consecutive pieces of ``text`` with these byte lengths, each widened to whole characters."""
    stops = list(accumulate(lengths))
    starts = [0, *stops[:-1]]
    if text.isascii():
        return list(zip(starts, stops, strict=True))
    return [
        (_left_border(text, start), _right_border(text, stop))
        for start, stop in zip(starts, stops, strict=True)
    ]


def _left_border(text: bytes, at: int) -> int:
    while at > 0 and is_continuation(text[at]):
        at -= 1
    return at


def _right_border(text: bytes, at: int) -> int:
    while at < len(text) and is_continuation(text[at]):
        at += 1
    return at


class TextStream:
    """Decodes a stream of byte pieces; the bytes of an unfinished character wait for the rest."""

    def __init__(self) -> None:
        self._pending = b""

    @property
    def pending(self) -> bytes:
        """The bytes that wait."""
        return self._pending

    def push(self, data: bytes) -> str:
        """The text that ``data`` completes.

        Raises:
            UnicodeDecodeError: The bytes are no UTF-8, which the model's mask rules out.
        """
        data = self._pending + data
        text, used = codecs.utf_8_decode(data, "strict", False)
        self._pending = data[used:]
        return text
