"""Assign items to shards: equal in price, and stable when one is added. See docs/decisions/shards.md."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SLACK = 0.1  # how much above the mean a shard may be, so that most items get the shard they rank first
STEP = 0.05  # the limit grows in steps of this size, since one that moves with each new item moves others


def partition(prices: Mapping[str, int], count: int) -> dict[str, int]:
    """Assign each item to one of `count` shards, counted from 1.

    Every item ranks the shards by a hash of both names (rendezvous hashing) and takes the first that has room
    below a common limit; dear items choose first. The price of the dearest shard is at most the larger of
    (1 + SLACK)(1 + STEP) times the mean, and of the mean plus the price of the dearest item.

    Args:
        prices: The price of each item by its name, at least 0; their order does not matter.
        count: The number of shards, at least 1.
    """
    limit = _limit(sum(prices.values()) / count)
    loads = dict.fromkeys(range(1, count + 1), 0)
    chosen: dict[str, int] = {}
    for name in sorted(prices, key=lambda name: (-prices[name], _hash(name), name)):
        price = prices[name]
        with_room = [shard for shard, load in loads.items() if load + price <= limit]
        shard = (
            max(with_room, key=lambda one: _hash(f"{one} {name}")) if with_room else min(loads, key=loads.get)  # type: ignore[arg-type]
        )
        loads[shard] += price
        chosen[name] = shard
    return {name: chosen[name] for name in prices}


def _limit(mean: float) -> float:
    """Return the least power of 1 + STEP that leaves the slack above the mean."""
    wanted = (1 + SLACK) * mean
    return (1 + STEP) ** math.ceil(math.log(wanted, 1 + STEP) - 1e-9) if wanted > 0 else 0.0


def _hash(text: str) -> bytes:
    """Hash a text the same on every machine, unlike Python's own `hash`."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
