"""The group `tgi-conformance client`, which the command line of the suite finds as an entry point."""

from __future__ import annotations

import click

from tgi_client_generator.commands.diff import diff_command
from tgi_client_generator.commands.fetch import fetch_command
from tgi_client_generator.commands.generate import generate_command
from tgi_common.command_line import OneLineGroup


@click.group(cls=OneLineGroup, context_settings={"help_option_names": ["-h", "--help"]})
def client() -> None:
    """Fetch and compare documents, and generate a client."""


for _command in (fetch_command, diff_command, generate_command):
    client.add_command(_command)
