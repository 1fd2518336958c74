"""Types to decode into, as combinators: each reads itself from a text, or takes itself from a buffered value.

The two ways exist because an untagged choice must hold the whole value before it knows what it is; what is
wrong inside of it is then told no more precisely than that nothing matched, exactly as clients see it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable  # noqa: TC003  # attrs looks at it
from contextlib import suppress
from typing import Any, Final, Protocol

from attrs import field, frozen

from tgi_reference.wire.complaints import DecodeError, MismatchError, describe, invalid_type, unknown_variant
from tgi_reference.wire.reader import EXPECTED_VALUE, Pairs, Reader

MISSING: Final = object()


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
    """Any value, held with the order and the duplicates of its members (see ``Pairs``)."""

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
    """Any value, as Python holds JSON; of members named twice the last counts."""

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


def value_of(reader: Reader, key: str, shape: Shape) -> Any:
    """Consume a colon and the value of ``key``, which is on the path meanwhile."""
    reader.colon()
    reader.path.append(key)
    value = shape.read(reader)
    reader.path.pop()
    return value


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
                    return (
                        f"invalid length {index}, expected {self.expected} with {len(self.fields)} elements"
                    )
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


@frozen
class Untagged:
    """The first of several shapes that fits."""

    name: str
    variants: tuple[Shape, ...]

    @property
    def expected(self) -> str:  # noqa: D102
        return f"untagged enum {self.name}"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        value = BUFFERED.read(reader)
        try:
            return self.take(value)
        except MismatchError as mismatch:
            raise reader.unplaced(str(mismatch)) from None

    def take(self, value: Any) -> Any:  # noqa: D102
        for variant in self.variants:
            with suppress(MismatchError):
                return variant.take(value)
        raise MismatchError(f"data did not match any variant of untagged enum {self.name}")


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


@frozen
class InternallyTagged:
    """An object whose member ``type`` says which struct the other members make.

    Only ever taken from a buffer: TGI has such types inside of untagged ones alone.
    """

    name: str
    variants: dict[str, Shape]

    @property
    def expected(self) -> str:  # noqa: D102
        return f"internally tagged enum {self.name}"

    def read(self, reader: Reader) -> Any:  # noqa: D102
        value = BUFFERED.read(reader)
        try:
            return self.take(value)
        except MismatchError as mismatch:
            raise reader.unplaced(str(mismatch)) from None

    def take(self, value: Any) -> Any:  # noqa: D102
        if not isinstance(value, Pairs):
            raise MismatchError(invalid_type(describe(value), self.expected))
        tags = [one for key, one in value if key == "type"]
        if len(tags) != 1:
            raise MismatchError("missing field `type`" if not tags else "duplicate field `type`")
        shape = self.variants.get(tags[0]) if isinstance(tags[0], str) else None
        if shape is None:
            raise MismatchError(unknown_variant(str(tags[0]), tuple(self.variants)))
        return shape.take(Pairs(pair for pair in value if pair[0] != "type"))


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
class AdjacentlyTagged:
    """An object of two members: ``type`` names the variant, ``value`` holds it; or an array of the two."""

    name: str
    make: Callable[[str, Any], Any]
    variants: dict[str, Shape]

    @property
    def expected(self) -> str:  # noqa: D102
        return f"adjacently tagged enum {self.name}"

    @property
    def _tag(self) -> Tag:
        return Tag(tuple(self.variants))

    def read(self, reader: Reader) -> Any:  # noqa: D102
        byte = reader.peek_value()
        if byte == b"{":
            return members(reader, lambda: self._read_members(reader))
        if byte == b"[":
            return items(reader, lambda: self._read_items(reader))
        raise refuse(reader, self.expected)

    def _read_members(self, reader: Reader) -> Any:
        tag: Any = MISSING
        content: Any = MISSING
        decoded = False
        for key in reader.names():
            if key == "type":
                if tag is not MISSING:
                    raise reader.unplaced("duplicate field `type`")
                tag = value_of(reader, key, self._tag)
            elif key == "value":
                if content is not MISSING:
                    raise reader.unplaced("duplicate field `value`")
                decoded = tag is not MISSING
                content = value_of(reader, key, self.variants[tag] if decoded else BUFFERED)
            else:
                value_of(reader, key, IGNORED)
        try:
            return self._assemble(tag, content, decoded=decoded)
        except MismatchError as mismatch:
            raise reader.unplaced(str(mismatch)) from None

    def _read_items(self, reader: Reader) -> Any:
        found: list[Any] = []
        for index in reader.elements():
            found.append((self._tag if index == 0 else self.variants[found[0]]).read(reader))
            if index == 1:
                reader.path.pop()
                return self.make(found[0], found[1])
        raise reader.unplaced(f"invalid length {len(found)}, expected {self.expected}")

    def _assemble(self, tag: Any, content: Any, *, decoded: bool) -> Any:
        for name, value in (("type", tag), ("value", content)):
            if value is MISSING:
                raise MismatchError(f"missing field `{name}`")
        return self.make(tag, content if decoded else self.variants[tag].take(content))

    def take(self, value: Any) -> Any:  # noqa: D102
        if isinstance(value, Pairs):
            found = dict(value)
            if len([key for key, _ in value if key in ("type", "value")]) > len(
                {key for key in found if key in ("type", "value")}
            ):
                raise MismatchError("duplicate field")
            tag = self._tag.take(found["type"]) if "type" in found else MISSING
            return self._assemble(tag, found.get("value", MISSING), decoded=False)
        if type(value) is list and len(value) == 2:  # noqa: PLR2004  # the tag and its content
            return self._assemble(self._tag.take(value[0]), value[1], decoded=False)
        raise MismatchError(invalid_type(describe(value), self.expected))
