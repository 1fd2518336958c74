"""A line of a part: a JSON object with a checksum, so that a damaged line is told from a sound one."""

from __future__ import annotations

import json
import zlib
from typing import Any

MARK = b',"crc32":"'


def sealed(event: dict[str, Any]) -> bytes:
    """Return the line of an event, whose last member is the CRC-32 of the object without it."""
    text = json.dumps(event, separators=(",", ":")).encode()
    return text[:-1] + MARK + _checksum(text) + b'"}\n'


def opened(line: bytes) -> Any:
    """Return the event of a line; raises ValueError for one that is damaged."""
    body, _, end = line.rpartition(MARK)
    text = body + b"}"
    if end.rstrip(b"\r\n") != _checksum(text) + b'"}':
        raise ValueError("the checksum is another one")
    return json.loads(text)


def _checksum(text: bytes) -> bytes:
    return f"{zlib.crc32(text):08x}".encode()
