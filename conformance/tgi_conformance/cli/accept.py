"""`tgi-conformance accept REPORT`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tgi_common.command_line import OneLineCommand, WrongUsage
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.results.acceptance import NothingToAcceptError, accepted

if TYPE_CHECKING:
    from datetime import datetime


@click.command("accept", cls=OneLineCommand)
@click.argument("report", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--expires",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day on which the entries apply, such as 2027-06-30.",
)
def accept_command(report: Path, expires: datetime | None) -> None:
    r"""Write the failures of REPORT (of `run --json`) as known deviations, for `run --deviations FILE`.

    \b
    tgi-conformance run URL --json report.json
    tgi-conformance accept report.json > known.yaml
    tgi-conformance run URL --deviations known.yaml --fail-on-stale
    """
    try:
        text = accepted(read_report(report), expires.date() if expires else None)
    except (ReportError, NothingToAcceptError) as error:
        raise WrongUsage(str(error)) from None
    click.echo(text, nl=False)
