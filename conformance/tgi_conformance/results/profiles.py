"""The verdict on each profile of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.plural import counted
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
NOT_OFFERED = "not offered"
MOST_MISSING = 3


@frozen
class ProfileResult:
    """What a run found about one profile.

    Attributes:
        name: Its name.
        verdict: The verdict; None if the deployment does not offer the profile.
        reason: The evidence if it is not offered; why the run could not tell; else empty.
        must, should: How many of its MUST, and of its other requirements, are broken.
        checked: How many of its requirements the run has a result for.
        unsupported: How many of those are about what the deployment does not offer.
        total: How many of its requirements there are at the depth of the run.
        missing: The operations of the profile that the deployment does not offer.
        asked: Whether the run was asked for this profile.
    """

    name: str
    verdict: Verdict | None
    reason: str = ""
    must: int = 0
    should: int = 0
    checked: int = 0
    unsupported: int = 0
    total: int = 0
    missing: tuple[str, ...] = ()
    asked: bool = False

    @property
    def verdict_shown(self) -> str:
        """The verdict as a word of reports."""
        return NOT_OFFERED if self.verdict is None else self.verdict.value

    @property
    def told(self) -> str:
        """The verdict in a few words, with what it does not cover."""
        remarks = "; ".join([*self._missing(), *self._unchecked()])
        return f"{self._verdict()} ({remarks})" if remarks else self._verdict()

    def _verdict(self) -> str:
        if self.verdict is Verdict.DOES_NOT_CONFORM:
            return counted(self.must, "failure")
        if self.verdict is Verdict.CONFORMS and self.should:
            return f"{self.verdict.value}, {self.should} SHOULD or MAY broken"
        return self.verdict_shown

    def _missing(self) -> list[str]:
        if self.verdict is None or not self.missing:
            return []
        if len(self.missing) > MOST_MISSING:
            return [f"without {len(self.missing)} operations"]
        return [f"without {', '.join(self.missing)}"]

    def _unchecked(self) -> list[str]:
        """Say so if requirements were left out, and if the verdict rests on less than half of them."""
        if self.verdict is None:
            return []
        told = []
        if self.checked < self.total:
            told.append(f"{self.checked} of {counted(self.total, 'requirement')} checked")
        if self.unsupported * 2 > self.checked:
            told.append(f"{self.unsupported} of {self.checked} unsupported")
        return told


def profiles_told(results: Iterable[ProfileResult]) -> str:
    """Tell the verdicts in one line, such as `native: conforms; openai: 3 failures`; empty for none."""
    return "; ".join(f"{one.name}: {one.told}" for one in results)
