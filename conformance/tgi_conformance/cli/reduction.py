"""The option `--profile` of commands that read reports: only the requirements of some profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tgi_conformance.config.profiles import profile_named
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.results.reduction import reduced

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.results.report import Report

profile_option = click.option(
    "--profile", metavar="NAME", multiple=True, help="Only what this profile includes; repeatable."
)


def reduced_to(report: Report, profiles: tuple[str, ...], file: Path) -> Report:
    """Return the report with only the requirements of these profiles; the whole report for none.

    Raises:
        UsageError: A profile is unknown, or no requirement of the report is in one of them.
    """
    if not profiles:
        return report
    names = frozenset(profile_named(name).name for name in profiles)
    found = reduced(report, names)
    if report.requirements and not found.requirements:
        raise UsageError(f"{file}: no requirement of {' or '.join(sorted(names))}")
    return found
