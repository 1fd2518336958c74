"""Write docs/requirements.md and docs/faults.md from the catalogues and the recorded matrix of faults.

`--check` writes nothing and ends with 1 where a page is not what it would write.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tgi_conformance.reports.files import write_atomically
from tgi_conformance.requirements import requirements
from tgi_reference.injection.catalogues import all_faults, all_variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tgi_conformance.requirements import Requirement
    from tgi_reference.injection.hooks import Injection

    Matrix = Mapping[str, Sequence[str]]

DOCS = Path(__file__).parents[1] / "docs"
MATRIX = DOCS / "fault-matrix.json"
SHOWN = 4  # names shown in a cell; of more only the number is told
REQUIREMENTS = """\
# Requirements

What the suite holds a deployment to, by route. Written by `nox -s docs` from the catalogue; do not edit.

*Level* says how binding a requirement is (RFC 2119: only a broken MUST fails a run), *depth* the shallowest
run that holds it. *Source* is where the promise is made: a place in the [document](../spec/openapi.json), or
an entry of [behaviour.md](behaviour.md). *Caught* names faults of the reference server
(`tgi-conformance faults`) that this requirement catches, as the self-test recorded them in
[fault-matrix.json](fault-matrix.json).
"""
FAULTS = """\
# Faults and variants

What can be wrong with the reference server, and what may differ. Written by `nox -s docs`; do not edit.

`tgi-conformance serve --fault NAME` breaks one promise, `--variant NAME` serves the same API in another legal
way; both may be repeated, and both are off unless asked for. A fault is *caught by* the
[requirements](requirements.md) named here, which the self-test proves; a variant must be caught by none.
"""


@click.command()
@click.option("--check", is_flag=True, help="Only tell whether the pages are fresh.")
def main(*, check: bool) -> None:
    """Write docs/requirements.md and docs/faults.md, or tell whether they are fresh."""
    matrix: Matrix = json.loads(MATRIX.read_text("utf-8"))
    pages = {
        DOCS / "requirements.md": requirements_page(requirements(), matrix),
        DOCS / "faults.md": faults_page(all_faults(), all_variants(), matrix),
    }
    for path, written in pages.items():
        if not check:
            write_atomically(path, written)
        elif not path.exists() or path.read_text("utf-8") != written:
            print(f"docs/{path.name} is stale: run `nox -s docs`", file=sys.stderr)
            sys.exit(1)


def faults_page(faults: Iterable[Injection], variants: Iterable[Injection], matrix: Matrix) -> str:
    """The page of faults and variants. ``matrix`` gives for each requirement the faults that it catches."""
    catchers = {one.name: sorted(id_ for id_, names in matrix.items() if one.name in names) for one in faults}
    rows = [f"| {one.name} | {_cell(one.statement)} | {_caught(catchers[one.name])} |" for one in faults]
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


def requirements_page(every: Sequence[Requirement], matrix: Matrix) -> str:
    """The page of requirements. ``matrix`` gives for each of them, by its id, the faults that it catches."""
    faults = {name for names in matrix.values() for name in names}
    routes = sorted({one.route for one in every})
    sections = ["\n".join(_section([one for one in every if one.route == route], matrix)) for route in routes]
    head = f"{REQUIREMENTS}\n{len(every)} requirements, {len(faults)} faults.\n\n"
    return head + "\n\n".join(sections) + "\n"


def _section(every: Sequence[Requirement], matrix: Matrix) -> Iterator[str]:
    yield f"## {every[0].route}\n"
    yield f"`{every[0].operation}`\n"
    yield "| requirement | level | depth | source | caught |"
    yield "| --- | --- | --- | --- | --- |"
    for requirement in every:
        yield _row(requirement, sorted(matrix.get(requirement.id, ())))


def _row(requirement: Requirement, caught: Sequence[str]) -> str:
    cells = (
        f"**{requirement.id.partition('.')[2]}**<br>{_cell(requirement.statement)}",
        requirement.level.value,
        requirement.depth.value,
        _source(requirement.source),
        _caught(caught),
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _source(source: str) -> str:
    if source.startswith("#"):
        return f'[`{_cell(source.rpartition("/")[2] or source)}`](../spec/openapi.json "{source}")'
    if source.startswith("behaviour.md"):
        return f"[{source.partition('#')[2] or 'behaviour'}]({source})"
    return f"[{source.partition('#')[2] or 'standard'}]({source})"


def _caught(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown


if __name__ == "__main__":
    main()
