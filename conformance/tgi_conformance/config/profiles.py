"""Profiles: which requirements a deployment is judged by that claims a part of TGI's API (profiles.yaml)."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml
from attrs import frozen

from tgi_common.suggestion import unknown
from tgi_conformance.config.selection import fits
from tgi_conformance.config.usage_error import UsageError

if TYPE_CHECKING:
    from tgi_conformance.requirements import LoadRequirement, Requirement


@frozen
class Profile:
    """A part of the API that deployments claim.

    Attributes:
        name: Its name.
        about: What it covers, in a line.
        words: Words of `selection.fits`; it includes the requirements that any of them selects.
        beyond_tgi: Whether other servers keep its promises too, to clients that always name a model.
    """

    name: str
    about: str
    words: tuple[str, ...]
    beyond_tgi: bool = False

    def includes(self, requirement: Requirement | LoadRequirement) -> bool:
        """Whether the requirement belongs to it."""
        return any(fits(requirement, word) for word in self.words)


@lru_cache(maxsize=1)
def profiles() -> tuple[Profile, ...]:
    """Every profile, in the order of reports."""
    text = files("tgi_conformance").joinpath("profiles.yaml").read_text("utf-8")
    return tuple(
        Profile(name, entry["about"], tuple(entry["includes"]), entry.get("beyond_tgi", False))
        for name, entry in yaml.safe_load(text).items()
    )


def profile_named(text: str) -> Profile:
    """Return the profile with this name; raises UsageError with a suggestion."""
    known = {profile.name: profile for profile in profiles()}
    if text not in known:
        raise UsageError(unknown("profile", text, known, f"expected one of {', '.join(known)}"))
    return known[text]


@cache
def profiles_of(requirement: Requirement | LoadRequirement) -> tuple[str, ...]:
    """The names of the profiles that include a requirement."""
    return tuple(profile.name for profile in profiles() if profile.includes(requirement))
