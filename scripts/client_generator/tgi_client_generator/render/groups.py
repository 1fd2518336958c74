"""Where an operation stands on a client: `client.chat.completions` is POST /v1/chat/completions.

A path tells the place, if it has no parameters, less a version and `api` at its beginning. Operations that
would share a place, or stand where others are grouped, go by their own names.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from tgi_client_generator.names import client_names, pascal, snake
from tgi_client_generator.render.docstrings import docstring, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_client_generator.names import Namespace
    from tgi_client_generator.parser.parsed_document import Operation

Place = tuple[str, ...]


@frozen
class BoundView:
    """An operation on a client, or in a group."""

    name: str
    tag: str
    module: str
    docstring: str


@define
class GroupView:
    """A client's operations, or a group of them."""

    class_name: str
    docstring: str
    operations: list[BoundView] = field(factory=list)
    groups: list[tuple[str, str]] = field(factory=list)
    """Names of groups in it, and their classes."""


def groups(operations: Iterable[Operation]) -> list[GroupView]:
    """Give the groups of a client, those within others first; the last is the client's own."""
    found = list(operations)
    places = _places(found)
    views: dict[Place, GroupView] = {
        (): GroupView("Operations", docstring(["The operations of the server."], 4))
    }
    names: dict[Place, Namespace] = {(): client_names()}
    classes: set[str] = {"Operations"}
    for operation, place in zip(found, places, strict=True):
        above: Place = ()
        for word in place[:-1]:
            if (*above, word) not in views:
                _add_group(above, word, views, names, classes)
            above = (*above, word)
        name = names[above].take(place[-1])
        text = docstring(paragraph(f"{operation.method} {operation.path}", 100), 8)
        views[above].operations.append(BoundView(name, operation.tag, operation.name, text))
    return [views[place] for place in sorted(views, key=lambda place: (-len(place), place))]


def _add_group(
    above: Place, word: str, views: dict[Place, GroupView], names: dict[Place, Namespace], classes: set[str]
) -> None:
    place = (*above, word)
    name = pascal("_".join(place)) + "Operations"
    while name in classes:
        name += "_"
    classes.add(name)
    views[place] = GroupView(name, docstring([f"Operations under `{'.'.join(place)}`."], 4))
    names[place] = client_names()
    views[above].groups.append((names[above].take(word), name))


def _places(operations: list[Operation]) -> list[Place]:
    wanted = [_wanted(operation) for operation in operations]
    counts = Counter(wanted)
    leaves = {place for place, count in counts.items() if count == 1 and place}
    return [
        place if place in leaves and not _stands_under(place, leaves) else (operation.name,)
        for operation, place in zip(operations, wanted, strict=True)
    ]


def _stands_under(place: Place, leaves: set[Place]) -> bool:
    """Tell whether an operation stands where this one would have a group."""
    return any(place[:length] in leaves for length in range(1, len(place)))


def _wanted(operation: Operation) -> Place:
    if "{" in operation.path:
        return ()
    segments = [snake(segment) for segment in operation.path.split("/") if segment]
    while segments and re.fullmatch(r"api|v\d\w*", segments[0]):
        del segments[0]
    return tuple(segments) if all(segments) else ()
