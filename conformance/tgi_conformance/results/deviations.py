"""Known deviations of TGI from its own document: the requirement, what TGI does instead, the evidence.

A JSON Schema describes the observation (see UnmetError.observation), so that a worse failure of the same
requirement does not match and still fails.
"""

from __future__ import annotations

from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from attrs import evolve, field, frozen
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tgi_common.suggestion import unknown
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.version import Version

    from tgi_conformance.results.outcomes import UnmetError
    from tgi_conformance.results.report import Result

SHIPPED = "deviations.yaml"
MEMBERS = ("requirement", "seen", "instead", "versions", "evidence")
OPTIONAL = ("by_chance", "expires")


class DeviationsError(ValueError):
    """A deviations file that cannot be used; the message is one line."""


@frozen
class Deviation:
    """One known deviation.

    Attributes:
        requirements: Ids of requirements, or patterns of ids with `*`.
        seen: A JSON Schema that the observation must match.
        instead: What the deployment does instead, in one line.
        versions: The releases of TGI that do it, as a version specifier.
        evidence: Where this is recorded.
        expires: The last day on which the entry applies; None for no end.
        by_chance: Whether it shows only with some generated data, so that its absence says nothing.
        shipped: Whether it is one of TGI itself that comes with the suite, and not a user's.
    """

    requirements: tuple[str, ...]
    seen: dict[str, Any] = field(eq=False, hash=False)
    instead: str
    versions: SpecifierSet
    evidence: str
    by_chance: bool = False
    expires: date | None = None
    shipped: bool = False

    @property
    def name(self) -> str:
        """Its requirements and what the deployment does instead, in one line."""
        return f"{', '.join(self.requirements)}: {self.instead}"

    def excuse(self, result: Result) -> Result:
        """Return a failed result as one with this known deviation."""
        return evolve(
            result,
            outcome=Outcome.KNOWN_DEVIATION,
            reason=f"{self.instead} ({self.evidence})",
            accepted=not self.shipped,
        )

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def covers(self, requirement: str, version: Version | None) -> bool:
        """Whether it applies to this requirement in this release; it applies to an unknown release."""
        if not any(fnmatchcase(requirement, pattern) for pattern in self.requirements):
            return False
        return version is None or self.versions.contains(version.base_version)

    def explains(self, unmet: UnmetError) -> bool:
        """Whether the observation is this deviation and nothing worse."""
        return Draft202012Validator(self.seen).is_valid(unmet.observation)


def shipped_deviations() -> tuple[Deviation, ...]:
    """The known deviations of TGI that come with the suite."""
    text = files("tgi_conformance.results").joinpath(SHIPPED).read_text("utf-8")
    return tuple(evolve(one, shipped=True) for one in parse_deviations(text, SHIPPED))


def read_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a user's file; raises DeviationsError."""
    try:
        return parse_deviations(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DeviationsError(f"{path}: cannot be read: {_cause(error)}") from None


def _cause(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "not UTF-8"


@lru_cache(maxsize=16)  # the targets of a fleet share them
def parse_deviations(text: str, origin: str) -> tuple[Deviation, ...]:
    """Parse a list of deviations from YAML; raises DeviationsError, which names the entry."""
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DeviationsError(f"{origin}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list):
        raise DeviationsError(f"{origin}: expected a list of deviations")
    return tuple(_parse(entry, f"{origin}, entry {n}") for n, entry in enumerate(entries, 1))


def _parse(entry: Any, where: str) -> Deviation:
    if not isinstance(entry, dict):
        raise DeviationsError(f"{where}: expected an object with the members {', '.join(MEMBERS)}")
    _check_members({str(name) for name in entry}, where)
    return Deviation(
        requirements=_patterns(entry["requirement"], where),
        seen=_schema(entry["seen"], where),
        instead=_words(entry, "instead", where),
        versions=_versions(entry["versions"], where),
        evidence=_words(entry, "evidence", where),
        by_chance=_flag(entry.get("by_chance", False), where),
        expires=_day(entry.get("expires"), where),
    )


def _check_members(names: set[str], where: str) -> None:
    """Raise DeviationsError if a member is unknown or missing."""
    strange = sorted(names - {*MEMBERS, *OPTIONAL})
    if strange:
        raise DeviationsError(f"{where}: {unknown('member', strange[0], (*MEMBERS, *OPTIONAL))}")
    missing = [name for name in MEMBERS if name not in names]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        raise DeviationsError(f"{where}: missing {listed}")


def _patterns(value: Any, where: str) -> tuple[str, ...]:
    patterns = value if isinstance(value, list) else [value]
    if not patterns or not all(isinstance(pattern, str) and pattern for pattern in patterns):
        raise DeviationsError(f"{where}: `requirement`: expected an id, a pattern, or a list of these")
    return tuple(patterns)


def _schema(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeviationsError(f"{where}: `seen`: expected a JSON Schema as an object")
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        raise DeviationsError(
            f"{where}: `seen` is not a JSON Schema: {' '.join(error.message[:200].split())}"
        ) from None
    return value


def _versions(value: Any, where: str) -> SpecifierSet:
    try:
        return SpecifierSet(str(value), prereleases=True)
    except InvalidSpecifier:
        raise DeviationsError(f"{where}: `versions`: expected a version specifier such as '>=2.0'") from None


def _words(entry: dict[str, Any], name: str, where: str) -> str:
    value = entry[name]
    if not isinstance(value, str) or not value.strip():
        raise DeviationsError(f"{where}: `{name}`: expected a line of text")
    return value


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise DeviationsError(f"{where}: `by_chance`: expected true or false")
    return value


def _day(value: Any, where: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise DeviationsError(f"{where}: `expires`: expected a date such as 2027-01-31")
