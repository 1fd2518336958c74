"""`run --rerun REPORT`: the settings of a run that checks again what did not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.reports.read_json import read_report
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.results.report import Report

# Not what is known or not offered: to run it again tells nothing new.
AGAIN = {Outcome.FAILED, Outcome.INTERMITTENT, Outcome.INCONCLUSIVE, Outcome.ERROR}


def rerunning(urls: tuple[str, ...], given: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Apply `--rerun` to the URLs and flags of a run: ids, and unless given the URL, depth and seed.

    Raises:
        ReportError: The file is not a report.
        UsageError: Nothing in it is to be checked again.
    """
    given = dict(given)
    file: Path | None = given.pop("rerun")
    if file is None:
        return urls, given
    report = read_report(file)
    if report.load is not None:
        raise UsageError(f"{file}: of a load run; check again with `tgi-conformance load {report.target}`")
    if not report.requirements:
        raise UsageError(f"{file}: no requirement was checked; run again without --rerun")
    again = _ids(report)
    if not again:
        raise UsageError(f"{file}: every requirement passed, is a known deviation or is unsupported")
    given["id"] = (*given["id"], *again)
    for name, value in (("depth", report.depth.value), ("seed", report.seed)):
        if click.get_current_context().get_parameter_source(name) is ParameterSource.DEFAULT:
            given[name] = value
    if not given["profile"]:  # requests are sent as they were in that run
        given["profile"] = tuple(one.name for one in report.profiles if one.asked)
    return urls or (report.target,), given


def _ids(report: Report) -> list[str]:
    """The ids to check again, but for those that this version of the suite does not have any more."""
    known = {one.id for one in requirements()}
    wanted = {*AGAIN, Outcome.KNOWN_DEVIATION} if report.strict else AGAIN
    return [one.id for one in report.requirements if one.outcome in wanted and one.id in known]
