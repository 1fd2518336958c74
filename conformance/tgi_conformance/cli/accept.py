"""`tgi-conformance accept REPORT`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_conformance.cli.reduction import profile_option, reduced_to
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.results.acceptance import NothingToAcceptError, accepted

if TYPE_CHECKING:
    from datetime import datetime


EXAMPLES = examples(
    "accept report.json > known.yaml", "accept report.json --expires 2027-06-30 >> known.yaml"
)


@click.command(
    "accept",
    cls=OneLineCommand,
    epilog=EXAMPLES,
    short_help="Write the failures of a report as known deviations.",
)
@click.argument("report", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--expires",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day on which the entries apply, such as 2027-06-30.",
)
@profile_option
def accept_command(report: Path, expires: datetime | None, profile: tuple[str, ...]) -> None:
    """Write the failures of REPORT as known deviations, for `--deviations FILE`.

    REPORT is one of `run --json` or of `load --json`; both take the file.
    """
    try:
        text = accepted(reduced_to(read_report(report), profile, report), expires.date() if expires else None)
    except (ReportError, UsageError, NothingToAcceptError) as error:
        raise WrongUsage(str(error)) from None
    click.echo(text, nl=False)
