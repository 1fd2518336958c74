"""`tgi-conformance run URL`."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from tgi_common.access import AccessError
from tgi_common.command_line import WrongUsage, examples
from tgi_conformance.cli.exit_status import FailOn, Gate
from tgi_conformance.cli.output import console, printing, replace_what_cannot_be_encoded, stopping
from tgi_conformance.cli.report_files import ReportFiles
from tgi_conformance.cli.rerun import rerunning
from tgi_conformance.cli.run_options import RunCommand, run_options
from tgi_conformance.cli.verbosity import QUIET, telling
from tgi_conformance.config.estimate import estimate
from tgi_conformance.config.settings import Settings
from tgi_conformance.config.targets import NamedConfig, configs_of_file, configs_of_urls
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.run import run
from tgi_conformance.engine.several import run_all
from tgi_conformance.reports.matrix import print_matrix
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.reports.terminal import print_report, print_verdict
from tgi_conformance.results.deviations import DeviationsError
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.results.report import Report

UNVERIFIED = "warning: --insecure: {} may be anybody, since its certificate is not verified"


EXAMPLES = examples(
    "run http://127.0.0.1:3000",
    "run https://your.host/prefix --api-key-env MY_KEY --depth smoke",
    "run http://127.0.0.1:3000 --wait 600 --max-seconds 300",
    "run https://your.host --gentle --rate 5 --html report.html --junit report.xml",
    "run https://your.host --profile native --profile operations",
    "run https://your.host --fail-on regression yesterday.json",
    "run https://one.host https://another.host --reports reports",
)


@click.command("run", cls=RunCommand, epilog=EXAMPLES)
@run_options
def run_command(*, url: tuple[str, ...], targets: Path | None, plan: bool, **given: Any) -> None:
    """Check whether the deployment at URL conforms to the documented REST API.

    Several URLs, or the deployments listed in a file (--targets), are checked in parallel and shown in one
    matrix. Every flag can also be set in tgi-conformance.toml, in [tool.tgi-conformance] of pyproject.toml,
    or as TGI_CONFORMANCE_… in the environment.

    Exits with 0 if the deployment conforms, 1 if it does not, 2 on wrong usage, 3 if the run could not tell,
    4 on an internal error of tgi-conformance.
    """
    files = ReportFiles.taken_from(given)
    fail_on, baseline = FailOn(given.pop("fail_on")), given.pop("baseline")
    on_inconclusive, stale = given.pop("on_inconclusive"), given.pop("fail_on_stale")
    verbosity: int = given.pop("verbose") - given.pop("quiet")
    replace_what_cannot_be_encoded()
    try:
        url, given = rerunning(url, given)
        settings = Settings("", headers=given.pop("header"), ids=given.pop("id"), **given)
        named = _targets(url, targets, settings)
        gate = Gate(fail_on, _baseline(fail_on, baseline), baseline, on_inconclusive, stale)
        files.check(several=len(named) > 1 or targets is not None)
    except (AccessError, UsageError, DeviationsError, ReportError, OSError) as error:
        raise WrongUsage(str(error)) from None
    for target in named:
        if target.config.target.insecure:
            click.echo(UNVERIFIED.format(target.config.target.shown_url), err=True)
    if plan:
        for target in named:
            click.echo(
                f"{target.name}: {estimate(target.config)}" if len(named) > 1 else estimate(target.config)
            )
        return
    try:
        if len(named) == 1 and targets is None:
            code = _one(named[0], files, gate, verbosity)
        else:
            code = _several(named, files, gate, verbosity)
    except click.ClickException:
        raise
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, which means that a deployment does not conform
        click.echo(_internal_error(error, named), err=True)
        code = Verdict.INTERNAL_ERROR.exit_code
    sys.exit(code)


def _internal_error(error: Exception, targets: tuple[NamedConfig, ...]) -> str:
    """Format the traceback, without the targets' secrets, and ask for a report."""
    text = "".join(traceback.format_exception(error))
    for target in targets:
        text = target.config.target.scrub(text)
    return f"{text}internal error: please report the lines above to the maintainers of tgi-conformance"


def _targets(urls: tuple[str, ...], file: Path | None, settings: Settings) -> tuple[NamedConfig, ...]:
    if urls and file:
        raise UsageError("--targets: cannot be combined with a URL")
    if file:
        return configs_of_file(file, settings)
    if not urls:
        raise UsageError("Missing argument 'URL', or --targets FILE")
    return configs_of_urls(urls, settings)


def _baseline(fail_on: FailOn, file: Path | None) -> Report | None:
    if (fail_on is FailOn.REGRESSION) != (file is not None):
        raise UsageError("--fail-on regression and --baseline FILE require each other")
    return read_report(file) if file else None


def _one(target: NamedConfig, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    name = target.config.target.shown_url
    with stopping() as stop, telling([name], verbosity) as watch:
        report = run(target.config, lambda progress: watch(name, progress), stop)
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


def _several(targets: tuple[NamedConfig, ...], files: ReportFiles, gate: Gate, verbosity: int) -> int:
    with stopping() as stop, telling([target.name for target in targets], verbosity) as watch:
        columns = run_all(targets, watch, stop)
    written = files.write_matrix(columns)
    found = [(column.name, *gate.status(column.report)) for column in columns]
    with printing():
        if verbosity > QUIET:
            print_matrix(columns, console())
            for path in written.paths:
                click.echo(f"written {path}")
        for name, _, reason in found:
            click.echo(f"{name}: {reason}")
    written.raise_for_failures()
    codes = {code for _, code, _ in found}
    return next((code for code in (4, 1, 3) if code in codes), 0)
