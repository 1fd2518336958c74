"""Make a server's text safe to show: no control, escape or bidirectional characters."""

from __future__ import annotations

import unicodedata

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    """Give the text in one line, with each unsafe character as its code point."""
    if text.isprintable():  # most texts, and what is printable is safe
        return text
    return "".join(c if unicodedata.category(c) not in UNSAFE else _code(c) for c in text)


def _code(character: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\u{{{ord(character):x}}}")


def plain_lines(text: str) -> str:
    """Give the text with its line ends, and each other unsafe character as its code point."""
    return "\n".join(map(plain, text.replace("\r\n", "\n").split("\n")))
