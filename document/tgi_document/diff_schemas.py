"""What changed between two schemas, and in those that they refer to.

Each pair of definitions is compared once for requests and once for answers, however many operations use it.
Pairs wait in a list, not on the stack: schemas refer to each other in circles and in long chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from tgi_document.changes import Change, Direction, Effect, broken_by
from tgi_document.constraints import (
    bound_effect,
    bound_words,
    effect_of,
    enum_difference,
    format_effect,
    keyword_effect,
    types_effect,
)
from tgi_document.errors import DocumentError
from tgi_document.matching import alike, match
from tgi_document.renaming import renamed_members
from tgi_document.shapes import (
    Place,
    Shape,
    Target,
    canonical,
    follow,
    in_words,
    last_name,
    name_of,
    shape_of,
)
from tgi_document.walk import pointer_of
from tgi_document.whereabouts import words_of

if TYPE_CHECKING:
    from tgi_document.walk import Document

_MAX_PAIRS = 100_000
"""TGI's documents have 400. Circles of different lengths, met in step, make the product of the lengths."""

_OldAndNew = tuple[Any, Any]

_IN_THE_OLD_DOCUMENT = frozenset(
    {"member removed", "items removed", "alternative removed", "allOf part removed"}
)
"""Changes whose place the new document does not have."""

_OPEN: tuple[Any, ...] = (True, {})
"""The schemas that allow everything."""


@frozen
class _Pair:
    old: Target
    new: Target
    direction: Direction
    site: Place
    """Where the new one is used."""


