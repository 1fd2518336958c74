"""Text from byte-level tokens: no half character is ever shown, and none is ever left unfinished."""

from __future__ import annotations

import codecs
from itertools import accumulate, pairwise

_CONTINUATION = 0b1000_0000
_CONTINUATION_MASK = 0b1100_0000
_SURROGATE_LEAD = b"\xed"
_FIRST_SURROGATE = b"\xa0"
LONGEST_CHARACTER = 4


def is_continuation(byte: int) -> bool:
    """Whether the byte lies inside a character."""
    return byte & _CONTINUATION_MASK == _CONTINUATION


def unfinished_tail(data: bytes) -> bytes:
    """The first bytes of a character that ``data`` ends within; empty when it ends on a border."""
    for length in range(1, min(LONGEST_CHARACTER, len(data) + 1)):
        tail = data[-length:]
        if not is_continuation(tail[0]):
            return tail if leaves_unfinished(tail) else b""
    return b""


def continues_well(pending: bytes, data: bytes) -> bool:
    """Whether ``data`` after the ``pending`` bytes is UTF-8 so far (its last character may be unfinished)."""
    return _whole_length(pending + data) is not None


def leaves_unfinished(data: bytes) -> bool:
    """Whether ``data`` is UTF-8 so far, and its last character is unfinished."""
    return _whole_length(data) not in (None, len(data))


def _whole_length(data: bytes) -> int | None:
    """Bytes up to the end of the last whole character; ``None`` if no UTF-8 begins so."""
    try:
        _, used = codecs.utf_8_decode(data, "strict", False)
    except UnicodeDecodeError:
        return None
    # Python waits for the third byte before it refuses a surrogate; no third byte makes it right.
    return None if data[used : used + 1] == _SURROGATE_LEAD and data[used + 1 :] >= _FIRST_SURROGATE else used


def character_spans(text: bytes, lengths: list[int]) -> list[tuple[int, int]]:
    """Spans of consecutive pieces of ``text`` with these byte lengths, each widened to whole characters."""
    borders = list(accumulate(lengths, initial=0))
    pairs = pairwise(borders)
    if text.isascii():
        return list(pairs)
    return [(_left_border(text, start), _right_border(text, stop)) for start, stop in pairs]


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
