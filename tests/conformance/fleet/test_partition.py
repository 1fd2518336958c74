"""Every item has one shard, shards are equal in price, and an item more moves few others."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tgi_conformance.fleet.partition import SLACK, STEP, partition

NAMES = st.text("abcdefgh0123456789-", min_size=1, max_size=8)
PRICES = st.dictionaries(NAMES, st.integers(0, 20_000), max_size=60)
COUNTS = st.integers(1, 20)
EQUAL, DEPTHS = 10_721, (462, 10_721, 10_721, 53_711)


def loads(prices: dict[str, int], chosen: dict[str, int], count: int) -> list[int]:
    return [sum(prices[name] for name in prices if chosen[name] == one) for one in range(1, count + 1)]


@given(PRICES, COUNTS)
def test_every_item_is_in_one_shard(prices: dict[str, int], count: int) -> None:
    chosen = partition(prices, count)

    assert list(prices) == list(chosen)
    assert set(chosen.values()) <= set(range(1, count + 1))


@given(PRICES, COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(prices: dict[str, int], count: int, random: object) -> None:
    names = list(prices)
    random.shuffle(names)  # type: ignore[attr-defined]

    assert partition(prices, count) == partition({name: prices[name] for name in names}, count)


@given(PRICES.filter(lambda prices: sum(prices.values()) > 0), COUNTS)
def test_the_dearest_shard_is_bounded(prices: dict[str, int], count: int) -> None:
    largest = max(loads(prices, partition(prices, count), count))
    mean = sum(prices.values()) / count

    assert largest <= max((1 + SLACK) * (1 + STEP) * mean, mean + max(prices.values())) + 1e-6


def fleet(size: int, seed: int, prices: tuple[int, ...] = (EQUAL,)) -> dict[str, int]:
    return {f"fleet-{seed}-target-{n}": prices[n % len(prices)] for n in range(size)}


def moved(before: dict[str, int], after: dict[str, int]) -> float:
    return sum(before[name] != after[name] for name in before) / len(before)


def test_shards_of_500_targets_are_equal_and_stable() -> None:
    """The numbers of docs/decisions/shards.md."""
    ratios, shares = [], []
    for seed in range(10):
        for prices in ((EQUAL,), DEPTHS):
            targets = fleet(500, seed, prices)
            chosen = partition(targets, 8)
            more = partition({**targets, "one-more": EQUAL}, 8)
            ratios.append(max(loads(targets, chosen, 8)) / (sum(targets.values()) / 8))
            shares.append(moved(chosen, more))

    assert max(ratios) < 1.16
    assert sum(shares) / len(shares) < 0.01
    assert max(shares) < 0.05


def test_a_target_that_is_taken_away_moves_few_others() -> None:
    targets = fleet(500, 1)
    fewer = {name: price for name, price in targets.items() if name != "fleet-1-target-77"}

    assert moved(partition(fewer, 8), partition(targets, 8)) < 0.02


def test_few_targets_spread_over_as_many_shards() -> None:
    assert {1: 1, 2: 1, 3: 1, 4: 1} == Counter(partition(fleet(4, 3), 4).values())
