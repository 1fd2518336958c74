"""`tgi-conformance run URL`."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from tgi_common.access import AccessError
from tgi_common.command_line import WrongUsage, examples
from tgi_conformance.cli.exit_status import FailOn, Gate, baseline_of
from tgi_conformance.cli.output import replace_what_cannot_be_encoded, stopping
from tgi_conformance.cli.report_files import ReportFiles
from tgi_conformance.cli.rerun import rerunning
from tgi_conformance.cli.run_options import RunCommand, run_options, warn_of_insecure
from tgi_conformance.cli.several import tell_fleet, tell_one
from tgi_conformance.cli.sharing import Sharing
from tgi_conformance.cli.verbosity import telling, telling_fleet
from tgi_conformance.config.estimate import estimate
from tgi_conformance.config.settings import Settings
from tgi_conformance.config.targets import NamedConfig, configs_of_file, configs_of_urls
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.run import run
from tgi_conformance.fleet.merge import fleet_of
from tgi_conformance.fleet.part import PartError
from tgi_conformance.reports.read_json import ReportError
from tgi_conformance.results.deviations import DeviationsError
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.fleet.run import Shift


EXAMPLES = examples(
    "run http://127.0.0.1:3000",
    "run https://your.host/prefix --api-key-env MY_KEY --depth smoke",
    "run http://127.0.0.1:3000 --wait 600 --max-seconds 300",
    "run https://your.host --gentle --rate 5 --html report.html --junit report.xml",
    "run https://your.host --profile native --profile operations",
    "run https://your.host --fail-on regression yesterday.json",
    "run https://one.host https://another.host --reports reports",
    "run --targets fleet.yaml --shard 3/50",
)


@click.command("run", cls=RunCommand, epilog=EXAMPLES, short_help="Check whether deployments conform.")
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
        sharing = Sharing.taken_from(given)
        url, given = rerunning(url, given)
        settings = Settings("", headers=given.pop("header"), ids=given.pop("id"), **given)
        named = _targets(url, targets, settings)
        gate = Gate(fail_on, baseline_of(fail_on, baseline), baseline, on_inconclusive, stale)
        single = len(named) == 1 and targets is None
        files.check(several=not single)
    except (AccessError, UsageError, DeviationsError, ReportError, OSError) as error:
        raise WrongUsage(str(error)) from None
    for target in named:
        warn_of_insecure(target.config.target)
    if plan:
        for target in named:
            click.echo(
                f"{target.name}: {estimate(target.config)}" if len(named) > 1 else estimate(target.config)
            )
        return
    try:
        if single and not sharing.asked_for:
            code = _one(named[0], files, gate, verbosity)
        else:
            with sharing.shift(named) as shift:
                code = _several(shift, files, gate, verbosity, single=single)
    except (PartError, OSError) as error:
        raise WrongUsage(str(error)) from None
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


def _one(target: NamedConfig, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    name = target.config.target.shown_url
    with stopping() as stop, telling(name, verbosity) as watch:
        report = run(target.config, lambda progress: watch(name, progress), stop)
    return tell_one(report, files, gate, verbosity)


def _several(shift: Shift, files: ReportFiles, gate: Gate, verbosity: int, *, single: bool) -> int:
    """Run the targets of a shard, or all; a `single` one has the reports of one deployment."""
    todo = shift.todos()
    notice = shift.resume_notice(todo)
    if notice:
        click.echo(notice, err=True)
    with stopping() as stop, telling_fleet(len(todo), verbosity) as watcher:
        fleet = fleet_of(shift.run(watcher, stop))
    if shift.plan.shards > 1:
        click.echo(shift.part_notice, err=True)
    if single and fleet.names:
        return tell_one(fleet.report(fleet.names[0]), files, gate, verbosity)
    return tell_fleet(fleet, files, gate, verbosity)
