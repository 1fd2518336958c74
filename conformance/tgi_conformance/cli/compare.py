"""`tgi-conformance compare A.json B.json…`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_conformance.cli.reduction import profile_option, reduced_to
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.reports.files import check_writable, write_atomically
from tgi_conformance.reports.matrix import print_matrix, write_matrix_markdown
from tgi_conformance.reports.matrix_html import write_matrix_html
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.results.comparison import Column, compare
from tgi_conformance.results.levels import Verdict

FILE = click.Path(dir_okay=False, path_type=Path)
WRITERS = {"html": write_matrix_html, "markdown": write_matrix_markdown}


EXAMPLES = examples(
    "compare yesterday.json today.json",
    "compare 3.3.6.json gateway.json fork.json --html matrix.html",
    "compare 3.3.6.json gateway.json --profile openai",
)


@click.command(
    "compare", cls=OneLineCommand, epilog=EXAMPLES, short_help="Show what changed between reports."
)
@click.argument("files", metavar="A.json B.json…", nargs=-1, required=True, type=FILE)
@profile_option
@click.option("--html", metavar="FILE", type=FILE, help="Write the matrix as one HTML file.")
@click.option("--markdown", metavar="FILE", type=FILE, help="Write the matrix in GitHub's Markdown.")
def compare_command(
    *, files: tuple[Path, ...], profile: tuple[str, ...], html: Path | None, markdown: Path | None
) -> None:
    """Compare reports of `run --json` with the first of them: what broke, what was fixed, what is new.

    Exits with 0 if there is no regression, 1 if something that worked in the first report is broken in
    another, 2 on wrong usage, 3 if one of the runs checked nothing.
    """
    outputs = {name: path for name, path in (("html", html), ("markdown", markdown)) if path}
    try:
        columns = _columns(files, profile)
        for path in outputs.values():
            check_writable(path)
    except (ReportError, UsageError, OSError) as error:
        raise WrongUsage(str(error)) from None
    print_matrix(columns, Console(highlight=False, soft_wrap=True))
    for name, path in outputs.items():
        write_atomically(path, WRITERS[name](columns))
        click.echo(f"{name} {path}")
    sys.exit(_status(columns))


def _status(columns: tuple[Column, ...]) -> int:
    if any(compare(columns[0].report, column.report).regressed for column in columns[1:]):
        return 1
    # A run that checked nothing shows no regression, but does not rule one out either.
    comparable = all(column.report.requirements for column in columns)
    return 0 if comparable else Verdict.COULD_NOT_TELL.exit_code


def _columns(files: tuple[Path, ...], profile: tuple[str, ...]) -> tuple[Column, ...]:
    if len(files) < 2:  # noqa: PLR2004 - a comparison needs two
        raise ReportError(f"{files[0]}: expected a second report to compare it with")
    stems = [path.stem for path in files]
    names = stems if len(set(stems)) == len(stems) else [str(path) for path in files]
    reports = [reduced_to(read_report(path), profile, path) for path in files]
    return tuple(Column(name, report) for name, report in zip(names, reports, strict=True))
