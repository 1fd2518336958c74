"""What a run is asked to do."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_common.suggestion import unknown
from tgi_conformance.http.client import Bounds
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.http.target import Target
    from tgi_conformance.requirements._declaration import Requirement
    from tgi_conformance.results.deviations import Deviation


class UsageError(ValueError):
    """A setting that cannot be used; the message is one line."""


@frozen
class RunConfig:
    """What a run is asked to do.

    Attributes:
        target: The deployment.
        depth: How much to check.
        seed: The seed of generated data.
        only, skip: Names of routes to check, or to skip.
        require: Names of routes that must be offered; the requirements of one that is not offered fail.
        strict: Whether known deviations count as failures.
        deviations: Known deviations.
        bounds: Limits on time, size and usage.
        concurrency: How many requirements are checked at a time.
        gentle: Whether to skip what may disturb other clients of the deployment.
        wait: How many seconds to wait, before the run begins, for a deployment that is still loading.
    """

    target: Target
    depth: Depth = Depth.STANDARD
    seed: int = 0
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    strict: bool = False
    deviations: tuple[Deviation, ...] = ()
    bounds: Bounds = field(factory=Bounds)
    concurrency: int = 4
    gentle: bool = False
    wait: float = 0.0

    def selects(self, requirement: Requirement) -> bool:
        """Whether this run checks the requirement."""
        if not self.depth.includes(requirement.depth):
            return False
        if self.only and requirement.route not in self.only:
            return False
        return requirement.route not in self.skip


def check_names(deviations: Iterable[Deviation]) -> None:
    """Raise UsageError, naming the pattern, if a deviation matches no requirement."""
    ids = [requirement.id for requirement in requirements()]
    for deviation in deviations:
        for pattern in deviation.requirements:
            if not fnmatch.filter(ids, pattern):
                raise UsageError(f"--deviations: {pattern!r} matches no requirement")


def route_name(text: str) -> str:
    """Return the name of a route given by name or path; raises UsageError with a suggestion."""
    every = requirements()
    by_path = {one.operation.partition(" ")[2]: one.route for one in reversed(every)}
    names = {one.route for one in every}
    if text in names:
        return text
    if text in by_path:
        return by_path[text]
    raise UsageError(
        unknown("route", text, [*names, *by_path], f"expected one of {', '.join(sorted(names))}")
    )
