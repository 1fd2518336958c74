"""`tgi-conformance explain ID`."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import click

from tgi_common.command_line import OneLineCommand, WrongUsage
from tgi_common.suggestion import unknown
from tgi_conformance.deviations import shipped_deviations
from tgi_conformance.levels import Depth
from tgi_conformance.plan import cost_of
from tgi_conformance.routes import requirements

if TYPE_CHECKING:
    from tgi_conformance.requirement import Requirement

WIDTH = 100
INDENT = 14


@click.command("explain", cls=OneLineCommand)
@click.argument("name", metavar="ID")
def explain_command(name: str) -> None:
    """Show one requirement whole: what it says, where it is promised, why clients care."""
    known = {requirement.id: requirement for requirement in requirements()}
    if name not in known:
        raise WrongUsage(unknown("requirement", name, known, "`tgi-conformance list` shows them all"))
    click.echo(explained(known[name]))


def explained(requirement: Requirement) -> str:
    """Write everything that is known of a requirement, a paragraph a subject."""
    known = [d for d in shipped_deviations() if d.covers(requirement.id, None)]
    subjects = [
        ("level", requirement.level.value),
        ("depth", f"held by runs of level {_depths(requirement)}"),
        ("operation", requirement.operation),
        ("kind", requirement.kind),
        ("source", requirement.source),
        ("why", requirement.why or "not said"),
        ("needs", ", ".join(requirement.needs) or "nothing but its operation"),
        ("since", requirement.since or "every release"),
        *([("gentle", f"left out by --gentle: {requirement.hurts}")] if requirement.hurts else []),
        ("price", _price(requirement)),
        *[("known", f"TGI {d.versions} {d.instead} ({d.evidence})") for d in known],
    ]
    lines = [requirement.id, fill(requirement.statement, WIDTH), ""]
    return "\n".join([*lines, *(_paragraph(title, text) for title, text in subjects)])


def _depths(requirement: Requirement) -> str:
    return ", ".join(depth.value for depth in Depth if depth.includes(requirement.depth))


def _price(requirement: Requirement) -> str:
    cost = cost_of(requirement.id)
    if cost is None:
        return "not measured"
    return f"about {cost[0]} requests and {cost[1]} generated tokens of its own"


def _paragraph(title: str, text: str) -> str:
    return fill(
        text,
        WIDTH,
        initial_indent=f"  {title:<{INDENT - 2}}",
        subsequent_indent=" " * INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
