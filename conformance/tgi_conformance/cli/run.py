"""`tgi-conformance run URL`."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from tgi_common.access import AccessError
from tgi_common.command_line import WrongUsage
from tgi_conformance.cli.exit_status import FailOn, Gate
from tgi_conformance.cli.output import console, printing, replace_what_cannot_be_encoded, stopping
from tgi_conformance.cli.run_options import RunCommand, run_options
from tgi_conformance.config.estimate import estimate
from tgi_conformance.config.run_config import UsageError
from tgi_conformance.config.settings import Settings
from tgi_conformance.config.targets import NamedConfig, configs_of_file, configs_of_urls
from tgi_conformance.engine.run import run
from tgi_conformance.engine.several import run_all
from tgi_conformance.reports.badge import write_badge
from tgi_conformance.reports.files import check_writable, write_atomically
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.reports.markdown import write_markdown
from tgi_conformance.reports.matrix import print_matrix, write_matrix_markdown
from tgi_conformance.reports.matrix_html import write_matrix_html
from tgi_conformance.reports.progress_bar import watching
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.reports.terminal import print_report
from tgi_conformance.results.deviations import DeviationsError
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tgi_conformance.results.report import Report

    Writer = Callable[[Report], str]

WRITERS: dict[str, Writer] = {
    "json": write_json,
    "junit": write_junit,
    "html": write_html,
    "markdown": write_markdown,
    "badge": write_badge,
}
MATRIX_WRITERS = {"html": write_matrix_html, "markdown": write_matrix_markdown}
ENDINGS = {"json": ".json", "junit": ".xml", "html": ".html"}


@click.command("run", cls=RunCommand)
@run_options
def run_command(*, url: tuple[str, ...], targets: Path | None, plan: bool, **given: Any) -> None:
    """Check whether the deployment at URL conforms to the documented REST API.

    Several URLs, or the deployments listed in a file (--targets), are checked in parallel and shown in one
    matrix. Every flag can also be set in tgi-conformance.toml, in [tool.tgi-conformance] of pyproject.toml,
    or as TGI_CONFORMANCE_… in the environment.

    Exits with 0 if the deployment conforms, 1 if it does not, 2 on wrong usage, 3 if the run could not tell,
    4 on an internal error of tgi-conformance.
    """
    outputs = {name: path for name in WRITERS if (path := given.pop(name)) is not None}
    folder: Path | None = given.pop("reports")
    fail_on, baseline = FailOn(given.pop("fail_on")), given.pop("baseline")
    on_inconclusive = given.pop("on_inconclusive")
    replace_what_cannot_be_encoded()
    try:
        named = _targets(url, targets, Settings("", headers=given.pop("header"), **given))
        gate = Gate(fail_on, _baseline(fail_on, baseline), baseline, on_inconclusive)
        _check_outputs(outputs, folder, several=len(named) > 1 or targets is not None)
    except (AccessError, UsageError, DeviationsError, ReportError, OSError) as error:
        raise WrongUsage(str(error)) from None
    if plan:
        for target in named:
            click.echo(
                f"{target.name}: {estimate(target.config)}" if len(named) > 1 else estimate(target.config)
            )
        return
    try:
        if len(named) == 1 and targets is None:
            code = _one(named[0], outputs, gate)
        else:
            code = _several(named, outputs, folder, gate)
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


def _check_outputs(outputs: Mapping[str, Path], folder: Path | None, *, several: bool) -> None:
    flags: dict[Path, str] = {}
    for name, path in outputs.items():
        check_writable(path)
        other = flags.setdefault(path.resolve(), name)
        if other != name:
            raise UsageError(f"{path}: --{other} and --{name} cannot write to the same file")
    single = next((name for name in outputs if name not in MATRIX_WRITERS), None)
    if several and single:
        raise UsageError(f"--{single}: reports one deployment; use --reports FOLDER for several")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        check_writable(folder / "matrix.html")


def _one(target: NamedConfig, outputs: Mapping[str, Path], gate: Gate) -> int:
    name = target.config.target.shown_url
    with stopping() as stop, watching([name], sys.stderr) as watch:
        report = run(target.config, lambda progress: watch(name, progress), stop)
    failures = _write({path: WRITERS[form](report) for form, path in outputs.items()})
    code, reason = gate.status(report)
    with printing():
        print_report(
            report, console(), {form: path for form, path in outputs.items() if path not in failures}
        )
        click.echo(reason)
    _check_written(failures)
    return code


def _several(
    targets: tuple[NamedConfig, ...],
    outputs: Mapping[str, Path],
    folder: Path | None,
    gate: Gate,
) -> int:
    with stopping() as stop, watching([target.name for target in targets], sys.stderr) as watch:
        columns = run_all(targets, watch, stop)
    files = {path: MATRIX_WRITERS[form](columns) for form, path in outputs.items()}
    if folder is not None:
        files |= {
            folder / f"matrix{end}": MATRIX_WRITERS[form](columns)
            for form, end in (("html", ".html"), ("markdown", ".md"))
        }
        for column in columns:
            files |= {
                folder / f"{column.name}{end}": WRITERS[form](column.report) for form, end in ENDINGS.items()
            }
    failures = _write(files)
    found = [(column.name, *gate.status(column.report)) for column in columns]
    with printing():
        print_matrix(columns, console())
        for path in (path for path in files if path not in failures):
            click.echo(f"written {path}")
        for name, _, reason in found:
            click.echo(f"{name}: {reason}")
    _check_written(failures)
    codes = {code for _, code, _ in found}
    return next((code for code in (4, 1, 3) if code in codes), 0)


def _write(files: Mapping[Path, str]) -> dict[Path, str]:
    """Write every file that can be written; return for the others what was wrong."""
    errors = {path: _write_one(path, text) for path, text in files.items()}
    return {path: error for path, error in errors.items() if error}


def _write_one(path: Path, text: str) -> str:
    try:
        write_atomically(path, text)
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror}"
    return ""


def _check_written(failures: Mapping[Path, str]) -> None:
    if failures:
        raise WrongUsage("\n".join(failures.values()))
