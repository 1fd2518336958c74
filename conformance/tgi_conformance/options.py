"""What a run is asked to do."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_common.suggestion import unknown
from tgi_conformance.client import Bounds
from tgi_conformance.levels import Depth
from tgi_conformance.routes import catalogues, requirements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.deviations import Deviation
    from tgi_conformance.requirement import Requirement
    from tgi_conformance.target import Target


class UsageError(ValueError):
    """Something asked for that does not exist; the message is one line."""


@frozen
class Options:
    """What a run is asked to do.

    Attributes:
        target: The deployment.
        depth: How deep to go.
        seed: Makes generated data repeatable.
        only, skip: Names of routes (as in requirement ids, or as paths) to hold, or to leave out.
        require: Names of routes that must be there: where one is not offered, its requirements fail.
        strict: Whether known deviations fail.
        deviations: Known deviations to tell apart from breaks.
        bounds: What the run may take.
        concurrency: How many requirements are held at a time.
        gentle: Whether to leave out what other clients of the deployment may feel.
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

    def selects(self, requirement: Requirement) -> bool:
        """Tell whether this run holds the requirement."""
        if not self.depth.includes(requirement.depth):
            return False
        if self.only and requirement.route not in self.only:
            return False
        return requirement.route not in self.skip


def check_names(deviations: Iterable[Deviation]) -> None:
    """Raise UsageError, naming the pattern, where a deviation is about no requirement of the suite."""
    ids = [requirement.id for requirement in requirements()]
    for deviation in deviations:
        for pattern in deviation.requirements:
            if not fnmatch.filter(ids, pattern):
                raise UsageError(f"--deviations: {pattern!r} is no requirement and matches none")


def route_name(text: str) -> str:
    """Give the name of a route from its name or its path; raises UsageError, suggesting one."""
    every = catalogues()
    by_path = {catalogue.operation.partition(" ")[2]: catalogue.route for catalogue in every}
    names = {catalogue.route for catalogue in every}
    if text in names:
        return text
    if text in by_path:
        return by_path[text]
    told = unknown("route", text, [*names, *by_path], f"expected one of {', '.join(sorted(names))}")
    raise UsageError(told)
