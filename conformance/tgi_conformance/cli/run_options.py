"""The flags of `run`, which are also settings of a file and of the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tgi_common.command_line import OneLineCommand, WrongUsage
from tgi_common.suggestion import unknown
from tgi_conformance.cli.exit_status import FailOn
from tgi_conformance.config.file import FORMER, read_configuration
from tgi_conformance.config.run_config import UsageError
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PREFIX = "TGI_CONFORMANCE"
Decorated = TypeVar("Decorated")
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


class RunCommand(OneLineCommand):
    """Takes its settings from a file, the environment and flags, in rising precedence."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        """Read the settings; raises WrongUsage."""
        many = {param.name: _takes_many(param) for param in self.params if param.name not in {"plan", "help"}}
        try:
            settings = read_configuration(Path.cwd(), {name: many[name] for name in many if name})
        except UsageError as error:
            raise WrongUsage(str(error)) from None
        _check_environment(name for name in many if name)
        extra = {"auto_envvar_prefix": PREFIX, "default_map": settings, **extra}
        return super().make_context(info_name, _with_baseline(args), *rest, **extra)


def _check_environment(settings: Iterable[str]) -> None:
    """Raise WrongUsage where the environment has a variable of ours that is no setting."""
    known = {f"{PREFIX}_{name.upper()}" for name in (*settings, "plan", *FORMER)}
    for name in os.environ:
        if name.startswith(f"{PREFIX}_") and name not in known:
            raise WrongUsage(unknown("environment variable", name, known))


def _takes_many(param: click.Parameter) -> bool:
    return bool(getattr(param, "multiple", False)) or param.nargs == -1


def _with_baseline(args: list[str]) -> list[str]:
    """Let `--fail-on regression FILE` be said as it reads: FILE is what `--baseline` names."""
    for place in range(len(args) - 2):
        flag, value, named = args[place : place + 3]
        is_file = not named.startswith("-") and "://" not in named
        if (flag, value) == ("--fail-on", FailOn.REGRESSION.value) and is_file:
            return [*args[: place + 2], "--baseline", *args[place + 2 :]]
    return args


class Lines(click.types.StringParamType):
    """A text; in the environment several stand on a line each, since a header has blanks."""

    name = "text"
    envvar_list_splitter = "\n"


def run_options(command: Callable[..., Decorated]) -> Callable[..., Decorated]:
    """Give a command every flag of `run`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def _choice(kind: type[Depth | FailOn]) -> click.Choice[str]:
    return click.Choice([member.value for member in kind])


OPTIONS: list[Callable[..., Any]] = [
    click.argument("url", metavar="URL…", nargs=-1, envvar="TGI_CONFORMANCE_URL"),
    click.option("--targets", metavar="FILE", type=FILE, help="Deployments to run side by side, in YAML."),
    click.option("--api-key-env", metavar="NAME", help="Environment variable that holds the API key."),
    click.option(
        "--header", metavar="K:V", multiple=True, type=Lines(), help="Header sent with each request."
    ),
    click.option(
        "--depth",
        "--level",
        "depth",
        type=_choice(Depth),
        default="standard",
        show_default=True,
        envvar=["TGI_CONFORMANCE_DEPTH", "TGI_CONFORMANCE_LEVEL"],
        help="How deep to go; --level is the former name.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Makes generated data repeatable.",
    ),
    click.option("--only", metavar="ROUTE", multiple=True, help="Hold only this route (a name or a path)."),
    click.option("--skip", metavar="ROUTE", multiple=True, help="Leave this route out."),
    click.option("--require", metavar="ROUTE", multiple=True, help="Fail where this route is not offered."),
    click.option("--deviations", metavar="FILE", type=FILE, help="Known deviations of your own, in YAML."),
    click.option("--strict", is_flag=True, help="Let known deviations fail the run."),
    click.option(
        "--fail-on",
        type=_choice(FailOn),
        default="must",
        show_default=True,
        help="What ends the run with 1; after `regression` comes the FILE of a run to hold it against.",
    ),
    click.option("--baseline", metavar="FILE", type=FILE, help="A report of `run --json`, for regressions."),
    click.option("--json", metavar="FILE", type=FILE, help="Write the report as JSON."),
    click.option("--junit", metavar="FILE", type=FILE, help="Write the report as JUnit XML."),
    click.option("--html", metavar="FILE", type=FILE, help="Write the report as one HTML file."),
    click.option("--markdown", metavar="FILE", type=FILE, help="Write a summary in GitHub's Markdown."),
    click.option("--badge", metavar="FILE", type=FILE, help="Write the verdict for a shields.io badge."),
    click.option(
        "--reports", metavar="FOLDER", type=FOLDER, help="Write all reports of several deployments here."
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 64),
        default=4,
        show_default=True,
        help="Requirements checked at a time.",
    ),
    click.option(
        "--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="Requests a second at most."
    ),
    click.option(
        "--max-seconds",
        type=click.FloatRange(1),
        default=900,
        show_default=True,
        help="The run ends after this many seconds.",
    ),
    click.option(
        "--max-requests",
        type=click.IntRange(1),
        metavar="N",
        help="The run sends no more requests.  [default: as the depth has it]",
    ),
    click.option(
        "--max-tokens",
        type=click.IntRange(1),
        metavar="N",
        help="The run ends after this many generated tokens.  [default: as the depth has it]",
    ),
    click.option(
        "--gentle",
        is_flag=True,
        help="Leave out what others of a shared deployment may feel: broken grammars, cut connections, "
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
    click.option("--ca", metavar="FILE", type=FILE, help="Certificates to trust, in PEM."),
    click.option("--plan", is_flag=True, help="Say what the run would cost, and send nothing."),
]
