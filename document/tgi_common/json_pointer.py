"""Names as parts of a JSON pointer (RFC 6901), as it stands in the fragment of a reference."""

from __future__ import annotations

from urllib.parse import unquote


def escape(name: str) -> str:
    """Write a member's name as a part of a pointer: `a/b` as `a~1b`."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """Read a part of a pointer in a fragment as the member's name."""
    return unquote(part).replace("~1", "/").replace("~0", "~")
