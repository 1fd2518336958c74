"""Select requirements by words that people write: a route, a category, an id or a pattern of ids."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.suggestion import unknown
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.requirements import load_requirements, requirements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.requirements import LoadRequirement, Requirement

ALL = "`tgi-conformance list` shows them all"


@frozen
class Selection:
    """Which requirements to check.

    Attributes:
        only, skip: Words of `selecting_word`: without `only` every requirement, but none of `skip`.
        ids: Ids of requirements: these, whatever else is selected; empty for no restriction.
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()

    @property
    def narrows(self) -> bool:
        """Whether only what is named is selected, and not all but something."""
        return bool(self.only or self.ids)

    def includes(self, requirement: Requirement | LoadRequirement) -> bool:
        """Whether the requirement is selected."""
        if self.ids and requirement.id not in self.ids:
            return False
        if self.only and not any(fits(requirement, word) for word in self.only):
            return False
        return not self.skips(requirement)

    def skips(self, requirement: Requirement | LoadRequirement) -> bool:
        """Whether `skip` names the requirement."""
        return any(fits(requirement, word) for word in self.skip)


def fits(requirement: Requirement | LoadRequirement, word: str) -> bool:
    """Whether the word is the requirement's route, category or id, or a pattern such as `generate.*stop*`."""
    return word in {requirement.route, _slug(requirement.category)} or fnmatchcase(requirement.id, word)


def selecting_word(text: str, among: Sequence[Requirement | LoadRequirement] = ()) -> str:
    """Return the word by which `fits` selects what a user means; a path such as `/info` means its route.

    Args:
        text: What the user wrote.
        among: Of which requirements; by default of those of `run`.

    Raises:
        UsageError: It selects no requirement.
    """
    routes = _routes()
    word = routes.get(text, _slug(text))
    every = among or requirements()
    if not any(fits(one, word) for one in every):
        if any(fits(one, word) for one in load_requirements()):
            raise UsageError(_of_load(text))
        names = [*routes, *{_slug(one.category) for one in every}, *(one.id for one in every)]
        raise UsageError(unknown("route, category or requirement", text, names, ALL))
    return word


def requirement_id(text: str) -> str:
    """Return the id of a requirement if there is one; raises UsageError with a suggestion."""
    known = [one.id for one in requirements()]
    if text in known:
        return text
    if any(one.id == text for one in load_requirements()):
        raise UsageError(_of_load(text))
    raise UsageError(unknown("requirement", text, known, ALL))


def _of_load(text: str) -> str:
    return f"{text}: `tgi-conformance load URL` checks this, not `run` (`tgi-conformance list --load`)"


def route_name(text: str) -> str:
    """Return the name of a route given by name or path; raises UsageError with a suggestion."""
    routes = _routes()
    if text not in routes:
        expected = f"expected one of {', '.join(sorted(set(routes.values())))}"
        raise UsageError(unknown("route", text, routes, expected))
    return routes[text]


def _routes() -> dict[str, str]:
    """Map names and paths of routes to names; a path that several routes share to the first of them."""
    every = requirements()
    by_path = {one.operation.partition(" ")[2]: one.route for one in reversed(every)}
    return {**{one.route: one.route for one in every}, **by_path}


def _slug(category: str) -> str:
    """Write a category as one word, since settings in the environment are separated by spaces."""
    return category.replace(" ", "-")
