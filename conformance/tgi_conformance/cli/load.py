"""`tgi-conformance load URL`: starts Locust with our users, and turns what came of it into a report."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tgi_common.access import AccessError, trust
from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_common.extras import MissingExtraError, needing
from tgi_conformance.cli.exit_status import FailOn, Gate, baseline_of
from tgi_conformance.cli.output import replace_what_cannot_be_encoded, stopping
from tgi_conformance.cli.report_files import WRITERS, ReportFiles
from tgi_conformance.cli.run import run_command
from tgi_conformance.cli.run_options import (
    ACCESS,
    DEVIATIONS,
    FAIL_ON,
    ON_INCONCLUSIVE,
    REPORTS,
    TRUST,
    adding,
    settings_of,
    warn_of_insecure,
    with_baseline,
)
from tgi_conformance.cli.several import tell_one
from tgi_conformance.cli.verbosity import QUIET
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.settings import deviations_with
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.run import without_results
from tgi_conformance.load.leading import HEADERS, Asked
from tgi_conformance.load.mix import read_mix
from tgi_conformance.reports.read_json import ReportError, read_report
from tgi_conformance.results.deviations import DeviationsError
from tgi_conformance.results.levels import Depth, Verdict

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from tgi_conformance.results.report import Report

LOCUSTFILE = Path(__file__).parents[1] / "load" / "locustfile.py"
FILE = click.Path(dir_okay=False, path_type=Path)
TAIL = 400  # characters of what Locust said last
LOOK = 0.1  # seconds between two looks at Locust
PATIENCE = 60.0  # seconds that Locust may take to write a report after it was asked to stop
WRONG_USAGE = 2
EXAMPLES = examples(
    "load http://127.0.0.1:3000 --users 50 --run-time 60",
    "load https://your.host --users 200 --rate 100 --run-time 300 --processes 4 --html load.html",
    "load https://your.host --mix mix.yaml --replicas 2 --api-key-env MY_KEY",
    "load --read tgi-load-report.json --junit load.xml",
)


# Settings of `run` that mean the same here; its reports and its rate, say, are not those of a load run.
SHARED = {"api_key_env", "header", "ca", "insecure", "timeout", "wait", "deviations"}


class LoadCommand(OneLineCommand):
    """Shares some settings with `run`, and accepts `--fail-on regression FILE`."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        """Read the settings; raises WrongUsage."""
        settings = {name: value for name, value in settings_of(run_command).items() if name in SHARED}
        extra = {"default_map": settings, **extra}
        return super().make_context(info_name, with_baseline(args), *rest, **extra)


@click.command(
    "load",
    cls=LoadCommand,
    epilog=EXAMPLES,
    short_help="Check every answer while many users ask at a time.",
)
@click.argument("url", required=False)
@click.option("--users", type=click.IntRange(1), default=20, show_default=True, help="Simultaneous users.")
@click.option(
    "--spawn-rate", type=click.FloatRange(0, min_open=True), help="Users to start per second.  [default: all]"
)
@click.option(
    "--run-time",
    type=click.IntRange(1),
    metavar="SECONDS",
    default=60,
    show_default=True,
    help="How long they ask.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Requests per second of all users together.  [default: each asks again as soon as it is answered]",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes that they run in.",
)
@click.option("--mix", metavar="FILE", type=FILE, help="YAML file that says how many users ask which route.")
@click.option(
    "--replicas",
    type=click.IntRange(1),
    metavar="N",
    help="Routers behind the URL that nobody else asks; then their limit is checked.",
)
@adding(ACCESS)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    envvar="TGI_CONFORMANCE_TIMEOUT",
    default=60.0,
    show_default=True,
    help="Wait this long for an answer.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    metavar="SECONDS",
    envvar="TGI_CONFORMANCE_WAIT",
    default=0.0,
    help="Wait this long for a deployment that is still loading.",
)
@adding([*TRUST, DEVIATIONS, *FAIL_ON, ON_INCONCLUSIVE, *REPORTS])
@click.option("--read", metavar="REPORT", type=FILE, help="Ask nothing; show the report of a Locust cluster.")
@click.option("--print-locustfile", is_flag=True, help="Print where the locustfile is, for a Locust cluster.")
@click.option("-v", "--verbose", is_flag=True, help="Show what Locust says.")
@click.option("-q", "--quiet", is_flag=True, help="Print only the verdict and why the run ends as it does.")
def load_command(  # noqa: PLR0913 - the flags
    *,
    url: str | None,
    read: Path | None,
    print_locustfile: bool,
    verbose: bool,
    quiet: bool,
    header: tuple[str, ...],
    **given: Any,
) -> None:
    """Check every answer of the deployment at URL while many users ask at a time, by Locust.

    Connections are direct, never through a proxy. Key, headers, certificates, --timeout, --wait and
    --deviations can also be set as for `run`: in tgi-conformance.toml, or as TGI_CONFORMANCE_NAME in the
    environment.

    Exits as `run` does: with 0 if the deployment keeps its promises under load, 1 if it does not, 2 on wrong
    usage, 3 if the run could not tell, for instance since the users were too slow or a process of them was
    lost, 4 on an internal error of tgi-conformance.
    """
    if print_locustfile:
        click.echo(str(LOCUSTFILE))
        return
    replace_what_cannot_be_encoded()
    files = ReportFiles({name: path for name in WRITERS if (path := given.pop(name)) is not None})
    fail_on, baseline = FailOn(given.pop("fail_on")), given.pop("baseline")
    on_inconclusive = given.pop("on_inconclusive")
    try:
        gate = Gate(fail_on, baseline_of(fail_on, baseline, of_load=True), baseline, on_inconclusive)
        files.check(several=False)
        report = _read(read) if read else _run(_url(url), header, verbose=verbose, **given)
    except (AccessError, UsageError, DeviationsError, ReportError, MissingExtraError, OSError) as error:
        raise WrongUsage(str(error)) from None
    sys.exit(tell_one(report, files, gate, QUIET if quiet else 0))


def _read(file: Path) -> Report:
    report = read_report(file)
    if report.load is None and report.requirements:
        raise UsageError(f"--read {file}: of `tgi-conformance run`, expected a report of a load run")
    return report


def _url(url: str | None) -> str:
    if url is None:
        raise UsageError("Missing argument 'URL', or --read REPORT")
    return url


def _run(url: str, headers: Sequence[str], *, verbose: bool, **given: Any) -> Report:
    """Run Locust, and read the report that it writes; without one, say what became of it."""
    with needing("load", "tgi-conformance load"):
        if find_spec("locust") is None:  # to import it would replace the sockets of this process
            raise ModuleNotFoundError(name="locust")
    if headers:
        os.environ[HEADERS] = "\n".join(headers)
    asked = Asked(url, key_name=given["api_key_env"] or "", ca=given["ca"], insecure=given["insecure"])
    target = asked.target
    # What is wrong with a file is told before anything starts.
    if given["mix"] is not None:
        read_mix(given["mix"])
    trust(target.ca, insecure=target.insecure)
    deviations_with(given["deviations"])
    warn_of_insecure(target)
    with tempfile.TemporaryDirectory() as folder, stopping() as stop:
        path, log = Path(folder) / "report.json", Path(folder) / "log"
        if sys.stderr.isatty():
            click.echo(
                f"asking {target.shown_url} for {given['run_time']} s; Ctrl-C ends it earlier", err=True
            )
        status = _locust(_arguments(asked, path, **given), log, stop, verbose=verbose)
        said = log.read_text("utf-8", "replace") if log.exists() else ""
        if path.exists():
            return read_report(path)
    if status == WRONG_USAGE:
        raise UsageError(target.scrub(_last_line(said)))
    reason = f"Locust ended with status {status} before its report: {_last_line(said)}"
    return without_results(RunConfig(target, Depth.LOAD), Verdict.COULD_NOT_TELL, reason)


def _arguments(asked: Asked, report: Path, **given: Any) -> list[str]:
    users = given["users"] + 1  # one looks at /health
    arguments = ["--headless", "--only-summary", "--host", asked.url, "--tgi-report", str(report)]
    arguments += ["--users", str(users), "--spawn-rate", str(given["spawn_rate"] or users)]
    arguments += ["--run-time", f"{given['run_time']}s", "--tgi-timeout", str(given["timeout"])]
    if given["processes"] > 1:
        port = str(_free_port())
        arguments += ["--processes", str(given["processes"]), "--master-bind-host", "127.0.0.1"]
        arguments += ["--master-bind-port", port, "--master-port", port]
    for name in ("mix", "rate", "replicas", "wait", "ca", "deviations"):
        if given[name]:
            arguments += [f"--tgi-{name}", str(given[name])]
    if asked.key_name:
        arguments += ["--tgi-api-key-env", asked.key_name]
    return [*arguments, "--tgi-insecure"] if asked.insecure else arguments


def _locust(arguments: list[str], log: Path, stop: threading.Event, *, verbose: bool) -> int:
    """Run Locust to its end, and tell it to stop if we are told to."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments]
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own locustfile, in a session whose signals are ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=None if verbose else file,
            stderr=None if verbose else subprocess.STDOUT,
            start_new_session=True,
        )
        while process.poll() is None and not stop.wait(LOOK):
            pass
        if process.poll() is None:
            process.terminate()
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _last_line(said: str) -> str:
    """Give what Locust said last, without the time and the place that it logs."""
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].rpartition("tgi_conformance.load: ")[2][:TAIL] if lines else "it said nothing"
