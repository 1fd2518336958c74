"""Known deviations made from the failures of a report; each matches what was seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from packaging.version import InvalidVersion, Version

from tgi_common.text import escaped
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tgi_conformance.results.report import Report

LONGEST = 200  # characters of what was seen, in the line for people
HEADER = """\
# Known deviations of {target}, accepted from a run of {started}.
# Each matches a failure with the same symptom; any other failure of the same requirement still fails.
"""


class NothingToAcceptError(ValueError):
    """A report without a failure that could be accepted; the message is one line."""


def accepted(report: Report, expires: date | None = None) -> str:
    """Write a file for `--deviations` with an entry for each failed requirement of the report.

    Args:
        report: The report.
        expires: The last day on which the entries apply; None for no end.

    Raises:
        NothingToAcceptError: Nothing failed, or the report is of a version that recorded no symptoms.
    """
    entries = list(_entries(report, expires))
    if not entries:
        raise NothingToAcceptError("no requirement failed: there is nothing to accept")
    text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)
    return HEADER.format(target=escaped(report.target), started=report.started) + text


def _entries(report: Report, expires: date | None) -> Iterator[dict[str, Any]]:
    for result in report.having(Outcome.FAILED):
        if not result.symptoms:
            raise NothingToAcceptError(
                f"{result.id}: no symptom; the report is of an older version, run again"
            )
        yield {
            "requirement": result.id,
            "instead": escaped(f"got {result.actual}, expected {result.expected}"[:LONGEST]),
            "versions": _versions(report.server.get("version")),
            "evidence": f"{_run(report)}, on {escaped(report.target)}",
            **({"expires": expires} if expires else {}),
            "seen": {"properties": {"symptom": {"enum": list(result.symptoms)}}, "required": ["symptom"]},
        }


def _run(report: Report) -> str:
    day = report.started[:10]
    return f"run of {day}, seed {report.seed}" if report.load is None else f"load run of {day}"


def _versions(release: object) -> str:
    """The specifier of one release; empty for every release if the deployment does not say a usable one."""
    try:
        return f"=={Version(str(release)[:LONGEST]).base_version}"
    except InvalidVersion:
        return ""
