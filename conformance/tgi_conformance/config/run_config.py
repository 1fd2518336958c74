"""What a run is asked to do."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.config.selection import Selection
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.http.client import Bounds
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.http.target import Target
    from tgi_conformance.requirements._declaration import Requirement
    from tgi_conformance.results.deviations import Deviation


@frozen
class RunConfig:
    """What a run is asked to do.

    Attributes:
        target: The deployment.
        depth: How much to check.
        seed: The seed of generated data.
        selection: Which requirements to check.
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
    selection: Selection = field(factory=Selection)
    require: tuple[str, ...] = ()
    strict: bool = False
    deviations: tuple[Deviation, ...] = ()
    bounds: Bounds = field(factory=Bounds)
    concurrency: int = 4
    gentle: bool = False
    wait: float = 0.0

    def selects(self, requirement: Requirement) -> bool:
        """Whether this run checks the requirement."""
        return self.depth.includes(requirement.depth) and self.selection.includes(requirement)

    @property
    def selected(self) -> list[Requirement]:
        """The requirements that this run checks."""
        return [requirement for requirement in requirements() if self.selects(requirement)]


def check_names(deviations: Iterable[Deviation]) -> None:
    """Raise UsageError, naming the pattern, if a deviation matches no requirement."""
    ids = [requirement.id for requirement in requirements()]
    for deviation in deviations:
        for pattern in deviation.requirements:
            if not fnmatch.filter(ids, pattern):
                raise UsageError(f"--deviations: {pattern!r} matches no requirement")
