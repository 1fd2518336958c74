"""The flags of `run`, which can also be set in a file or the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tgi_common.command_line import OneLineCommand, WrongUsage
from tgi_common.suggestion import unknown
from tgi_conformance.cli.exit_status import FailOn
from tgi_conformance.cli.selecting import selecting
from tgi_conformance.config.file import FORMER, read_configuration
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.several import AT_A_TIME
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tgi_conformance.http.target import Target

PREFIX = "TGI_CONFORMANCE"
UNVERIFIED = "warning: --insecure: {} may be anybody, since its certificate is not verified"
Decorated = TypeVar("Decorated")
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
PATH = click.Path(path_type=Path)


class RunCommand(OneLineCommand):
    """Reads its settings from a file, the environment and flags, in rising precedence."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        """Read the settings; raises WrongUsage."""
        extra = {"auto_envvar_prefix": PREFIX, "default_map": settings_of(self), **extra}
        return super().make_context(info_name, with_baseline(_with_present_names(args)), *rest, **extra)


def settings_of(run: click.Command) -> dict[str, Any]:
    """Read the settings of `run` from the file of this folder, and check those of the environment.

    Raises:
        WrongUsage: One of them cannot be used.
    """
    names = {param.name: param for param in run.params if param.name not in {None, "plan", "help"}}
    many = {str(name): _takes_many(param) for name, param in names.items()}
    try:
        settings = read_configuration(Path.cwd(), many)
    except UsageError as error:
        raise WrongUsage(str(error)) from None
    _check_environment(many)
    return settings


def _check_environment(settings: Iterable[str]) -> None:
    """Raise WrongUsage if an environment variable starts with our prefix but names no setting."""
    known = {f"{PREFIX}_{name.upper()}" for name in (*settings, "plan", *FORMER)}
    for name in os.environ:
        if name.startswith(f"{PREFIX}_") and name not in known:
            raise WrongUsage(unknown("environment variable", name, known))


def _takes_many(param: click.Parameter) -> bool:
    return bool(getattr(param, "multiple", False)) or param.nargs == -1


def _with_present_names(args: list[str]) -> list[str]:
    """Replace former names of options, with or without a value after `=`."""
    former = "|".join(FORMER)
    return [re.sub(rf"^--({former})(?==|$)", lambda name: f"--{FORMER[name[1]]}", one) for one in args]


def with_baseline(args: list[str]) -> list[str]:
    """Accept `--fail-on regression FILE` for `--fail-on regression --baseline FILE`."""
    for place in range(len(args) - 2):
        flag, value, named = args[place : place + 3]
        is_file = not named.startswith("-") and "://" not in named
        if (flag, value) == ("--fail-on", FailOn.REGRESSION.value) and is_file:
            return [*args[: place + 2], "--baseline", *args[place + 2 :]]
    return args


class Lines(click.types.StringParamType):
    """A text; in the environment several are separated by line ends, since a header contains spaces."""

    name = "text"
    envvar_list_splitter = "\n"


def warn_of_insecure(target: Target) -> None:
    """Warn that no certificate is verified, if so."""
    if target.insecure:
        click.echo(UNVERIFIED.format(target.shown_url), err=True)


def run_options(command: Callable[..., Decorated]) -> Callable[..., Decorated]:
    """Add every flag of `run` to a command."""
    decorated: Callable[..., Decorated] = adding(OPTIONS)(command)
    return decorated


def adding(options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """Make a decorator that adds options to a command, in this order."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return added


def _choice(kind: type[Depth | FailOn]) -> click.Choice[str]:
    return click.Choice([member.value for member in kind])


Options = list[Callable[..., Any]]

FAIL_ON: Options = [
    click.option(
        "--fail-on",
        type=_choice(FailOn),
        default="must",
        show_default=True,
        help="What makes the run exit with 1; `regression FILE` compares with the report of an earlier run.",
    ),
    click.option("--baseline", metavar="FILE", type=FILE, help="Report of --json to compare with."),
]
ON_INCONCLUSIVE = click.option(
    "--on-inconclusive",
    type=click.Choice(["pass", "fail"]),
    help="End with 0 or 1 instead of 3 where the run could not tell.",
)
JUDGING: Options = [
    *FAIL_ON,
    click.option(
        "--fail-on-stale",
        is_flag=True,
        help="Fail also if a known deviation of --deviations no longer shows.",
    ),
    ON_INCONCLUSIVE,
]
"""What decides about the exit status."""

REPORTS: Options = [
    click.option("--json", metavar="FILE", type=FILE, help="Write the report as JSON."),
    click.option("--junit", metavar="FILE", type=FILE, help="Write the report as JUnit XML."),
    click.option("--html", metavar="FILE", type=FILE, help="Write the report as one HTML file."),
    click.option("--markdown", metavar="FILE", type=FILE, help="Write a summary in GitHub's Markdown."),
    click.option("--badge", metavar="FILE", type=FILE, help="Write a shields.io endpoint badge."),
]
"""The report of one deployment, in each form."""

