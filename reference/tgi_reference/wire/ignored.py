"""Values that nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from tgi_reference.wire.shape import scalar

if TYPE_CHECKING:
    from tgi_reference.wire.reader import Reader


@frozen
class Ignored:
    """A value that nobody asked for: its syntax is checked, without bound on its depth."""

    expected: str = "anything at all"

    def read(self, reader: Reader) -> None:  # noqa: D102
        enclosing = _skip_one(reader)
        frames: list[bytes] = [enclosing] if enclosing else []
        fresh = bool(enclosing)
        while frames:
            if _close_or_continue(reader, frames[-1], fresh=fresh):
                frames.pop()
                fresh = False
                continue
            if frames[-1] == b"{":
                _skip_key(reader)
            enclosing = _skip_one(reader)
            fresh = bool(enclosing)
            if enclosing:
                frames.append(enclosing)

    def take(self, value: Any) -> None:  # noqa: D102
        del value


IGNORED: Final = Ignored()


def _skip_one(reader: Reader) -> bytes:
    """Pass over a scalar, or enter an array or object: the byte that opened it."""
    byte = reader.peek_value()
    if byte in (b"[", b"{"):
        reader.skip()
        return byte
    if byte == b'"':
        reader.skip_string()
    elif byte in b"-0123456789":
        reader.skip_number()
    else:
        scalar(reader)
    return b""


def _close_or_continue(reader: Reader, frame: bytes, *, fresh: bool) -> bool:
    byte = reader.peek()
    closing, name = (b"]", "list") if frame == b"[" else (b"}", "object")
    if byte == closing:
        reader.skip()
        return True
    if not byte:
        raise reader.complaint(f"EOF while parsing {'a' if name == 'list' else 'an'} {name}", ahead=True)
    if fresh:
        return False
    if byte != b",":
        raise reader.complaint(f"expected `,` or `{closing.decode()}`", ahead=True)
    reader.skip()
    return False


def _skip_key(reader: Reader) -> None:
    byte = reader.peek()
    if byte != b'"':
        raise reader.complaint("key must be a string" if byte else "EOF while parsing an object", ahead=True)
    reader.skip_string()
    reader.colon()
