"""The command line `tgi-conformance`."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import click

from tgi_conformance.cli.compare import compare_command
from tgi_conformance.cli.explain import explain_command
from tgi_conformance.cli.list import list_command
from tgi_conformance.cli.one_line import OneLineGroup
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
            command: click.Command = point.load()
            return command
        return None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tgi-conformance")
def main() -> None:
    """Say whether a deployment keeps the promises of the Text Generation Inference REST API."""


for _command in (compare_command, explain_command, list_command, run_command):
    main.add_command(_command)

if __name__ == "__main__":
    sys.exit(main())
