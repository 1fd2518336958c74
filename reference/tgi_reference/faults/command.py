"""The command ``faults``: what can be broken in the reference server."""

from __future__ import annotations

import json

import click

from tgi_reference.alterations.selection import all_faults


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def faults(*, as_json: bool) -> None:
    """List the faults of the reference server: `serve --fault NAME` breaks one promise."""
    every = list(all_faults())
    if as_json:
        click.echo(json.dumps([{"name": one.name, "statement": one.statement} for one in every], indent=2))
        return
    width = max(len(one.name) for one in every)
    for one in every:
        click.echo(f"{one.name:{width}}  {one.statement}")
