"""`tgi-conformance run URL`."""

from __future__ import annotations

import ssl
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from tgi_conformance.client import Bounds
from tgi_conformance.commands.one_line import OneLineCommand, WrongUsage
from tgi_conformance.deviations import DeviationsError, read_deviations, shipped_deviations
from tgi_conformance.levels import Depth, Verdict
from tgi_conformance.options import Options, UsageError, check_names, route_name
from tgi_conformance.outputs import check_writable, write_atomically
from tgi_conformance.plan import estimate
from tgi_conformance.reports.badge import write_badge
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.reports.markdown import write_markdown
from tgi_conformance.reports.terminal import print_report
from tgi_conformance.run import run
from tgi_conformance.target import Target, TargetError, key_from, parse_header, parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.report import Report

    Writer = Callable[[Report], str]

FILE = click.Path(dir_okay=False, path_type=Path)
WRITERS: dict[str, Writer] = {
    "json": write_json,
    "junit": write_junit,
    "html": write_html,
    "markdown": write_markdown,
    "badge": write_badge,
}


@click.command("run", cls=OneLineCommand)
@click.argument("url")
@click.option("--api-key-env", metavar="NAME", help="Environment variable that holds the API key.")
@click.option("--header", "headers", metavar="K:V", multiple=True, help="Header sent with each request.")
@click.option(
    "--level",
    type=click.Choice([depth.value for depth in Depth]),
    default=Depth.STANDARD.value,
    show_default=True,
    help="How deep to go.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Makes generated data repeatable."
)
@click.option("--only", metavar="ROUTE", multiple=True, help="Hold only this route (a name or a path).")
@click.option("--skip", metavar="ROUTE", multiple=True, help="Leave this route out.")
@click.option("--require", metavar="ROUTE", multiple=True, help="Fail where this route is not offered.")
@click.option("--deviations", metavar="FILE", type=FILE, help="Known deviations of your own, in YAML.")
@click.option("--strict", is_flag=True, help="Let known deviations fail the run.")
@click.option("--json", "json_file", metavar="FILE", type=FILE, help="Write the report as JSON.")
@click.option("--junit", "junit_file", metavar="FILE", type=FILE, help="Write the report as JUnit XML.")
@click.option("--html", "html_file", metavar="FILE", type=FILE, help="Write the report as one HTML file.")
@click.option(
    "--markdown", "markdown_file", metavar="FILE", type=FILE, help="Write a summary in GitHub's Markdown."
)
@click.option(
    "--badge",
    "badge_file",
    metavar="FILE",
    type=FILE,
    help="Write the verdict for a shields.io badge.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Requirements held at a time.",
)
@click.option(
    "--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="Requests a second at most."
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(1),
    default=900,
    show_default=True,
    help="The run ends after this many seconds.",
)
@click.option("--plan", is_flag=True, help="Say what the run would cost, and send nothing.")
@click.option("--ca", metavar="FILE", type=FILE, help="Certificates to trust, in PEM.")
def run_command(url: str, *, plan: bool, **given: object) -> None:
    """Hold the deployment at URL to the documented REST API and say whether it conforms.

    Ends with 0 if it conforms, 1 if it does not, 2 on wrong usage, 3 if it could not tell.
    """
    files = {name: given.pop(f"{name}_file") for name in WRITERS}
    outputs = {name: path for name, path in files.items() if isinstance(path, Path)}
    try:
        options = _options(url, **given)  # type: ignore[arg-type]
        _check_outputs(outputs)
    except (TargetError, UsageError, DeviationsError, OSError) as error:
        raise WrongUsage(str(error)) from None
    if plan:
        click.echo(estimate(options))
        return
    try:
        report = run(options)
    except KeyboardInterrupt:
        click.echo("interrupted before there was anything to report", err=True)
        sys.exit(Verdict.COULD_NOT_TELL.exit_code)
    _show(report)
    for name, path in outputs.items():
        _write(path, WRITERS[name](report))
    sys.exit(report.verdict.exit_code)


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text)
    except OSError as error:
        raise WrongUsage(f"{path}: cannot be written: {error.strerror}") from None


def _check_outputs(outputs: dict[str, Path]) -> None:
    flags: dict[Path, str] = {}
    for name, path in outputs.items():
        check_writable(path)
        other = flags.setdefault(path.resolve(), name)
        if other != name:
            raise UsageError(f"{path}: --{other} and --{name} name the same file, expected two")


def _options(  # noqa: PLR0913 - one parameter a flag
    url: str,
    *,
    api_key_env: str | None,
    headers: tuple[str, ...],
    level: str,
    seed: int,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    deviations: Path | None,
    require: tuple[str, ...],
    strict: bool,
    concurrency: int,
    rate: float | None,
    max_seconds: float,
    ca: Path | None,
) -> Options:
    own = read_deviations(deviations) if deviations else ()
    check_names(own)
    today = datetime.now(timezone.utc).date()
    return Options(
        target=Target(
            parse_url(url),
            key_from(api_key_env) if api_key_env is not None else None,
            tuple(map(parse_header, headers)),
            _ca(ca),
        ),
        depth=Depth(level),
        seed=seed,
        only=tuple(map(route_name, only)),
        skip=tuple(map(route_name, skip)),
        require=tuple(map(route_name, require)),
        strict=strict,
        deviations=tuple(d for d in (*own, *shipped_deviations()) if not d.expired(today)),
        bounds=Bounds(run_seconds=max_seconds, requests_per_second=rate),
        concurrency=concurrency,
    )


def _ca(path: Path | None) -> Path | None:
    if path is not None:
        try:
            ssl.create_default_context(cafile=str(path))
        except (OSError, ssl.SSLError):
            raise UsageError(f"--ca {path}: expected a file of certificates in PEM") from None
    return path


def _show(report: Report) -> None:
    print_report(report, Console(highlight=False, soft_wrap=True))
