"""The plan of a fleet: which shard checks which target, or which requirements of a large one."""

from __future__ import annotations

import hashlib
import json
import math
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from attrs import asdict, evolve, frozen

from tgi_conformance.config.estimate import UNMEASURED, expected_usage, shipped_costs
from tgi_conformance.config.targets import NamedConfig
from tgi_conformance.fleet.partition import partition
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import BUDGETS
from tgi_conformance.results.report import WHOLE_RUN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.requirements import Requirement

MORE = 2  # how much more of a default budget a piece may use than its share of one run


@frozen
class Piece:
    """A target, or a part of its requirements, and the shard that checks it.

    Attributes:
        target: The name of the target.
        number, total: Which piece of how many; 1 and 1 for a whole target.
        shard: The shard, counted from 1.
        named: What the shard has to do, under the piece's own name.
    """

    target: str
    number: int
    total: int
    shard: int
    named: NamedConfig


@frozen(slots=False)
class Plan:
    """The pieces of a fleet, in the order of its targets, and how many shards check them."""

    pieces: tuple[Piece, ...]
    shards: int
    split: bool

    def of_shard(self, index: int) -> tuple[Piece, ...]:
        """Return what one shard checks."""
        return tuple(piece for piece in self.pieces if piece.shard == index)

    @cached_property
    def digest(self) -> str:
        """A digest of all that must be equal for parts to belong together; no secret is in it."""
        described = {
            "suite": version("tgi-conformance"),
            # Their order depends on which topic was imported first.
            "requirements": sorted(one.id for one in requirements()),
            "shards": self.shards,
            "pieces": [
                [piece.named.name, piece.shard, _described(piece.named.config)] for piece in self.pieces
            ],
        }
        return hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode()).hexdigest()


def plan_of(targets: Sequence[NamedConfig], shards: int = 1, *, split: bool = False) -> Plan:
    """Assign every target to a shard, by price; with `split`, targets dearer than a shard come in pieces."""
    fair = sum(price_of(target.config) for target in targets) / shards
    pieces = [piece for target in targets for piece in _pieces(target, fair if split else math.inf)]
    chosen = partition({piece.named.name: price_of(piece.named.config) for piece in pieces}, shards)
    return Plan(tuple(evolve(piece, shard=chosen[piece.named.name]) for piece in pieces), shards, split)


def price_of(config: RunConfig) -> int:
    """Return how many steps of the model a run needs: one a request, and one a generated token."""
    return max(sum(expected_usage(config)), 1)


def _pieces(target: NamedConfig, fair: float) -> list[Piece]:
    """Return the target whole, or in as many pieces as it has fair shares of a shard in it."""
    whole = price_of(target.config)
    total = min(math.ceil(whole / fair), len(target.config.selected))
    if total <= 1:
        return [Piece(target.name, 1, 1, 0, target)]
    groups = [group for group in _groups(target.config, total) if group]
    configs = [evolve(target.config, share=group) for group in groups]
    return [
        Piece(target.name, number, len(groups), 0, NamedConfig(f"{target.name}#{number}", config))
        for number, config in enumerate(_bounded(target.config, configs), 1)
    ]


def _groups(config: RunConfig, total: int) -> list[frozenset[str]]:
    """Divide the requirements; those that need the deployment to themselves stay together, in one process.

    What looks back on a whole run is in every piece.
    """
    costs = shipped_costs(config.depth)
    divided = [one for one in config.selected if one.route != WHOLE_RUN]
    looking_back = {one.id for one in config.selected if one.route == WHOLE_RUN}
    prices: dict[str, int] = {}
    for one in divided:
        key = _together(one)
        prices[key] = prices.get(key, 0) + sum(costs.get(one.id, UNMEASURED)) + 1
    chosen = partition(prices, total)
    groups = [
        {one.id for one in divided if chosen[_together(one)] == number} for number in range(1, total + 1)
    ]
    return [frozenset(group | looking_back) if group else frozenset() for group in groups]


def _together(requirement: Requirement) -> str:
    """Return a common name for requirements that must be in one piece."""
    return "alone" if requirement.alone or requirement.hurts else requirement.id


def _bounded(whole: RunConfig, pieces: Sequence[RunConfig]) -> Iterator[RunConfig]:
    """Give each piece a share of the target's budgets, by what it is expected to use, and of its rate."""
    used = [expected_usage(config) for config in pieces]
    of_whole, of_all = expected_usage(whole), [sum(numbers) for numbers in zip(*used, strict=True)]
    defaults = BUDGETS.get(whole.depth, (None, None))
    budgets = whole.bounds.requests, whole.bounds.generated_tokens
    rate = whole.bounds.requests_per_second
    for config, own in zip(pieces, used, strict=True):
        requests, tokens = map(_share_of, budgets, defaults, own, of_whole, of_all)
        bounds = evolve(
            config.bounds,
            requests=requests,
            generated_tokens=tokens,
            requests_per_second=rate and rate / len(pieces),
        )
        yield evolve(config, bounds=bounds)


def _share_of(budget: int | None, default: int | None, own: int, of_whole: int, of_all: int) -> int | None:
    """Return a piece's share of a budget: all pieces together keep one that the user chose.

    The default is made for one run. Every piece probes, and asks for answers that one run would share.
    """
    if budget is None:
        return None
    if budget == default:
        return math.ceil(MORE * budget * own / max(of_whole, 1))
    return max(budget * own // max(of_all, 1), 1)


def _described(config: RunConfig) -> dict[str, Any]:
    """Describe a configuration without the values of its key and headers."""
    target = config.target
    return {
        "url": target.shown_url,
        "key": target.key and target.key.name,
        "headers": [name for name, _ in target.headers],
        "insecure": target.insecure,
        "depth": config.depth.value,
        "seed": config.seed,
        "selection": [config.selection.only, config.selection.skip, sorted(config.selection.ids)],
        "share": config.share and sorted(config.share),
        "profiles": config.profiles,
        "set": config.scored_by and config.scored_by.digest,
        "require": config.require,
        "strict": config.strict,
        "deviations": [asdict(one) for one in config.deviations if not one.shipped],
        "bounds": asdict(config.bounds),
        "gentle": config.gentle,
    }
