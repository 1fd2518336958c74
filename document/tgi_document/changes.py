"""A change between two documents, and which clients it breaks."""

from __future__ import annotations

from enum import Enum
from typing import Any

from attrs import evolve, field, frozen


class Direction(Enum):
    """Where a schema is used: in what callers send, or in what readers of answers get."""

    REQUEST = "request"
    RESPONSE = "response"
    BOTH = "both"
    UNUSED = "unused"
    """In no operation's request or answer."""


class Party(Enum):
    """Who uses a document: clients that send requests, and clients that read responses."""

    CALLERS = "callers"
    READERS = "readers"


class Effect(Enum):
    """What a change does to the set of values that are allowed."""

    NONE = "none"
    WIDENS = "widens"
    NARROWS = "narrows"
    REPLACES = "replaces"
    """Allows values that were not, and does not allow values that were."""


NOBODY: frozenset[Party] = frozenset()
CALLERS = frozenset({Party.CALLERS})
READERS = frozenset({Party.READERS})


@frozen
class Change:
    """One change.

    `old` and `new` are JSON values, or a schema in a few words; None where there was, or is, nothing.
    """

    kind: str
    """What changed, in a fixed wording such as `member added`, `type changed`, `status removed`."""

    where: str
    """The operation (`POST /generate`) or schema (`GenerateParameters`) that it is in."""

    place: str
    """The place in there: `seed`, `choices[].delta`, `status 200`; empty when it is the whole."""

    pointer: str
    """JSON pointer of the place: into the old document for what was removed, else into the new one."""

    direction: Direction
    old: Any = None
    new: Any = None
    breaks: frozenset[Party] = field(default=NOBODY)

    @property
    def severity(self) -> str:
        """Which clients it breaks, in words."""
        if not self.breaks:
            return "compatible"
        return "breaking for " + " and ".join(sorted(party.value for party in self.breaks))


def broken_by(effect: Effect, direction: Direction) -> frozenset[Party]:
    """Return which clients a change of a schema breaks.

    Callers break if what they send is no longer accepted, readers if they receive what they did not before.
    """
    if direction is Direction.REQUEST and effect in {Effect.NARROWS, Effect.REPLACES}:
        return CALLERS
    if direction is Direction.RESPONSE and effect in {Effect.WIDENS, Effect.REPLACES}:
        return READERS
    return NOBODY


def merged(changes: list[Change]) -> list[Change]:
    """Report what was found once for requests and once for responses as one change of both."""
    found: dict[tuple[str, str, str, str], Change] = {}
    for change in changes:
        key = (change.kind, change.pointer, repr(change.old), repr(change.new))
        first = found.setdefault(key, change)
        found[key] = evolve(
            first,
            breaks=first.breaks | change.breaks,
            direction=_joined(first.direction, change.direction),
        )
    return list(found.values())


def _joined(first: Direction, second: Direction) -> Direction:
    if first is second or second is Direction.UNUSED:
        return first
    return second if first is Direction.UNUSED else Direction.BOTH
