"""The three scales of the suite: how binding, how deep, and what came of it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Level(str, Enum):
    """How binding a requirement is, in the words of RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Depth(str, Enum):
    """How deep a run goes; a run holds every requirement of its own depth and of those that it goes beyond.

    `load` goes beyond standard in another direction than exhaustive: it sends many requests at a time.
    """

    SMOKE = "smoke"
    STANDARD = "standard"
    EXHAUSTIVE = "exhaustive"
    LOAD = "load"

    def includes(self, other: Depth) -> bool:
        """Tell whether a run of this depth holds requirements of the other."""
        order = [Depth.SMOKE, Depth.STANDARD]
        return other is self or (
            other in order and other in order[: order.index(self) + 1 if self in order else 2]
        )


# Requests and generated tokens that a run of a level may cost, whatever the deployment does.
BUDGETS: Mapping[Depth, tuple[int, int]] = {Depth.SMOKE: (60, 600), Depth.STANDARD: (1_500, 15_000)}


class Outcome(str, Enum):
    """What came of one requirement.

    `INTERMITTENT` is a promise that was kept, though a request for it failed once and not when it was sent
    again alone. `ERROR` is a failure of the suite itself.
    """

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    KNOWN_DEVIATION = "known deviation"
    INTERMITTENT = "intermittent"
    UNSUPPORTED = "unsupported"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


class Verdict(str, Enum):
    """What a whole run says."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does not conform"
    COULD_NOT_TELL = "could not tell"
    INTERNAL_ERROR = "internal error"

    @property
    def exit_code(self) -> int:
        """The status that the command ends with: 0, 1, 3 or 4 (2 is wrong usage)."""
        codes = {Verdict.CONFORMS: 0, Verdict.DOES_NOT_CONFORM: 1, Verdict.COULD_NOT_TELL: 3}
        return codes.get(self, 4)
