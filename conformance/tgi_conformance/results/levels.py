"""The scales of the suite: levels, depths, outcomes, verdicts."""

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
    """How much a run checks: requirements of its own depth and of shallower ones.

    `exhaustive` and `load` both include `standard`: one adds generated data, the other concurrent requests.
    """

    SMOKE = "smoke"
    STANDARD = "standard"
    EXHAUSTIVE = "exhaustive"
    LOAD = "load"

    def includes(self, other: Depth) -> bool:
        """Whether a run of this depth checks requirements of the other."""
        order = [Depth.SMOKE, Depth.STANDARD]
        return other is self or (
            other in order and other in order[: order.index(self) + 1 if self in order else 2]
        )


# Requests and generated tokens that a run may use, whatever the deployment does.
BUDGETS: Mapping[Depth, tuple[int, int]] = {Depth.SMOKE: (60, 600), Depth.STANDARD: (1_500, 15_000)}


class Outcome(str, Enum):
    """The outcome of a requirement.

    `INTERMITTENT`: the requirement passed, but a request failed once and not when it was sent again alone.
    `ERROR`: the suite failed, not the deployment.
    """

    PASSED = "passed"
    FAILED = "failed"
    KNOWN_DEVIATION = "known deviation"
    INTERMITTENT = "intermittent"
    UNSUPPORTED = "unsupported"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


class Verdict(str, Enum):
    """The verdict of a run."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does not conform"
    COULD_NOT_TELL = "could not tell"
    INTERNAL_ERROR = "internal error"

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0, 1, 3 or 4 (2 is wrong usage)."""
        codes = {Verdict.CONFORMS: 0, Verdict.DOES_NOT_CONFORM: 1, Verdict.COULD_NOT_TELL: 3}
        return codes.get(self, 4)
