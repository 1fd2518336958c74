"""What a run is asked to do."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from tgi_conformance.config.profiles import profile_named, profiles, profiles_of
from tgi_conformance.config.selection import Selection
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.http.client import Bounds
from tgi_conformance.requirements import load_requirements, requirements
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.config.requirement_set import RequirementSet
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
        share: Of what is selected, the ids that this process checks, others having the rest; None for all.
        profiles: Names of profiles: only their requirements, and each must be offered; empty for all.
        scored_by: The released set whose requirements count; None if all of them do.
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
    share: frozenset[str] | None = None
    profiles: tuple[str, ...] = ()
    scored_by: RequirementSet | None = None
    require: tuple[str, ...] = ()
    strict: bool = False
    deviations: tuple[Deviation, ...] = ()
    bounds: Bounds = field(factory=Bounds)
    concurrency: int = 4
    gentle: bool = False
    wait: float = 0.0

    def selects(self, requirement: Requirement) -> bool:
        """Whether this run checks the requirement."""
        return (
            self.depth.includes(requirement.depth)
            and self.selection.includes(requirement)
            and self._profiles_include(requirement)
            and (self.share is None or requirement.id in self.share)
        )

    @property
    def selected(self) -> list[Requirement]:
        """The requirements that this run checks, as binding as the set says by which it is scored."""
        return [self.as_scored(requirement) for requirement in requirements() if self.selects(requirement)]

    @property
    def narrows(self) -> bool:
        """Whether only what is named is checked, and not all but something."""
        return self.selection.narrows or bool(self.profiles)

    @property
    def profiles_judged(self) -> tuple[str, ...]:
        """The profiles on which the run gives a verdict: those that are asked for, or else all of them."""
        return self.profiles or tuple(profile.name for profile in profiles())

    @property
    def beyond_tgi(self) -> frozenset[str]:
        """Ids of the requirements of profiles that are asked for and that other servers keep too."""
        names = [name for name in self.profiles if profile_named(name).beyond_tgi]
        return frozenset(one.id for name in names for one in self.at_depth(name))

    def at_depth(self, profile: str) -> list[Requirement]:
        """The requirements of a profile that a run of this depth checks."""
        return [
            one
            for one in requirements()
            if self.depth.includes(one.depth) and profile in self.profiles_of(one)
        ]

    def profiles_of(self, requirement: Requirement) -> tuple[str, ...]:
        """The profiles that include a requirement, by the set if it has the requirement."""
        frozen_as = self.scored_by.requirements.get(requirement.id) if self.scored_by else None
        return profiles_of(requirement) if frozen_as is None else frozen_as.profiles

    def scores(self, requirement: str) -> bool:
        """Whether a requirement, given by its id, counts for a verdict."""
        return self.scored_by is None or requirement in self.scored_by.requirements

    def as_scored(self, requirement: Requirement) -> Requirement:
        """Return the requirement with the level and the statement that the set gives it."""
        frozen_as = self.scored_by.requirements.get(requirement.id) if self.scored_by else None
        if frozen_as is None:
            return requirement
        return evolve(requirement, level=frozen_as.level, statement=frozen_as.statement)

    def _profiles_include(self, requirement: Requirement) -> bool:
        """Whether a profile includes it, unless it is named by its id."""
        if not self.profiles or self.selection.ids:
            return True
        return not set(self.profiles).isdisjoint(self.profiles_of(requirement))


def check_names(deviations: Iterable[Deviation]) -> None:
    """Raise UsageError, naming the pattern, if a deviation matches no requirement of `run` or `load`."""
    ids = [*(one.id for one in requirements()), *(one.id for one in load_requirements())]
    for deviation in deviations:
        for pattern in deviation.requirements:
            if not fnmatch.filter(ids, pattern):
                raise UsageError(f"--deviations: {pattern!r} matches no requirement")
