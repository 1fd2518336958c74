"""Shapes of objects with known members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from tgi_reference.wire.complaints import MismatchError, describe, invalid_type
from tgi_reference.wire.containers import BUFFERED, Optional, value_of
from tgi_reference.wire.ignored import IGNORED
from tgi_reference.wire.reader import Pairs, Reader
from tgi_reference.wire.shape import Shape, items, members, refuse

if TYPE_CHECKING:
    from collections.abc import Callable


MISSING: Final = object()


@frozen
class Field:
    """A member of a struct. Without a default an ``Optional`` may still be left out, except in an array."""

    name: str
    shape: Shape
    default: Any = MISSING
    aliases: tuple[str, ...] = ()

    def absent(self) -> Any:
        """The value of a member that is left out of an object, or ``MISSING`` where it must be there."""
        if self.default is not MISSING:
            return self.default() if callable(self.default) else self.default
        return None if isinstance(self.shape, Optional) else MISSING


@frozen
class Struct:
    """An object with known members, others being ignored; or an array of its members' values in order."""

    name: str
    make: Callable[..., Any]
    fields: tuple[Field, ...]
    _by_key: dict[str, Field] = field(init=False, repr=False, eq=False)

    @_by_key.default
    def _index(self) -> dict[str, Field]:
        return {key: one for one in self.fields for key in (one.name, *one.aliases)}

    @property
    def expected(self) -> str:  # noqa: D102
        return f"struct {self.name}"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        byte = reader.peek_value()
        if byte == b"{":
            return members(reader, lambda: self._read_members(reader))
        if byte == b"[":
            return items(reader, lambda: self._read_items(reader))
        raise refuse(reader, self.expected)

    def _read_members(self, reader: Reader) -> Any:
        found: dict[str, Any] = {}
        for key in reader.names():
            one = self._by_key.get(key)
            if one is None:
                value_of(reader, key, IGNORED)
                continue
            if one.name in found:
                raise reader.unplaced(f"duplicate field `{one.name}`")
            found[one.name] = value_of(reader, key, one.shape)
        missing = self._complete(found)
        if missing:
            raise reader.unplaced(missing)
        return self.make(**found)

    def _read_items(self, reader: Reader) -> Any:
        found: dict[str, Any] = {}
        for index in reader.elements():
            one = self.fields[index]
            found[one.name] = one.shape.read(reader)
            if index + 1 == len(self.fields):
                reader.path.pop()
                break
        missing = self._complete_items(found)
        if missing:
            raise reader.unplaced(missing)
        return self.make(**found)

    def _complete(self, found: dict[str, Any]) -> str | None:
        """Fill in what was left out; the complaint when that cannot be."""
        for one in self.fields:
            if one.name not in found:
                found[one.name] = one.absent()
                if found[one.name] is MISSING:
                    return f"missing field `{one.name}`"
        return None

    def _complete_items(self, found: dict[str, Any]) -> str | None:
        for index, one in enumerate(self.fields):
            if one.name not in found:
                if one.default is MISSING:
                    count = "1 element" if len(self.fields) == 1 else f"{len(self.fields)} elements"
                    return f"invalid length {index}, expected {self.expected} with {count}"
                found[one.name] = one.absent()
        return None

    def take(self, value: Any) -> Any:  # noqa: D102
        if isinstance(value, Pairs):
            found = self._take_members(value)
            missing = self._complete(found)
        elif isinstance(value, list):
            if len(value) > len(self.fields):
                raise MismatchError(f"invalid length {len(value)}, expected {self.expected}")
            found = {one.name: one.shape.take(item) for one, item in zip(self.fields, value, strict=False)}
            missing = self._complete_items(found)
        else:
            raise MismatchError(invalid_type(describe(value), self.expected))
        if missing:
            raise MismatchError(missing)
        return self.make(**found)

    def _take_members(self, value: Pairs) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, one_value in value:
            one = self._by_key.get(key)
            if one is None:
                continue
            if one.name in found:
                raise MismatchError(f"duplicate field `{one.name}`")
            found[one.name] = one.shape.take(one_value)
        return found


@frozen
class Flattened:
    """An object with some members of its own; all others together make one more value, ``rest``."""

    name: str
    make: Callable[..., Any]
    fields: tuple[Field, ...]
    rest: str
    rest_shape: Shape

    @property
    def expected(self) -> str:  # noqa: D102
        return f"struct {self.name}"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        if reader.peek_value() != b"{":
            raise refuse(reader, self.expected)
        return members(reader, lambda: self._read_members(reader))

    def _read_members(self, reader: Reader) -> Any:
        own = {one.name: one for one in self.fields}
        found: dict[str, Any] = {}
        others = Pairs()
        for key in reader.names():
            if key in found:
                raise reader.unplaced(f"duplicate field `{key}`")
            if key in own:
                found[key] = value_of(reader, key, own[key].shape)
            else:
                others.append((key, value_of(reader, key, BUFFERED)))
        try:
            return self._assemble(found, others)
        except MismatchError as mismatch:
            raise reader.unplaced(str(mismatch)) from None

    def take(self, value: Any) -> Any:  # noqa: D102
        if not isinstance(value, Pairs):
            raise MismatchError(invalid_type(describe(value), self.expected))
        own = {one.name: one for one in self.fields}
        found: dict[str, Any] = {}
        for key, one_value in value:
            if key in found:
                raise MismatchError(f"duplicate field `{key}`")
            if key in own:
                found[key] = own[key].shape.take(one_value)
        return self._assemble(found, Pairs(pair for pair in value if pair[0] not in own))

    def _assemble(self, found: dict[str, Any], others: Pairs) -> Any:
        for one in self.fields:
            if one.name not in found:
                found[one.name] = one.absent()
                if found[one.name] is MISSING:
                    raise MismatchError(f"missing field `{one.name}`")
        return self.make(**found, **{self.rest: self.rest_shape.take(others)})
