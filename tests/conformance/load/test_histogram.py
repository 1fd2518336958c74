"""Percentiles of rounded numbers are near those of the numbers, also if several processes counted them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tgi_conformance.load.histogram import Histogram

NUMBERS = some.lists(some.integers(0, 10**9), min_size=1, max_size=200)


def exact(numbers: list[int], percent: int) -> int:
    ordered = sorted(numbers)
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


@given(NUMBERS, some.sampled_from([50, 90, 99, 100]))
def test_a_percentile_is_within_five_percent(numbers: list[int], percent: int) -> None:
    histogram = Histogram()
    for number in numbers:
        histogram.add(number)

    assert exact(numbers, percent) == pytest.approx(histogram.percentile(percent), rel=0.051)


@given(NUMBERS, NUMBERS)
def test_two_processes_count_as_one(here: list[int], there: list[int]) -> None:
    first, second, whole = Histogram(), Histogram(), Histogram()
    for histogram, numbers in ((first, here), (second, there), (whole, [*here, *there])):
        for number in numbers:
            histogram.add(number)
    first.merge(second.counts)

    assert whole == first


def test_an_hour_of_latencies_takes_little_room() -> None:
    histogram, chance = Histogram(), random.Random(0)  # noqa: S311 - the same numbers each time
    for _ in range(20_000):
        histogram.add_seconds(chance.expovariate(10))

    assert 20_000 == histogram.total
    assert len(histogram.counts) < 700


def test_of_nothing_there_is_no_percentile() -> None:
    assert None is Histogram().percentile(50)
    assert 0.0 == Histogram().share_above(1)


def test_the_share_of_what_exceeds_a_number() -> None:
    histogram = Histogram()
    for number in (10, 20, 30, 40):
        histogram.add(number)

    assert 0.25 == histogram.share_above(30)
