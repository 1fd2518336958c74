"""Which alternative of an old schema became which of the new one: their order tells nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_document.shapes import Place, Shape, canonical, follow, in_words, shape_of, tags_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tgi_document.walk import Document


_MAX_LIKENESSES = 10_000
"""Pairs to look at. A choice of that many definitions, all of them renamed, is told as removed and added."""


@frozen
class Matched:
    """Two lists of schemas, paired."""

    pairs: list[tuple[Place, Place]] = field(factory=list)
    removed: list[Place] = field(factory=list)
    added: list[Place] = field(factory=list)


def match(old_document: Document, old: list[Place], new_document: Document, new: list[Place]) -> Matched:
    """Pair schemas by name, then by equality, then by what tells them apart, then by type.

    Each way takes time in proportion to the number of schemas, since a stranger chooses that number.
    """
    matched = Matched([], list(old), list(new))
    for key in (_name, _text, _tag, _title, _inline_words):
        waiting: defaultdict[Any, list[Place]] = defaultdict(list)
        for place in matched.added:
            waiting[key(new_document, place)].append(place)
        waiting.pop(None, None)
        matched = _matched_by(key, old_document, matched, waiting)
    return _matched_by_likeness(old_document, new_document, matched)


def alike(old: Shape, new: Shape) -> bool:
    """Tell whether one may have become the other: of the same type, with half of the members in common."""
    if old.types != new.types or bool(old.alternatives) != bool(new.alternatives):
        return False
    if old.alternatives or (not old.members and not new.members):
        return True
    shared = len(old.members.keys() & new.members.keys())
    return 2 * shared >= max(len(old.members), len(new.members))


def _matched_by(
    key: Callable[[Document, Place], Hashable],
    document: Document,
    matched: Matched,
    waiting: dict[Any, list[Place]],
) -> Matched:
    pairs, removed = list(matched.pairs), []
    taken: set[int] = set()
    for place in matched.removed:
        candidates = waiting.get(key(document, place), [])
        if candidates:
            found = candidates.pop(0)
            taken.add(id(found))
            pairs.append((place, found))
        else:
            removed.append(place)
    return Matched(pairs, removed, [place for place in matched.added if id(place) not in taken])


def _matched_by_likeness(old_document: Document, new_document: Document, matched: Matched) -> Matched:
    """Pair what is left with what resembles it most: it was renamed, or lost and got members."""
    if len(matched.removed) * len(matched.added) > _MAX_LIKENESSES:
        return matched
    pairs, removed = list(matched.pairs), []
    shapes = [(place, _shape(new_document, place)) for place in matched.added]
    for place in matched.removed:
        old = _shape(old_document, place)
        likely = [candidate for candidate in shapes if alike(old, candidate[1])]
        if likely:
            best = max(likely, key=lambda candidate: _likeness(old, candidate[1]))
            shapes.remove(best)
            pairs.append((place, best[0]))
        else:
            removed.append(place)
    return Matched(pairs, removed, [place for place, _ in shapes])


def _likeness(old: Shape, new: Shape) -> tuple[int, int]:
    differing = old.members.keys() ^ new.members.keys()
    return (len(old.members.keys() & new.members.keys()), -len(differing))


def _shape(document: Document, place: Place) -> Shape:
    return shape_of(document, follow(document, place))


def _name(document: Document, place: Place) -> Hashable:
    return follow(document, place).name


def _text(_document: Document, place: Place) -> Hashable:
    return canonical(place.schema)


def _tag(document: Document, place: Place) -> Hashable:
    tags = tags_of(document, _shape(document, place))
    return tuple(sorted((name, canonical(value)) for name, value in tags)) or None


def _title(_document: Document, place: Place) -> Hashable:
    title = place.schema.get("title") if isinstance(place.schema, dict) else None
    return title if isinstance(title, str) else None


def _inline_words(document: Document, place: Place) -> Hashable:
    """Give the words of what is neither a definition nor an object; those are compared by their members."""
    target = follow(document, place)
    if target.name or shape_of(document, target).members:
        return None
    return in_words(document, place)
