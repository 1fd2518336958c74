"""The command line `tgi-conformance`."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points

import click

from tgi_common.command_line import OneLineGroup, WrongUsage
from tgi_common.extras import MissingExtraError, needing
from tgi_conformance.cli.accept import accept_command
from tgi_conformance.cli.compare import compare_command
from tgi_conformance.cli.explain import explain_command
from tgi_conformance.cli.list import list_command
from tgi_conformance.cli.merge import merge_command
from tgi_conformance.cli.run import run_command


class _Commands(OneLineGroup):
    """The suite's own commands, and those that other packages register, such as `serve`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        registered = [point.name for point in entry_points(group="tgi_conformance.commands")]
        return sorted({*super().list_commands(ctx), *registered})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in entry_points(group="tgi_conformance.commands", name=cmd_name):
            return _registered(point)
        return None


def _registered(point: EntryPoint) -> click.Command:
    """Load a command, or one that names the extra (`module:name [extra]`) which is not installed."""
    extra = next(iter(point.extras), "")
    if not extra:
        command: click.Command = point.load()
        return command
    try:
        with needing(extra, f"tgi-conformance {point.name}"):
            command = point.load()
    except MissingExtraError as error:
        return _missing(point.name, str(error))
    return command


def _missing(name: str, message: str) -> click.Command:
    def fail() -> None:
        raise WrongUsage(message)

    anything = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    return click.Command(name, callback=fail, short_help=f"({message})", context_settings=anything)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tgi-conformance")
def main() -> None:
    """Check whether a deployment conforms to the Text Generation Inference REST API."""


for _command in (accept_command, compare_command, explain_command, list_command, merge_command, run_command):
    main.add_command(_command)

if __name__ == "__main__":
    sys.exit(main())
