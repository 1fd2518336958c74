"""Shapes of values that contain others: optional ones, arrays, any value, converted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from tgi_reference.wire.complaints import MismatchError, describe, invalid_type
from tgi_reference.wire.reader import Pairs, Reader
from tgi_reference.wire.shape import Shape, items, members, refuse, scalar

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class Optional:
    """A value, or null."""

    shape: Shape

    @property
    def expected(self) -> str:  # noqa: D102
        return self.shape.expected

    def read(self, reader: Reader) -> Any:  # noqa: D102
        if reader.peek() == b"n":
            reader.word(b"ull")
            return None
        return self.shape.read(reader)

    def take(self, value: Any) -> Any:  # noqa: D102
        return None if value is None else self.shape.take(value)


@frozen
class Sequence:
    """An array of one shape."""

    shape: Shape
    expected: str = "a sequence"

    def read(self, reader: Reader) -> list[Any]:  # noqa: D102
        if reader.peek_value() != b"[":
            raise refuse(reader, self.expected)
        found: list[Any] = items(reader, lambda: [self.shape.read(reader) for _ in reader.elements()])
        return found

    def take(self, value: Any) -> list[Any]:  # noqa: D102
        if type(value) is not list:
            raise MismatchError(invalid_type(describe(value), self.expected))
        return [self.shape.take(one) for one in value]


@frozen
class Buffered:
    """Any value, with the order and the duplicates of its members (see ``Pairs``)."""

    expected: str = "any value"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        byte = reader.peek_value()
        if byte == b"[":
            return items(reader, lambda: [self.read(reader) for _ in reader.elements()])
        if byte == b"{":
            return members(reader, lambda: self._pairs(reader))
        return scalar(reader)

    def _pairs(self, reader: Reader) -> Pairs:
        found = Pairs()
        for key in reader.names():
            found.append((key, value_of(reader, key, self)))
        return found

    def take(self, value: Any) -> Any:  # noqa: D102
        return value


BUFFERED: Final = Buffered()


@frozen
class Anything:
    """Any value, as Python represents JSON; of members named twice the last counts."""

    expected: str = "any valid JSON value"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        return plain(BUFFERED.read(reader))

    def take(self, value: Any) -> Any:  # noqa: D102
        return plain(value)


ANYTHING: Final = Anything()


def plain(value: Any) -> Any:
    """A buffered value as lists and dictionaries."""
    if isinstance(value, Pairs):
        return {key: plain(one) for key, one in value}
    return [plain(one) for one in value] if isinstance(value, list) else value


def in_order(value: Any) -> Any:
    """A decoded value with the members of all objects sorted, as routers before 3.0 keep them."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


def value_of(reader: Reader, key: str, shape: Shape) -> Any:
    """Consume a colon and the value of ``key``, which is on the path meanwhile."""
    reader.colon()
    reader.path.append(key)
    value = shape.read(reader)
    reader.path.pop()
    return value


@frozen
class Converted:
    """A shape whose value is turned into another; ``ValueError`` is the complaint."""

    shape: Shape
    convert: Callable[[Any], Any]

    @property
    def expected(self) -> str:  # noqa: D102
        return self.shape.expected

    def read(self, reader: Reader) -> Any:  # noqa: D102
        value = self.shape.read(reader)
        try:
            return self.convert(value)
        except ValueError as error:
            raise reader.unplaced(str(error)) from None

    def take(self, value: Any) -> Any:  # noqa: D102
        taken = self.shape.take(value)
        try:
            return self.convert(taken)
        except ValueError as error:
            raise MismatchError(str(error)) from None
