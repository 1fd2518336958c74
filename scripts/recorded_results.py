"""Read the recorded results of implementations: reports of runs, and how each was made.

`results/IMPLEMENTATION/VERSION/PROFILE.json` is the report of `tgi-conformance run --profile PROFILE`, as it
was written; `about.yaml` beside it says how to make it again, and what each failure's curl line answered.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import yaml
from attrs import frozen
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tgi_conformance.config.profiles import profiles
from tgi_conformance.config.requirement_set import requirement_set
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.results.causes import causes_of
from tgi_conformance.results.levels import Depth, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tgi_conformance.results.causes import Cause
    from tgi_conformance.results.profiles import ProfileResult
    from tgi_conformance.results.report import Report

ABOUT = "about.yaml"
TEXT = {"type": "string", "minLength": 3, "maxLength": 1000}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "start", "command", "hardware"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT,
        "start": TEXT,
        "command": {**TEXT, "pattern": r"^tgi-conformance run .*--profile PROFILE"},
        "hardware": TEXT,
        "partial": TEXT,
        "notes": TEXT,
        "confirmed": {"type": "object", "additionalProperties": TEXT},
    },
}
VERSION_PARTS = re.compile(r"\d+|\D+")


class ResultError(ValueError):
    """A recorded result that cannot be published; the message is one line with the file."""


@frozen
class About:
    """How a deployment was run.

    Attributes:
        name: The name of the implementation.
        start: How the deployment was started: what it is, its settings, its model.
        command: The command of the run, with PROFILE for the name of the profile.
        hardware: What it ran on.
        partial: Why the run does not say everything about the implementation; empty if it does.
        notes: What else readers should know; empty for nothing.
        confirmed: For each cause of failures the id of a requirement, and what its curl line answered.
    """

    name: str
    start: str
    command: str
    hardware: str
    partial: str = ""
    notes: str = ""
    confirmed: Mapping[str, str] = {}


@frozen
class Recorded:
    """The runs of one version of an implementation.

    Attributes:
        implementation: The name of its folder.
        version: The version, which is the name of the folder within.
        about: How they were made.
        reports: The report for each profile, in the order of profiles.
    """

    implementation: str
    version: str
    about: About
    reports: Mapping[str, Report]

    @property
    def when(self) -> date:
        """The day of the latest run."""
        return max(map(day_of, self.reports.values()))

    def is_partial(self, profile: str) -> bool:
        """Whether the run left out a part of the profile, or ended before it could tell."""
        report = self.reports[profile]
        found = profile_result(report, profile)
        whole = report.depth is not Depth.SMOKE and not report.gentle and found.checked >= found.total
        return bool(self.about.partial) or not whole or report.verdict is Verdict.COULD_NOT_TELL

    def causes(self, profile: str) -> tuple[Cause, ...]:
        """What is wrong by the report of a profile, by cause."""
        return causes_of(self.reports[profile].broken)


def profile_result(report: Report, profile: str) -> ProfileResult:
    """The verdict on the profile that a run was asked for."""
    return next(one for one in report.profiles if one.name == profile)


def day_of(report: Report) -> date:
    """The day on which a run started."""
    return datetime.fromisoformat(report.started).date()


def recorded_results(folder: Path) -> tuple[Recorded, ...]:
    """Read and check every result in a folder: by implementation, the latest version first.

    Raises:
        ResultError: A file is missing, unknown or not as it should be, or a failure is not confirmed.
    """
    found = [_recorded(path.parent) for path in sorted(folder.glob(f"*/*/{ABOUT}"))]
    known = {path for one in found for path in _files(folder, one)}
    strange = sorted(path for path in folder.glob("*/**/*") if path.is_file() and path not in known)
    if strange:
        raise ResultError(
            f"{strange[0]}: expected IMPLEMENTATION/VERSION/PROFILE.json with {ABOUT} beside it"
        )
    by_version = sorted(found, key=lambda one: _version_key(one.version), reverse=True)
    return tuple(sorted(by_version, key=lambda one: one.implementation))


def _files(folder: Path, one: Recorded) -> Iterator[Path]:
    own = folder / one.implementation / one.version
    yield own / ABOUT
    yield from (own / f"{profile}.json" for profile in one.reports)


def _version_key(version: str) -> list[tuple[int, str]]:
    """Order versions by their numbers, of whatever form they are."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in VERSION_PARTS.findall(version)]


def _recorded(folder: Path) -> Recorded:
    about = _about(folder / ABOUT)
    names = [profile.name for profile in profiles() if (folder / f"{profile.name}.json").exists()]
    if not names:
        raise ResultError(f"{folder}: no report of a profile")
    reports = {name: _report(folder / f"{name}.json", name) for name in names}
    found = Recorded(folder.parent.name, folder.name, about, reports)
    _check_confirmed(folder / ABOUT, found)
    return found


def _about(path: Path) -> About:
    try:
        value = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ResultError(f"{path}: not YAML: {' '.join(str(error).split())[:200]}") from None
    problem = best_match(Draft202012Validator(SCHEMA).iter_errors(value))
    if problem is not None:
        where = "/".join(map(str, problem.absolute_path)) or "its root"
        raise ResultError(f"{path}: at {where}: {problem.message[:200]}")
    return About(**value)


def _report(path: Path, profile: str) -> Report:
    try:
        report = read_report(path)
    except ReportError as error:
        raise ResultError(str(error)) from None
    if [one.name for one in report.profiles if one.asked] != [profile]:
        raise ResultError(f"{path}: expected the report of `run --profile {profile}` alone")
    if report.verdict is Verdict.INTERNAL_ERROR:
        raise ResultError(f"{path}: tgi-conformance failed itself, so the report judges nothing")
    if report.scored_by is None:
        raise ResultError(f"{path}: expected a run with --set, so that it says to what it conforms")
    try:
        known = requirement_set(report.scored_by.name).digest
    except UsageError as error:
        raise ResultError(f"{path}: {error}") from None
    if known != report.scored_by.digest:
        raise ResultError(f"{path}: set {report.scored_by.name} has the digest {known}")
    return report


def _check_confirmed(path: Path, found: Recorded) -> None:
    """Check that somebody has tried the curl line of each cause, and that no other is claimed."""
    causes = [cause for profile in found.reports for cause in found.causes(profile)]
    for cause in causes:
        if not any(one in found.about.confirmed for one in cause.ids):
            raise ResultError(f"{path}: `confirmed` lacks what the curl line of {cause.first.id} answered")
    failed = {one for cause in causes for one in cause.ids}
    stale = sorted(set(found.about.confirmed) - failed)
    if stale:
        raise ResultError(f"{path}: `confirmed` has {stale[0]}, which fails in no report")
