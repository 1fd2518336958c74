"""Untrusted text, made safe to show.

Documents and answers come from servers that nobody vouches for. Whatever of theirs is shown, in an error or
in a report, passes through here, so that it can neither break a line nor steer a terminal.
"""

from __future__ import annotations

import unicodedata

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (bidirectional overrides, zero width), lone surrogates, and no characters."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, limit: int = 200) -> str:
    """Give `text` on one line, as `escaped` does, and shortened to about `limit` characters.

    A long text keeps its beginning and its end, since the end of a JSON pointer says most.
    """
    if len(text) > limit:
        half = (limit - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return escaped(text)


def escaped(text: str) -> str:
    r"""Give the whole text on one line, line ends as `\n` and other unsafe characters as `\u{1b}`."""
    if text.isprintable():  # most texts, and what is printable is safe
        return text
    return "".join(map(_visible_character, text))


def escaped_lines(text: str) -> str:
    """Give the text with its line ends, and each other unsafe character escaped."""
    return "\n".join(map(escaped, text.replace("\r\n", "\n").split("\n")))


def quoted(value: object, limit: int = 200) -> str:
    """Give a scalar as JSON writes it, made safe by `visible`."""
    if isinstance(value, str):
        inner = value[: limit * 2].replace("\\", "\\\\").replace('"', '\\"')
        return f'"{visible(inner, limit)}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return visible(str(value), limit)


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    return _SHORT.get(character, f"\\u{{{ord(character):x}}}")
