"""`tgi-conformance explain ID`."""

from __future__ import annotations

import inspect
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_common.suggestion import unknown
from tgi_conformance.config.estimate import cost_of
from tgi_conformance.config.profiles import profiles_of
from tgi_conformance.requirements import LoadRequirement, load_requirements, requirements
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from tgi_conformance.requirements._declaration import Requirement

WIDTH = 100
INDENT = 14


EXAMPLES = examples(
    "explain generate.generated-tokens-are-counted", "explain generate.counts-add-up-under-load"
)


@click.command("explain", cls=OneLineCommand, epilog=EXAMPLES, short_help="Show all about one requirement.")
@click.argument("name", metavar="ID")
def explain_command(name: str) -> None:
    """Show all about one requirement: what it promises, where the promise is made, why clients care."""
    known = {one.id: one for one in requirements()}
    under_load = {one.id: one for one in load_requirements()}
    if name in under_load:
        click.echo(explained_under_load(under_load[name]))
        return
    if name not in known:
        names = [*known, *under_load]
        raise WrongUsage(unknown("requirement", name, names, "`tgi-conformance list` shows them all"))
    click.echo(explained(known[name]))


def explained(requirement: Requirement) -> str:
    """Describe a requirement, one paragraph per subject."""
    known = [d for d in shipped_deviations() if d.covers(requirement.id, None)]
    subjects = [
        ("level", requirement.level.value),
        ("depth", f"included in runs of depth {_depths(requirement)}"),
        ("operation", requirement.operation),
        ("category", requirement.category),
        ("profiles", ", ".join(profiles_of(requirement))),
        ("source", requirement.source),
        ("why", requirement.why or "not stated"),
        ("needs", ", ".join(requirement.needs) or "nothing but its operation"),
        ("since", requirement.since or "every release"),
        *([("gentle", f"left out by --gentle: {requirement.hurts}")] if requirement.hurts else []),
        ("usage", _usage(requirement)),
        ("check", _place(requirement)),
        *[("known", f"TGI {d.versions} {d.instead} ({d.evidence})") for d in known],
    ]
    return _text(requirement, subjects)


def explained_under_load(requirement: LoadRequirement) -> str:
    """Describe a requirement of `tgi-conformance load`."""
    subjects = [
        ("level", requirement.level.value),
        ("checked by", "tgi-conformance load, not run"),
        ("operation", requirement.operation),
        ("category", requirement.category),
        ("profiles", ", ".join(profiles_of(requirement))),
        ("source", requirement.source),
        ("why", requirement.why),
        ("fails if", requirement.fails_if),
    ]
    return _text(requirement, subjects)


def _text(requirement: Requirement | LoadRequirement, subjects: list[tuple[str, str]]) -> str:
    lines = [requirement.id, fill(requirement.statement, WIDTH), ""]
    return "\n".join([*lines, *(_paragraph(title, text) for title, text in subjects)])


def _depths(requirement: Requirement) -> str:
    return ", ".join(depth.value for depth in Depth if depth.includes(requirement.depth))


def _usage(requirement: Requirement) -> str:
    cost = cost_of(requirement.id)
    if cost is None:
        return "not measured"
    return f"about {cost[0]} requests and {cost[1]} generated tokens of its own"


def _place(requirement: Requirement) -> str:
    """Give file and line of the decorated check, as editors and terminals open them."""
    check = inspect.unwrap(requirement.declared)
    path = Path(check.__code__.co_filename)
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{check.__code__.co_firstlineno}"


def _paragraph(title: str, text: str) -> str:
    return fill(
        text,
        WIDTH,
        initial_indent=f"  {title:<{INDENT - 2}}",
        subsequent_indent=" " * INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
