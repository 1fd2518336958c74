"""Docstrings of what a stranger wrote: wrapped, bounded, and nothing but text."""

from __future__ import annotations

import textwrap

from tgi_common.text import visible

_WIDTH = 100
_LONGEST = 4_000
"""Characters of one description."""


def paragraph(text: str, width: int, hanging: str = "") -> list[str]:
    """Wrap a text to lines of a width; the second and further ones begin with `hanging`."""
    words = " ".join(text[:_LONGEST].split())
    return textwrap.wrap(
        visible(words, _LONGEST + 1),
        width,
        subsequent_indent=hanging,
        break_on_hyphens=False,
        break_long_words=False,
    )


def docstring(lines: list[str], indent: int) -> str:
    """Make the literal of a docstring. Its first line must be there; the others are indented as given."""
    margin = " " * indent
    safe = [_escaped(line) for line in lines]
    if len(safe) == 1:
        return f'{margin}"""{safe[0]}"""'
    body = "\n".join(f"{margin}{line}".rstrip() for line in safe[1:])
    return f'{margin}"""{safe[0]}\n{body}\n{margin}"""'


def described(text: str, fallback: str, indent: int) -> list[str]:
    """Split a description into a first line and the rest, as docstrings have them."""
    width = _WIDTH - indent
    blocks = [paragraph(block, width) for block in text[:_LONGEST].split("\n\n") if block.strip()]
    if not blocks:
        return paragraph(fallback, width)[:1] or ["Undescribed."]
    lines = blocks[0]
    for block in blocks[1:]:
        lines = [*lines, "", *block]
    return lines


def section(title: str, entries: list[tuple[str, str]], indent: int) -> list[str]:
    """Make a section of a docstring, `Attributes:`, with one entry a name."""
    if not entries:
        return []
    lines = ["", f"{title}:"]
    for name, text in entries:
        entry = f"{name}: {text}" if name and text else name or text
        lines += [f"    {line}" for line in paragraph(entry, _WIDTH - indent - 4, "    " if name else "")]
    return lines


def _escaped(line: str) -> str:
    line = line.replace("\\", "\\\\")
    # Three quotes would end the docstring, and one at the end would run into those that do.
    return line.replace('"', '\\"') if '"""' in line or line.endswith('"') else line
