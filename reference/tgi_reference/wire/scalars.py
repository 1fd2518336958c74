"""Shapes of single values: numbers of fixed width, booleans, strings, names of variants, null."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from tgi_reference.wire.complaints import MismatchError, describe, invalid_type, unknown_variant
from tgi_reference.wire.reader import EXPECTED_VALUE, Pairs
from tgi_reference.wire.shape import refuse, scalar

if TYPE_CHECKING:
    from tgi_reference.wire.reader import Reader


@frozen
class Integer:
    """An integer type of the router's language; a float is none, however whole."""

    expected: str
    low: int
    high: int

    def read(self, reader: Reader) -> int:  # noqa: D102
        if reader.peek_value() not in b"-0123456789":
            raise refuse(reader, self.expected)
        value = reader.number()
        problem = self._problem(value)
        if problem:
            raise reader.complaint(problem, data=True)
        return int(value)

    def take(self, value: Any) -> int:  # noqa: D102
        problem = self._problem(value)
        if problem:
            raise MismatchError(problem)
        return int(value)

    def _problem(self, value: Any) -> str | None:
        if type(value) is not int:
            return invalid_type(describe(value), self.expected)
        if not self.low <= value <= self.high:
            return f"invalid value: {describe(value)}, expected {self.expected}"
        return None


U32: Final = Integer("u32", 0, 2**32 - 1)
U64: Final = Integer("u64", 0, 2**64 - 1)
USIZE: Final = Integer("usize", 0, 2**64 - 1)
I32: Final = Integer("i32", -(2**31), 2**31 - 1)


def _single(value: float) -> float:
    """The nearest number of 32 bits; what is too large becomes infinite, as a cast does."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


@frozen
class Float:
    """A float of 32 bits; integers are fine."""

    expected: str = "f32"

    def read(self, reader: Reader) -> float:  # noqa: D102
        if reader.peek_value() not in b"-0123456789":
            raise refuse(reader, self.expected)
        return _single(reader.number())

    def take(self, value: Any) -> float:  # noqa: D102
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise MismatchError(invalid_type(describe(value), self.expected))
        return _single(value)


F32: Final = Float()


@frozen
class Boolean:
    """``true`` or ``false``."""

    expected: str = "a boolean"

    def read(self, reader: Reader) -> bool:  # noqa: D102
        if reader.peek_value() not in b"tf":
            raise refuse(reader, self.expected)
        return bool(scalar(reader))

    def take(self, value: Any) -> bool:  # noqa: D102
        if not isinstance(value, bool):
            raise MismatchError(invalid_type(describe(value), self.expected))
        return value


BOOLEAN: Final = Boolean()


@frozen
class String:
    """A string."""

    expected: str = "a string"

    def read(self, reader: Reader) -> str:  # noqa: D102
        if reader.peek_value() != b'"':
            raise refuse(reader, self.expected)
        return reader.string()

    def take(self, value: Any) -> str:  # noqa: D102
        if not isinstance(value, str):
            raise MismatchError(invalid_type(describe(value), self.expected))
        return value


STRING: Final = String()


@frozen
class Null:
    """Nothing but null."""

    value: Any = None
    expected: str = "null"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        if reader.peek_value() != b"n":
            raise refuse(reader, self.expected)
        scalar(reader)
        return self.value

    def take(self, value: Any) -> Any:  # noqa: D102
        if value is not None:
            raise MismatchError(invalid_type(describe(value), self.expected))
        return self.value


@frozen
class Tag:
    """The name of a variant."""

    variants: tuple[str, ...]
    expected: str = "variant identifier"

    def read(self, reader: Reader) -> str:  # noqa: D102
        if reader.peek_value() != b'"':
            raise refuse(reader, self.expected)
        name = reader.string()
        if name not in self.variants:
            raise reader.complaint(unknown_variant(name, self.variants), data=True)
        return name

    def take(self, value: Any) -> str:  # noqa: D102
        if not isinstance(value, str):
            raise MismatchError(invalid_type(describe(value), self.expected))
        if value not in self.variants:
            raise MismatchError(unknown_variant(value, self.variants))
        return value


@frozen
class Variant:
    """A variant without a value: its name, or an object with that name as its only member, which is null.

    Anything else is not of a wrong type but of wrong syntax, as the router's decoder has it.
    """

    tag: Tag
    expected: str = "variant"

    def read(self, reader: Reader) -> str:  # noqa: D102
        byte = reader.peek_value()
        return self._read_object(reader) if byte == b"{" else self._read_name(reader)

    def _read_name(self, reader: Reader) -> str:
        if reader.peek_value() != b'"':
            raise reader.complaint(EXPECTED_VALUE, ahead=True)
        return self.tag.read(reader)

    def _read_object(self, reader: Reader) -> str:
        reader.enter()
        name = self._read_name(reader)
        reader.colon()
        reader.path.append(name)
        Null(expected="unit").read(reader)
        reader.path.pop()
        if reader.peek() not in (b"}", b""):
            raise reader.complaint(EXPECTED_VALUE)
        reader.leave_object()
        return name

    def take(self, value: Any) -> str:  # noqa: D102
        if isinstance(value, Pairs) and len(value) == 1 and value[0][1] is None:
            value = value[0][0]
        return self.tag.take(value)
