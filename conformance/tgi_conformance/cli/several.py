"""Tell what came of several targets, one report at a time: files, what is printed, the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tgi_conformance.cli.output import console, printing
from tgi_conformance.cli.report_files import FleetWriting
from tgi_conformance.cli.verbosity import QUIET
from tgi_conformance.reports.fleet_summary import FleetSummary
from tgi_conformance.reports.fleet_text import print_fleet
from tgi_conformance.reports.matrix import print_matrix
from tgi_conformance.reports.names import report_names
from tgi_conformance.reports.terminal import print_report, print_verdict

if TYPE_CHECKING:
    from tgi_conformance.cli.exit_status import Gate
    from tgi_conformance.cli.report_files import ReportFiles
    from tgi_conformance.fleet.merge import Fleet
    from tgi_conformance.results.report import Report

MOST_COLUMNS = 20  # targets that a matrix has a column for; of more there is a summary
COULD_NOT_TELL = 3


def tell_one(report: Report, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    """Write and print the report of one deployment; return the exit status."""
    written = files.write(report)
    code, reason = gate.status(report)
    with printing():
        if verbosity <= QUIET:
            print_verdict(report, console())
        else:
            paths = {form: path for form, path in files.outputs.items() if path in written.paths}
            print_report(report, console(), paths)
        click.echo(reason)
    written.raise_for_failures()
    return code


def tell_fleet(fleet: Fleet, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    """Write and print what came of several targets; return the exit status."""
    if not fleet.names:
        click.echo("passed: no target is in this shard")
        return with_problems(fleet, gate, 0)
    few = len(fleet.names) <= MOST_COLUMNS
    code = _tell_few(fleet, files, gate, verbosity) if few else _tell_many(fleet, files, gate, verbosity)
    return with_problems(fleet, gate, code)


def with_problems(fleet: Fleet, gate: Gate, code: int) -> int:
    """Name the parts that are missing or broken; return the exit status with them."""
    with printing():
        for problem in fleet.problems:
            click.echo(f"inconclusive: {problem}")
    if not fleet.problems:
        return code
    return worst([code, gate.inconclusive_code])


def worst(codes: list[int]) -> int:
    """Return the exit status that says most: an internal error, a failure, "could not tell", 0."""
    return next((code for code in (4, 1, COULD_NOT_TELL) if code in codes), 0)


def _tell_few(fleet: Fleet, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    columns, summary = tuple(fleet.columns()), FleetSummary()
    found = [(column.name, *gate.status(column.report)) for column in columns]
    for column, (_, _, reason) in zip(columns, found, strict=True):
        summary.add(column, reason)
    written = files.write_matrix(columns, summary, fleet.problems)
    with printing():
        if verbosity > QUIET:
            print_matrix(columns, console())
            for path in written.paths:
                click.echo(f"written {path}")
        for name, _, reason in found:
            click.echo(f"{name}: {reason}")
    written.raise_for_failures()
    return worst([code for _, code, _ in found])


def _tell_many(fleet: Fleet, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    """Take one report after another, so that memory does not grow with their number."""
    codes: list[int] = []
    summary, writing = FleetSummary(), FleetWriting(files, report_names(fleet.names))
    for column in fleet.columns():
        code, reason = gate.status(column.report)
        codes.append(code)
        writing.write_one(column)
        summary.add(column, reason)
    written = writing.finish(summary, fleet.problems)
    with printing():
        print_fleet(summary, console(), quiet=verbosity <= QUIET)
        if verbosity > QUIET:
            for path in written.paths:
                click.echo(f"written {path}")
    written.raise_for_failures()
    return worst(codes)
