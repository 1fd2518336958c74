"""Types to decode into, as combinators: what they have in common.

Each reads itself from a text, or takes itself from a buffered value. The two ways exist because an untagged
choice must read the whole value before it knows what it is; what is wrong inside of it is then told no more
precisely than that nothing matched, exactly as clients see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tgi_reference.wire.complaints import DecodeError, describe, invalid_type
from tgi_reference.wire.reader import EXPECTED_VALUE, Reader

if TYPE_CHECKING:
    from collections.abc import Callable


class Shape(Protocol):
    """Something a JSON value can be decoded into."""

    @property
    def expected(self) -> str:
        """What complaints say was expected."""
        ...

    def read(self, reader: Reader) -> Any:
        """Decode the next value of the text."""
        ...

    def take(self, value: Any) -> Any:
        """Decode a value that was buffered.

        Raises:
            MismatchError: the value is not of this shape.
        """
        ...


def refuse(reader: Reader, expected: str) -> DecodeError:
    """The complaint about the next value, consumed as far as its description needs it."""
    found = {b"[": "sequence", b"{": "map"}.get(reader.peek_value()) or describe(scalar(reader))
    return reader.complaint(invalid_type(found, expected), data=True)


def scalar(reader: Reader) -> Any:
    """The next value, which is neither array nor object."""
    byte = reader.peek_value()
    if byte == b'"':
        return reader.string()
    if byte in b"-0123456789":
        return reader.number()
    for first, rest, value in ((b"n", b"ull", None), (b"t", b"rue", True), (b"f", b"alse", False)):
        if byte == first:
            reader.word(rest)
            return value
    raise reader.complaint(EXPECTED_VALUE, ahead=True)


def members(reader: Reader, visit: Callable[[], Any]) -> Any:
    """Read an object: ``visit`` handles what is between the braces."""
    reader.enter()
    return _closing(reader, visit, reader.leave_object)


def items(reader: Reader, visit: Callable[[], Any]) -> Any:
    """Read an array: ``visit`` handles what is between the brackets."""
    reader.enter()
    return _closing(reader, visit, reader.leave_list)


def _closing(reader: Reader, visit: Callable[[], Any], leave: Callable[[], None]) -> Any:
    """Run ``visit``, then close; after an error too, since its place is where the closing stops."""
    path = list(reader.path)
    try:
        result = visit()
    except DecodeError as error:
        reader.path[:] = path
        if error.place is None:
            _quietly(leave)
            reader.settle(error)
        raise
    leave()
    return result


def _quietly(leave: Callable[[], None]) -> None:
    try:
        leave()
    except DecodeError:
        return
