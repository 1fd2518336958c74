"""Shapes of values that are one of several things, told apart by trying or by a tag."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_reference.wire.complaints import MismatchError, describe, invalid_type, unknown_variant
from tgi_reference.wire.containers import BUFFERED, value_of
from tgi_reference.wire.ignored import IGNORED
from tgi_reference.wire.reader import Pairs, Reader
from tgi_reference.wire.scalars import Tag, Variant
from tgi_reference.wire.shape import Shape, items, members, refuse
from tgi_reference.wire.structs import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable


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
class InternallyTagged:
    """An object whose member ``type`` says which struct the others make; or an array that begins with it.

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
        if isinstance(value, Pairs):
            tags = [one for key, one in value if key == "type"]
            others: Any = Pairs(pair for pair in value if pair[0] != "type")
        elif isinstance(value, list):
            tags, others = value[:1], value[1:]
        else:
            raise MismatchError(invalid_type(describe(value), self.expected))
        if len(tags) != 1:
            raise MismatchError("missing field `type`" if not tags else "duplicate field `type`")
        shape = self.variants.get(tags[0]) if isinstance(tags[0], str) else None
        if shape is None:
            raise MismatchError(unknown_variant(str(tags[0]), tuple(self.variants)))
        return shape.take(others)


@frozen
class AdjacentlyTagged:
    """An object of two members: ``type`` names the variant, ``value`` is its content; or both in an array."""

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
                tag = value_of(reader, key, Variant(self._tag))
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
            tag = Variant(self._tag).take(found["type"]) if "type" in found else MISSING
            return self._assemble(tag, found.get("value", MISSING), decoded=False)
        if type(value) is list and len(value) == 2:  # noqa: PLR2004  # the tag and its content
            return self._assemble(self._tag.take(value[0]), value[1], decoded=False)
        raise MismatchError(invalid_type(describe(value), self.expected))
