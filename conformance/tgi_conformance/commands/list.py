"""`tgi-conformance list`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tgi_common.command_line import OneLineCommand, WrongUsage
from tgi_conformance.levels import Depth, Level
from tgi_conformance.options import UsageError, route_name
from tgi_conformance.routes import requirements

if TYPE_CHECKING:
    from tgi_conformance.requirement import Requirement


@click.command("list", cls=OneLineCommand)
@click.option("--route", "routes", metavar="ROUTE", multiple=True, help="Of this route (a name or a path).")
@click.option(
    "--level",
    "levels",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    multiple=True,
    help="As binding as this.",
)
@click.option(
    "--depth", type=click.Choice([depth.value for depth in Depth]), help="Held by a run of this level."
)
@click.option("--json", "as_json", is_flag=True, help="Write them as a JSON array.")
def list_command(
    *, routes: tuple[str, ...], levels: tuple[str, ...], depth: str | None, as_json: bool
) -> None:
    """Show the requirements, a line each: level, depth, id, statement."""
    try:
        names = {route_name(route) for route in routes}
    except UsageError as error:
        raise WrongUsage(str(error)) from None
    chosen = [
        requirement
        for requirement in requirements()
        if (not names or requirement.route in names)
        and (not levels or requirement.level.value in levels)
        and (depth is None or Depth(depth).includes(requirement.depth))
    ]
    click.echo(json.dumps([described(r) for r in chosen], indent=2) if as_json else _table(chosen))


def described(requirement: Requirement) -> dict[str, Any]:
    """Give what a requirement says of itself, as JSON."""
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "depth": requirement.depth.value,
        "kind": requirement.kind,
        "operation": requirement.operation,
        "statement": requirement.statement,
        "source": requirement.source,
        "why": requirement.why,
        "needs": list(requirement.needs),
        "since": requirement.since,
    }


def _table(chosen: list[Requirement]) -> str:
    if not chosen:
        return "no requirement is asked for by that"
    width = max(len(requirement.id) for requirement in chosen)
    lines = [f"{r.level.value:<6}  {r.depth.value:<10}  {r.id:<{width}}  {r.statement}" for r in chosen]
    return "\n".join(lines)
