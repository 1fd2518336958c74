"""`tgi-conformance list`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_conformance.cli.selecting import selecting
from tgi_conformance.config.profiles import profile_named, profiles_of
from tgi_conformance.config.selection import Selection, selecting_word
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.requirements import load_requirements, requirements
from tgi_conformance.results.levels import Depth, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.requirements import LoadRequirement, Requirement


EXAMPLES = examples(
    "list --only generate --level must",
    "list --profile openai",
    "list --only 'generate.*stop*' --depth smoke --json",
    "list --load",
)


@click.command("list", cls=OneLineCommand, epilog=EXAMPLES, short_help="List the requirements.")
@selecting("--route")  # the former name of --only
@click.option(
    "--level",
    "levels",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    multiple=True,
    help="Only this level.",
)
@click.option(
    "--depth",
    type=click.Choice([depth.value for depth in Depth]),
    help="Only what a run of this depth checks.",
)
@click.option(
    "--load", "under_load", is_flag=True, help="What `tgi-conformance load` checks, instead of `run`."
)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON array, which has a documented schema.")
def list_command(
    *, levels: tuple[str, ...], depth: str | None, under_load: bool, as_json: bool, **selecting: Any
) -> None:
    """List the requirements, one per line: level, depth, category, id, statement."""
    every = load_requirements() if under_load else requirements()
    try:
        chosen = _selected(every, **selecting)
    except UsageError as error:
        raise WrongUsage(str(error)) from None
    chosen = [
        requirement
        for requirement in chosen
        if (not levels or requirement.level.value in levels)
        and (depth is None or Depth(depth).includes(requirement.depth))
    ]
    click.echo(json.dumps([described(r) for r in chosen], indent=2) if as_json else _table(chosen))


def _selected(
    every: Sequence[Requirement | LoadRequirement],
    profile: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
) -> list[Requirement | LoadRequirement]:
    wanted = {profile_named(name).name for name in profile}
    onlys, skips = (tuple(selecting_word(word, every) for word in words) for words in (only, skip))
    selection = Selection(onlys, skips)
    return [
        requirement
        for requirement in every
        if selection.includes(requirement) and (not wanted or not wanted.isdisjoint(profiles_of(requirement)))
    ]


def described(requirement: Requirement | LoadRequirement) -> dict[str, Any]:
    """Describe a requirement as JSON values, as catalogue.schema.json has it."""
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "depth": requirement.depth.value,
        "category": requirement.category,
        "profiles": list(profiles_of(requirement)),
        "operation": requirement.operation,
        "statement": requirement.statement,
        "source": requirement.source,
        "why": requirement.why,
        "needs": list(requirement.needs),
        "since": requirement.since,
    }


def _table(chosen: list[Requirement | LoadRequirement]) -> str:
    if not chosen:
        return "no requirement matches"
    category, name = (
        max(map(len, column)) for column in zip(*((r.category, r.id) for r in chosen), strict=True)
    )
    return "\n".join(
        f"{r.level.value:<6}  {r.depth.value:<10}  {r.category:<{category}}  {r.id:<{name}}  {r.statement}"
        for r in chosen
    )