WRITING: Options = [
    *REPORTS,
    click.option(
        "--reports", metavar="FOLDER", type=FOLDER, help="Write all reports of several deployments."
    ),
]
"""Which reports are written."""

QUIET = click.option(
    "-q", "--quiet", count=True, help="Print only the verdict and why the run ends as it does."
)

SHARING: Options = [
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        default=AT_A_TIME,
        show_default=True,
        help="Targets to check at a time.",
    ),
    click.option(
        "--shard",
        metavar="I/N",
        help="Check only the targets of shard I of N; `auto` takes both from Kubernetes, GitLab or Slurm.",
    ),
    click.option(
        "--split",
        type=click.Choice(["requirements"]),
        help="Also spread the requirements of one target over the shards.",
    ),
    click.option(
        "--part",
        metavar="FILE",
        type=PATH,
        help="Write each result to this file, such as part.jsonl, or to a file in this folder, for `merge`.  "
        "[default with --shard: part-I-of-N.jsonl]",
    ),
    click.option(
        "--resume",
        metavar="PART",
        type=PATH,
        help="Continue the part in this file or folder, or begin one if there is none.",
    ),
]
"""How several targets are divided."""

ACCESS: Options = [
    click.option(
        "--api-key-env",
        metavar="NAME",
        envvar=f"{PREFIX}_API_KEY_ENV",
        help="Environment variable with the API key.",
    ),
    click.option(
        "--header",
        metavar="K:V",
        multiple=True,
        type=Lines(),
        envvar=f"{PREFIX}_HEADER",
        help="Header to send with each request.",
    ),
]
TRUST: Options = [
    click.option(
        "--ca", metavar="FILE", type=FILE, envvar=f"{PREFIX}_CA", help="PEM file with certificates to trust."
    ),
    click.option(
        "--insecure",
        is_flag=True,
        envvar=f"{PREFIX}_INSECURE",
        help="Accept any certificate; for tests only.",
    ),
]
DEVIATIONS = click.option(
    "--deviations",
    metavar="FILE",
    type=FILE,
    envvar=f"{PREFIX}_DEVIATIONS",
    help="YAML file with your own known deviations.",
)
"""What `load` has too, from the same variables, which are those that `run` has anyway."""

OPTIONS: Options = [
    click.argument("url", metavar="URL…", nargs=-1, envvar="TGI_CONFORMANCE_URL"),
    click.option("--targets", metavar="FILE", type=FILE, help="YAML file that lists deployments to check."),
    *SHARING,
    *ACCESS,
    click.option(
        "--depth",
        type=_choice(Depth),
        default="standard",
        show_default=True,
        envvar=["TGI_CONFORMANCE_DEPTH", "TGI_CONFORMANCE_LEVEL"],
        help="How much to check.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Seed of generated data.",
    ),
    selecting(),
    click.option(
        "--id",
        metavar="ID",
        multiple=True,
        help="Only this requirement, as a finding names it, in as few requests as possible; repeatable.",
    ),
    click.option(
        "--rerun",
        metavar="REPORT",
        type=FILE,
        help="Only what did not pass in a report of --json, with its depth and seed.",
    ),
    click.option(
        "--set",
        metavar="NAME",
        help="Score by this released set, such as 1.0; other requirements are checked and not scored.",
    ),
    click.option("--require", metavar="ROUTE", multiple=True, help="Fail if this route is not offered."),
    DEVIATIONS,
    click.option("--strict", is_flag=True, help="Treat known deviations as failures."),
    *JUDGING,
    *WRITING,
    click.option(
        "--concurrency",
        type=click.IntRange(1, 64),
        default=4,
        show_default=True,
        help="Requirements to check at a time.",
    ),
    click.option(
        "--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="Maximum requests per second."
    ),
    click.option(
        "--wait",
        type=click.FloatRange(0),
        metavar="SECONDS",
        default=0,
        help="Wait this long for a deployment that is still loading; not part of --max-seconds.",
    ),
    click.option(
        "--max-seconds",
        type=click.FloatRange(1),
        default=900,
        show_default=True,
        help="Maximum duration of the run in seconds.",
    ),
    click.option(
        "--max-requests",
        type=click.IntRange(1),
        metavar="N",
        help="Maximum number of requests.  [default: depends on the depth]",
    ),
    click.option(
        "--max-tokens",
        type=click.IntRange(1),
        metavar="N",
        help="Maximum number of generated tokens.  [default: depends on the depth]",
    ),
    click.option(
        "--gentle",
        is_flag=True,
        help="Skip what may disturb other clients of the deployment: broken grammars, cut connections, "
        "oversized bodies, overload.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Wait this long for an answer.  [default: 60, for the first answer 7]",
    ),
    click.option("--no-proxy-env", is_flag=True, help="Ignore HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."),
    *TRUST,
    click.option(
        *("-v", "--verbose"),
        count=True,
        help="Show the outcome of each requirement as it is checked; -vv shows each request too.",
    ),
    QUIET,
    click.option("--plan", is_flag=True, help="Estimate requests and tokens of the run, and send nothing."),
]
