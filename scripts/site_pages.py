"""Pages of the documentation that the code determines: requirements, faults, the command line."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING

import click

from options_table import options_table
from tgi_conformance.config.profiles import profiles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tgi_conformance.requirements import Requirement
    from tgi_reference.injection.hooks import Injection

    Matrix = Mapping[str, Sequence[str]]

SHOWN = 8  # names in a line; of more only the number is given
REQUIREMENTS = """\
# Requirements

What the suite checks, by route. Each requirement has an address: the page of its route, with its id as the
anchor.

*Level* says how binding a requirement is (RFC 2119: by default only a broken MUST fails a run), *depth* is
the shallowest run that checks it. *Source* is where the promise is made: a place in the
[document](../../spec/openapi.json), an entry of [Behaviour](../behaviour.md), or an RFC. *Caught* names
[faults](../faults.md) of the reference server that this requirement catches, as the self-test recorded them
in [fault-matrix.json](../fault-matrix.json).
"""
FAULTS = """\
# Faults and variants

What can be wrong with the [reference server](reference-server.md), and what may differ.

`tgi-conformance serve --fault NAME` breaks one promise, `--variant NAME` serves the same API in another legal
way; both may be repeated. A fault is *caught by* the [requirements](requirements/README.md) named here, which
the self-test proves; a variant must be caught by none.
"""
COMMANDS = """\
# Command line

Every command and option, from the commands themselves. How a run is set up by a file or the environment: see
[Settings](ci.md#settings).
"""


def faults_page(faults: Iterable[Injection], variants: Iterable[Injection], matrix: Matrix) -> str:
    """The page of faults and variants. ``matrix`` maps a requirement's id to the faults that it catches."""
    catchers = {one.name: sorted(id_ for id_, names in matrix.items() if one.name in names) for one in faults}
    rows = [
        f'| <span id="{one.name}"></span>{one.name} | {_cell(one.statement)} '
        f"| {_names([_link(id_, 'requirements/') for id_ in catchers[one.name]])} |"
        for one in faults
    ]
    others = [f"| {one.name} | {_cell(one.statement)} |" for one in variants]
    return "\n".join(
        [
            FAULTS,
            f"## {len(rows)} faults\n",
            *("| name | what is wrong | caught by |", "| --- | --- | --- |", *rows),
            f"\n## {len(others)} variants\n",
            *("| name | what differs |", "| --- | --- |", *others, ""),
        ]
    )


def requirement_pages(every: Sequence[Requirement], matrix: Matrix) -> dict[str, str]:
    """A page for each route, by its name, and README.md, which lists the routes.

    ``matrix`` maps a requirement's id to the faults that it catches.
    """
    routes = sorted({one.route for one in every})
    by_route = {route: [one for one in every if one.route == route] for route in routes}
    faults = {name for names in matrix.values() for name in names}
    rows = [f"| [{route}]({route}.md) | {len(of_route)} |" for route, of_route in by_route.items()]
    index = [
        REQUIREMENTS,
        f"{len(every)} requirements, {len(faults)} faults.\n",
        *("| route | requirements |", "| --- | --- |", *rows, ""),
    ]
    pages = {f"{route}.md": "\n".join(_route(of_route, matrix)) for route, of_route in by_route.items()}
    return {"README.md": "\n".join(index), **pages}


def _route(every: Sequence[Requirement], matrix: Matrix) -> Iterator[str]:
    yield f"# {every[0].route}\n"
    for requirement in every:
        yield f"## {requirement.id.partition('.')[2]} {{#{requirement.id}}}\n"
        yield f"{_text(requirement.statement)}\n"
        yield from (f"- {line}" for line in _facts(requirement, matrix))
        yield ""


def _facts(requirement: Requirement, matrix: Matrix) -> Iterator[str]:
    yield (
        f"`{requirement.id}`: {requirement.level.value}, depth {requirement.depth.value}, "
        f"category {requirement.category}, `{requirement.operation}`"
    )
    yield f"Profiles: {', '.join(profiles_of(requirement))}"
    if requirement.why:
        yield f"Why: {_text(requirement.why)}"
    yield f"Source: {_source(requirement.source)}"
    if requirement.needs:
        yield f"Needs: {', '.join(requirement.needs)}"
    if requirement.since:
        yield f"Since: TGI {requirement.since}"
    if requirement.hurts:
        yield f"Left out by `--gentle`: {_text(requirement.hurts)}"
    caught = [f"[{name}](../faults.md#{name})" for name in sorted(matrix.get(requirement.id, ()))]
    if caught:
        yield f"Caught: {_names(caught)}"


def command_line_page(group: click.Group) -> str:
    """The page of the commands, those of a group within it included."""
    return "\n".join([COMMANDS, *_commands(group, "tgi-conformance")])


def _commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        elif command is not None:
            yield from _command(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield f"## {path}\n"
    yield f"```text\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```\n"
    yield f"{_text(cleandoc(command.help or ''))}\n"
    examples = (command.epilog or "").replace("\b", "").replace("Examples:", "").strip("\n")
    if examples:
        lines = "\n".join(line.strip() for line in examples.splitlines())
        yield f"```sh\n{lines}\n```\n"
    table = options_table(command)
    if table.count("\n") > 1:
        yield f"{table}\n"


def _link(requirement: str, folder: str) -> str:
    return f"[{requirement}]({folder}{requirement.partition('.')[0]}.md#{requirement})"


def _text(text: str) -> str:
    return text.replace("<", "&lt;")


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def _source(source: str) -> str:
    if source.startswith("#"):
        return f'[`{source}`](../../spec/openapi.json "{source}")'
    if source.startswith("behaviour.md"):
        return f"[{source.partition('#')[2] or 'behaviour'}](../{source})"
    return f"[{source.partition('#')[2] or 'standard'}]({source})"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown
