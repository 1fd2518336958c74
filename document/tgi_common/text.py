"""A stranger's text, made safe to show.

Documents and answers come from servers that nobody vouches for. Whatever of theirs is shown, in an error or
in a report, passes through here, so that it can neither break a line nor steer a terminal.
"""

from __future__ import annotations

import unicodedata

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (bidirectional overrides, zero width), lone surrogates, and no characters."""


def visible(text: str, limit: int = 200) -> str:
    r"""Give `text` on one line, unsafe characters as `\uXXXX`, and shortened to about `limit` characters.

    A long text keeps its beginning and its end, since the end of a JSON pointer says most.
    """
    if len(text) > limit:
        half = (limit - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def quoted(value: object, limit: int = 200) -> str:
    """Give a scalar as JSON writes it, made safe by `visible`."""
    if isinstance(value, str):
        escaped = value[: limit * 2].replace("\\", "\\\\").replace('"', '\\"')
        return f'"{visible(escaped, limit)}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return visible(str(value), limit)


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 (the end of the basic plane)
