"""Durations, counted so that those of several processes can be added up."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = 2  # that are kept, so a percentile is within 5 %; Locust's own tables keep as many
MICRO = 1_000_000
SMALL = 100  # numbers below it are kept whole


@define
class Histogram:
    """Positive numbers, rounded to two digits, and how often each came. A duration is in microseconds."""

    counts: dict[int, int] = field(factory=dict)

    def add(self, number: float) -> None:
        """Count a number."""
        kept = int(number)
        if kept >= SMALL:
            kept = round(kept, DIGITS - 1 - floor(log10(kept)))
        self.counts[kept] = self.counts.get(kept, 0) + 1

    def add_seconds(self, seconds: float) -> None:
        """Count a duration in seconds."""
        self.add(seconds * MICRO)

    def merge(self, counts: Mapping[int, int]) -> None:
        """Add the counts of another histogram."""
        for number, count in counts.items():
            self.counts[number] = self.counts.get(number, 0) + count

    @property
    def total(self) -> int:
        """How many numbers were counted."""
        return sum(self.counts.values())

    def percentile(self, percent: float) -> int | None:
        """Return the smallest number that at least so many percent do not exceed; None if there is none."""
        wanted, seen = ceil(self.total * percent / 100), 0
        for number in sorted(self.counts):
            seen += self.counts[number]
            if seen >= max(wanted, 1):
                return number
        return None

    def share_above(self, number: float) -> float:
        """Return the share of the numbers that exceed one, from 0 to 1; 0 if there are none."""
        above = sum(count for kept, count in self.counts.items() if kept > number)
        return above / self.total if self.total else 0.0
