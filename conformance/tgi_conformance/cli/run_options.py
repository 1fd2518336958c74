"""The flags of `run`, which can also be set in a file or the environment."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tgi_common.command_line import OneLineCommand, WrongUsage
from tgi_common.suggestion import unknown
from tgi_conformance.cli.exit_status import FailOn
from tgi_conformance.cli.selecting import selecting
from tgi_conformance.config.file import FORMER, read_configuration
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PREFIX = "TGI_CONFORMANCE"
Decorated = TypeVar("Decorated")
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


class RunCommand(OneLineCommand):
    """Reads its settings from a file, the environment and flags, in rising precedence."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        """Read the settings; raises WrongUsage."""
        many = {param.name: _takes_many(param) for param in self.params if param.name not in {"plan", "help"}}
        try:
            settings = read_configuration(Path.cwd(), {name: many[name] for name in many if name})
        except UsageError as error:
            raise WrongUsage(str(error)) from None
        _check_environment(name for name in many if name)
        extra = {"auto_envvar_prefix": PREFIX, "default_map": settings, **extra}
        return super().make_context(info_name, _with_baseline(_with_present_names(args)), *rest, **extra)


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


def _with_baseline(args: list[str]) -> list[str]:
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


def run_options(command: Callable[..., Decorated]) -> Callable[..., Decorated]:
    """Add every flag of `run` to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def _choice(kind: type[Depth | FailOn]) -> click.Choice[str]:
    return click.Choice([member.value for member in kind])


OPTIONS: list[Callable[..., Any]] = [
    click.argument("url", metavar="URL…", nargs=-1, envvar="TGI_CONFORMANCE_URL"),
    click.option("--targets", metavar="FILE", type=FILE, help="YAML file that lists deployments to check."),
    click.option("--api-key-env", metavar="NAME", help="Environment variable with the API key."),
    click.option(
        "--header", metavar="K:V", multiple=True, type=Lines(), help="Header to send with each request."
    ),
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
    click.option("--deviations", metavar="FILE", type=FILE, help="YAML file with your own known deviations."),
    click.option("--strict", is_flag=True, help="Treat known deviations as failures."),
    click.option(
        "--fail-on",
        type=_choice(FailOn),
        default="must",
        show_default=True,
        help="What makes the run exit with 1; `regression FILE` compares with the report of an earlier run.",
    ),
    click.option("--baseline", metavar="FILE", type=FILE, help="Report of `run --json` to compare with."),
    click.option(
        "--fail-on-stale",
        is_flag=True,
        help="Fail also if a known deviation of --deviations no longer shows.",
    ),
    click.option("--json", metavar="FILE", type=FILE, help="Write the report as JSON."),
    click.option("--junit", metavar="FILE", type=FILE, help="Write the report as JUnit XML."),
    click.option("--html", metavar="FILE", type=FILE, help="Write the report as one HTML file."),
    click.option("--markdown", metavar="FILE", type=FILE, help="Write a summary in GitHub's Markdown."),
    click.option("--badge", metavar="FILE", type=FILE, help="Write a shields.io endpoint badge."),
    click.option(
        "--reports", metavar="FOLDER", type=FOLDER, help="Write all reports of several deployments."
    ),
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
        "--on-inconclusive",
        type=click.Choice(["pass", "fail"]),
        help="End with 0 or 1 instead of 3 where the run could not tell.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Wait this long for an answer.  [default: 60, for the first answer 7]",
    ),
    click.option("--no-proxy-env", is_flag=True, help="Ignore HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."),
    click.option("--ca", metavar="FILE", type=FILE, help="PEM file with certificates to trust."),
    click.option("--insecure", is_flag=True, help="Accept any certificate; for tests only."),
    click.option(
        *("-v", "--verbose"),
        count=True,
        help="Show the outcome of each requirement as it is checked; -vv shows each request too.",
    ),
    click.option("-q", "--quiet", count=True, help="Print only the verdict and why the run ends as it does."),
    click.option("--plan", is_flag=True, help="Estimate requests and tokens of the run, and send nothing."),
]