@define
class SchemaDiff:
    """Compares schemas of two documents, and gathers what changed."""

    old: Document
    new: Document
    changes: list[Change] = field(factory=list)
    reached: set[str] = field(factory=set)
    """Pointers of the old document's definitions that were compared."""

    renamed: dict[str, str] = field(factory=dict)
    """Names of definitions, the old one to the new one."""

    _waiting: list[_Pair] = field(factory=list)
    _seen: set[tuple[str, str, Direction]] = field(factory=set)

    def compare(self, old: Place, new: Place, direction: Direction) -> None:
        """Compare two schemas, and all that they lead to."""
        self._push(old, new, direction)
        while self._waiting:
            self._compare_shapes(self._waiting.pop())

    def _push(self, old: Place, new: Place, direction: Direction) -> None:
        """Compare what is at the place itself, and let the rest wait."""
        pair = _Pair(follow(self.old, old), follow(self.new, new), direction, new)
        if pair.old.name and pair.new.name and self._are_the_same(pair):
            self._compare_beside(pair)
            pair = _Pair(_alone(pair.old), _alone(pair.new), direction, pair.new.place)
        key = (_pointer(pair.old.place), _pointer(pair.new.place), direction)
        if key in self._seen:
            return
        if len(self._seen) >= _MAX_PAIRS:
            raise DocumentError(f"{key[1]}: more than {_MAX_PAIRS} schemas to compare, expected fewer")
        self._seen.add(key)
        self.reached.add(pointer_of(pair.old.place.path))
        self._waiting.append(pair)

    def _are_the_same(self, pair: _Pair) -> bool:
        """Tell whether two references mean one definition, which may have been renamed."""
        old, new = last_name(str(pair.old.name)), last_name(str(pair.new.name))
        if old == new or self.renamed.get(old) == new:
            return True
        if old in _schemas(self.new) or new in _schemas(self.old):
            return False
        if not alike(shape_of(self.old, pair.old), shape_of(self.new, pair.new)):
            return False
        self.renamed[old] = new
        pointer = pointer_of(pair.new.place.path)
        self.changes.append(Change("schema renamed", new, "", pointer, pair.direction, old, new))
        return True

    def _compare_beside(self, pair: _Pair) -> None:
        """Compare the annotations beside two references."""
        old, new = self._beside(self.old, pair.old, pair.site), self._beside(self.new, pair.new, pair.site)
        self._nullable(old, new, pair.direction)
        self._default(old, new, pair.direction)

    @staticmethod
    def _beside(document: Document, target: Target, site: Place) -> Shape:
        shape = Shape(target.place, site, nullable=bool(target.beside.get("nullable")))
        if "default" in target.beside:
            shape.default, shape.has_default = shape_of(document, target).default, True
        return shape

    def _compare_shapes(self, pair: _Pair) -> None:
        old, new = shape_of(self.old, pair.old), shape_of(self.new, pair.new)
        new.site = pair.site
        if not self._are_other_definitions(pair, old, new):
            if bool(old.alternatives) != bool(new.alternatives):
                self._became_alternatives(pair, old, new)
            else:
                self._compare_aspects(pair, old, new)

    def _are_other_definitions(self, pair: _Pair, old: Shape, new: Shape) -> bool:
        """Tell whether a reference was turned to another definition that was there, or to none.

        To compare their members would tell of changes in a definition that did not change.
        """
        names = (name_of(pair.old, old), name_of(pair.new, new))
        undefined = "$ref" in old.rest or "$ref" in new.rest
        if names[0] == names[1] or not (undefined or (pair.old.name and pair.new.name)):
            return False
        if canonical(pair.old.place.schema) != canonical(pair.new.place.schema):
            self._note("type changed", Effect.REPLACES, new.site, pair.direction, self._words(pair))
        return True

    def _compare_aspects(self, pair: _Pair, old: Shape, new: Shape) -> None:
        direction = pair.direction
        effect = types_effect(old.types, new.types)
        if old.types != new.types or old.is_typed != new.is_typed:
            self._note("type changed", effect, new.site, direction, self._type_words(pair, old, new))
        if effect is Effect.REPLACES:
            return  # the one has nothing to do with the other
        if old.types is not None and new.types is not None:
            self._nullable(old, new, direction)
        self._default(old, new, direction)
        self._values(old, new, direction)
        self._lists(old.alternatives, new.alternatives, "alternative", direction)
        self._lists(old.parts, new.parts, "allOf part", direction)
        self._members(old, new, direction)
        self._items(old, new, direction)
        self._additional(old, new, direction)

    def _became_alternatives(self, pair: _Pair, old: Shape, new: Shape) -> None:
        """Compare one schema with a choice of several: the one may be among them."""
        before = old.alternatives or [_without_null(pair.old.place)]
        after = new.alternatives or [_without_null(pair.new.place)]
        matched = match(self.old, before, self.new, after)
        if not matched.pairs:
            self._note("type changed", Effect.REPLACES, new.site, pair.direction, self._words(pair))
            return
        self._nullable(old, new, pair.direction)
        self._lists(before, after, "alternative", pair.direction)

    def _nullable(self, old: Shape, new: Shape, direction: Direction) -> None:
        if old.nullable != new.nullable:
            effect = effect_of(widens=new.nullable, narrows=old.nullable)
            self._note("nullable changed", effect, new.site, direction, (old.nullable, new.nullable))

    def _default(self, old: Shape, new: Shape, direction: Direction) -> None:
        """A caller who leaves the member out relies on its default; one that is only told of is no change."""
        if old.default is None and new.default is None and old.has_default != new.has_default:
            kind = "null default added" if new.has_default else "null default removed"
            self._note(kind, Effect.NONE, new.site, direction, (None, None))
        elif canonical(old.default) != canonical(new.default):
            told = old.default is None or new.default is None
            effect = Effect.NONE if told else Effect.NARROWS
            self._note("default changed", effect, new.site, direction, (old.default, new.default))

    def _values(self, old: Shape, new: Shape, direction: Direction) -> None:
        """Compare what the values may be: enum, format, bounds and other constraints."""
        self._enum(old, new, direction)
        if old.format != new.format:
            effect = format_effect(old.format, new.format)
            self._note("format changed", effect, new.site, direction, (old.format, new.format))
        for name, lower in (("lower", True), ("upper", False)):
            before, after = getattr(old, name), getattr(new, name)
            effect = bound_effect(before, after, lower=lower)
            words = (bound_words(before, lower=lower), bound_words(after, lower=lower))
            if effect is not Effect.NONE:
                self._note("constraint changed", effect, new.site, direction, words)
        for keyword in [*old.rest, *(keyword for keyword in new.rest if keyword not in old.rest)]:
            self._keyword(keyword, old, new, direction)

    def _keyword(self, keyword: str, old: Shape, new: Shape, direction: Direction) -> None:
        before, after = old.rest.get(keyword), new.rest.get(keyword)
        if canonical(before) == canonical(after):
            return
        effect = keyword_effect(keyword, before, after)
        words = (_told(keyword, before), _told(keyword, after))
        self._note("constraint changed", effect, new.site, direction, words)

    def _enum(self, old: Shape, new: Shape, direction: Direction) -> None:
        if old.enum is None or new.enum is None:
            if old.enum is not new.enum:
                effect = Effect.NARROWS if old.enum is None else Effect.WIDENS
                self._note("enum changed", effect, new.site, direction, (old.enum, new.enum))
            return
        added, removed = enum_difference(old.enum, new.enum)
        if added:
            self._note("enum values added", Effect.WIDENS, new.site, direction, (None, added))
        if removed:
            self._note("enum values removed", Effect.NARROWS, new.site, direction, (removed, None))

    def _lists(self, old: list[Place], new: list[Place], noun: str, direction: Direction) -> None:
        """Compare alternatives, of which one must hold, or parts, of which all must."""
        matched = match(self.old, old, self.new, new)
        more, fewer = (
            (Effect.WIDENS, Effect.NARROWS) if noun == "alternative" else (Effect.NARROWS, Effect.WIDENS)
        )
        for place in matched.removed:
            self._note(f"{noun} removed", fewer, place, direction, (in_words(self.old, place), None))
        for place in matched.added:
            self._note(f"{noun} added", more, place, direction, (None, in_words(self.new, place)))
        for before, after in matched.pairs:
            self._push(before, after, direction)

    def _members(self, old: Shape, new: Shape, direction: Direction) -> None:
        renamed = renamed_members(self.old, old, self.new, new)
        for name, place in old.members.items():
            if name not in new.members and name not in renamed:
                self._note(
                    "member removed", Effect.REPLACES, place, direction, (in_words(self.old, place), None)
                )
        names = {new_name: old_name for old_name, new_name in renamed.items()}
        for name, place in new.members.items():
            if name in names:
                self._note("member renamed", Effect.REPLACES, place, direction, (names[name], name))
            if name in old.members or name in names:
                self._push(old.members[names.get(name, name)], place, direction)
            else:
                self._member_added(name, new, direction)
        self._required(old, new, renamed, direction)

    def _member_added(self, name: str, new: Shape, direction: Direction) -> None:
        place = new.members[name]
        is_required = name in new.required
        kind, effect = (
            ("required member added", Effect.NARROWS) if is_required else ("member added", Effect.NONE)
        )
        self._note(kind, effect, place, direction, (None, in_words(self.new, place)))

    def _required(self, old: Shape, new: Shape, renamed: dict[str, str], direction: Direction) -> None:
        before = {renamed.get(name, name) for name in old.required}
        members = {renamed.get(name, name) for name in old.members}
        for name in sorted(before ^ new.required):
            if (name in members) != (name in new.members):
                continue  # told with the member itself
            is_required = name in new.required
            place = new.members.get(name, Place(((new.place.path, "properties"), name), {}))
            effect = Effect.NARROWS if is_required else Effect.WIDENS
            self._note("requiredness changed", effect, place, direction, (not is_required, is_required))

    def _items(self, old: Shape, new: Shape, direction: Direction) -> None:
        if old.items is not None and new.items is not None:
            self._push(old.items, new.items, direction)
        elif new.items is not None:
            self._note(
                "items added", Effect.NARROWS, new.items, direction, (None, in_words(self.new, new.items))
            )
        elif old.items is not None:
            self._note(
                "items removed", Effect.WIDENS, old.items, direction, (in_words(self.old, old.items), None)
            )

    def _additional(self, old: Shape, new: Shape, direction: Direction) -> None:
        """Compare what members without a name in the schema may be: anything unless it says otherwise."""
        before, after = (shape.additional.schema if shape.additional else True for shape in (old, new))
        if isinstance(before, dict) and isinstance(after, dict) and old.additional and new.additional:
            self._push(old.additional, new.additional, direction)
        elif (before in _OPEN) != (after in _OPEN) or (before is False) != (after is False):
            effect = Effect.NARROWS if before in _OPEN or after is False else Effect.WIDENS
            words = (_additional_words(before), _additional_words(after))
            self._note("additional members changed", effect, new.site, direction, words)

    def _words(self, pair: _Pair) -> _OldAndNew:
        return (in_words(self.old, _named(pair.old)), in_words(self.new, _named(pair.new)))

    def _type_words(self, pair: _Pair, old: Shape, new: Shape) -> _OldAndNew:
        """Give the types in words; if it is all the same, say which document does not state it."""
        before, after = self._words(pair)
        if old.types != new.types:
            return (before, after)
        return (before if old.is_typed else "not stated", after if new.is_typed else "not stated")

    def _note(
        self, kind: str, effect: Effect, place: Place, direction: Direction, change: _OldAndNew
    ) -> None:
        document = self.old if kind in _IN_THE_OLD_DOCUMENT else self.new
        where, inside = words_of(document, place.path)
        breaks = broken_by(effect, direction)
        self.changes.append(Change(kind, where, inside, pointer_of(place.path), direction, *change, breaks))


def _alone(target: Target) -> Target:
    """Give a definition without what stands beside a reference to it."""
    return Target(target.place, None, {})


def _without_null(place: Place) -> Place:
    """Give one schema as the alternatives of a choice are: null is compared for the choice as a whole."""
    schema = {key: value for key, value in place.schema.items() if key != "nullable"}
    return Place(place.path, schema, place.also)


def _named(target: Target) -> Place:
    return Place((), {"$ref": target.name}) if target.name else target.place


def _schemas(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return found


def _pointer(place: Place) -> str:
    return " ".join(pointer_of(each.path) for each in (place, *place.also))


def _told(keyword: str, value: Any) -> dict[str, Any] | None:
    return None if value is None else {keyword: value}


def _additional_words(value: Any) -> str:
    if value is False:
        return "none"
    return "any" if value in _OPEN else "of a schema"
