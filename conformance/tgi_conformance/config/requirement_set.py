"""Released sets of requirements, which never change: what "conforms" means does not move with the suite."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_common.suggestion import unknown
from tgi_conformance.config.profiles import profiles_of
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.results.levels import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.requirements import Requirement

FOLDER = "requirement_sets"


@frozen
class Frozen:
    """What a released set says of a requirement: how binding it is, its profiles, and what it promises."""

    level: Level
    profiles: tuple[str, ...]
    statement: str


@frozen
class RequirementSet:
    """A released set.

    Attributes:
        name: Its name, such as `1.0`.
        digest: `sha256:` and the digest of its requirements.
        requirements: What it says of each requirement, by id.
    """

    name: str
    digest: str
    requirements: Mapping[str, Frozen] = field(repr=False, eq=False)


def set_names() -> list[str]:
    """The names of the released sets, in order."""
    folder = files("tgi_conformance").joinpath(FOLDER)
    names = [entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")]
    return sorted(names, key=lambda name: tuple(map(int, name.split("."))))


@cache
def requirement_set(name: str) -> RequirementSet:
    """Read a released set; raises UsageError with a suggestion if there is none of this name."""
    known = set_names()
    if name not in known:
        raise UsageError(unknown("set of requirements", name, known, f"expected one of {', '.join(known)}"))
    path = files("tgi_conformance").joinpath(FOLDER).joinpath(f"{name}.json")
    entries = json.loads(path.read_text("utf-8"))["requirements"]
    return RequirementSet(
        name,
        digest_of(entries),  # of what is used, whatever the file says
        {one["id"]: Frozen(Level(one["level"]), tuple(one["profiles"]), one["statement"]) for one in entries},
    )


def released(name: str, requirements: Iterable[Requirement]) -> dict[str, Any]:
    """Describe requirements as a set to be released, as JSON values."""
    entries = [
        {
            "id": one.id,
            "level": one.level.value,
            "profiles": list(profiles_of(one)),
            "statement": one.statement,
        }
        for one in sorted(requirements, key=lambda one: one.id)
    ]
    return {"set": name, "digest": digest_of(entries), "requirements": entries}


def digest_of(entries: list[dict[str, Any]]) -> str:
    """Return the digest of a set's requirements: SHA-256 of their JSON, keys sorted, without white space."""
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
