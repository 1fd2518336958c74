"""Known departures of TGI from its own document: which requirement, what is seen instead, by what evidence.

What is seen is a JSON Schema over the observation (see UnmetError.observation), so that a worse break at the
same place does not match and still fails.
"""

from __future__ import annotations

from datetime import date, datetime
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from attrs import field, frozen
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from packaging.specifiers import InvalidSpecifier, SpecifierSet

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.version import Version

    from tgi_conformance.results.outcomes import UnmetError

SHIPPED = "deviations.yaml"
MEMBERS = {"requirement", "seen", "instead", "versions", "evidence"}
OPTIONAL = {"by_chance", "expires"}


class DeviationsError(ValueError):
    """A deviations file that cannot be used; the message is one line."""


@frozen
class Deviation:
    """One known departure.

    Attributes:
        requirements: Ids of requirements, or patterns of ids with `*`.
        seen: A JSON Schema that the observation must fit.
        instead: What the deployment does instead, in one line.
        versions: The releases of TGI that do it, as a version specifier.
        evidence: Where this is recorded.
        expires: The last day on which it is told apart; None for no end.
        by_chance: Whether only generated data shows it, so that its absence says nothing.
    """

    requirements: tuple[str, ...]
    seen: dict[str, Any] = field(eq=False, hash=False)
    instead: str
    versions: SpecifierSet
    evidence: str
    by_chance: bool = False
    expires: date | None = None

    @property
    def name(self) -> str:
        """What it is about, and what is seen instead, in one line."""
        return f"{', '.join(self.requirements)}: {self.instead}"

    def expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.expires is not None and self.expires < today

    def covers(self, requirement: str, version: Version | None) -> bool:
        """Tell whether it is about this requirement in this release; an unknown release counts."""
        if not any(fnmatchcase(requirement, pattern) for pattern in self.requirements):
            return False
        return version is None or self.versions.contains(version.base_version)

    def explains(self, unmet: UnmetError) -> bool:
        """Tell whether what was seen is this departure and nothing worse."""
        return Draft202012Validator(self.seen).is_valid(unmet.observation)


def shipped_deviations() -> tuple[Deviation, ...]:
    """The departures of TGI that come with the suite."""
    return parse_deviations(files("tgi_conformance.results").joinpath(SHIPPED).read_text("utf-8"), SHIPPED)


def read_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a file of the user's own; raises DeviationsError."""
    try:
        return parse_deviations(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DeviationsError(f"{path}: cannot be read: {_cause(error)}") from None


def _cause(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "no UTF-8"


def parse_deviations(text: str, origin: str) -> tuple[Deviation, ...]:
    """Parse a list of departures from YAML; raises DeviationsError, naming the entry."""
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DeviationsError(f"{origin}: no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list):
        raise DeviationsError(f"{origin}: expected a list of deviations")
    return tuple(_parse(entry, f"{origin}, entry {n}") for n, entry in enumerate(entries, 1))


def _parse(entry: Any, where: str) -> Deviation:
    if not isinstance(entry, dict) or set(entry) - OPTIONAL != MEMBERS:
        raise DeviationsError(f"{where}: expected exactly the members {', '.join(sorted(MEMBERS))}")
    return Deviation(
        requirements=_patterns(entry["requirement"], where),
        seen=_schema(entry["seen"], where),
        instead=_words(entry, "instead", where),
        versions=_versions(entry["versions"], where),
        evidence=_words(entry, "evidence", where),
        by_chance=_flag(entry.get("by_chance", False), where),
        expires=_day(entry.get("expires"), where),
    )


def _patterns(value: Any, where: str) -> tuple[str, ...]:
    patterns = value if isinstance(value, list) else [value]
    if not patterns or not all(isinstance(pattern, str) and pattern for pattern in patterns):
        raise DeviationsError(f"{where}: `requirement` is no id or pattern, nor a list of some")
    return tuple(patterns)


def _schema(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeviationsError(f"{where}: `seen` is no JSON Schema in an object")
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        raise DeviationsError(
            f"{where}: `seen` is no JSON Schema: {' '.join(error.message[:200].split())}"
        ) from None
    return value


def _versions(value: Any, where: str) -> SpecifierSet:
    try:
        return SpecifierSet(str(value), prereleases=True)
    except InvalidSpecifier:
        raise DeviationsError(f"{where}: `versions` is no version specifier such as '>=2.0'") from None


def _words(entry: dict[str, Any], name: str, where: str) -> str:
    value = entry[name]
    if not isinstance(value, str) or not value.strip():
        raise DeviationsError(f"{where}: `{name}` says nothing, expected a line of text")
    return value


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise DeviationsError(f"{where}: `by_chance` is neither true nor false")
    return value


def _day(value: Any, where: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise DeviationsError(f"{where}: `expires` is no date such as 2027-01-31")
