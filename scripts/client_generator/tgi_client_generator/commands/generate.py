"""`tgi-conformance client generate --out DIR`."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tgi_client_generator.commands.command import DocumentCommand
from tgi_client_generator.output import difference, install
from tgi_common.command_line import examples
from tgi_common.extras import needing
from tgi_document.load import load_document
from tgi_document.pinned import corrections_path, pinned_path

if TYPE_CHECKING:
    from tgi_client_generator.generate import Generated
    from tgi_document.repairs import Change

DONE, STALE = 0, 1
FOLDER = click.Path(path_type=Path)
MOST_OF_A_RULE = 20  # changes by one rule that are logged one by one; TGI's document has 28 of one


class Incomplete(click.ClickException):
    """Operations of the document are missing in the client."""

    exit_code = 1


EXAMPLES = examples(
    "client generate --out my-client",
    "client generate --spec openapi.json --out my-client --check",
)


@click.command("generate", cls=DocumentCommand, epilog=EXAMPLES)
@click.option("--spec", type=FOLDER, metavar="FILE", help="The document.  [default: the pinned one of TGI]")
@click.option("--out", type=FOLDER, metavar="DIR", required=True, help="The folder of the client.")
@click.option("--check", is_flag=True, help="Write nothing, show what is stale.")
@click.option("--quiet", is_flag=True, help="Do not log what was repaired and corrected.")
@click.pass_context
def generate_command(ctx: click.Context, *, spec: Path | None, out: Path, check: bool, quiet: bool) -> int:
    """Generate the typed client of a server from its document: a package tgi_client in DIR.

    Ends with 0 if it is done, or if --check finds nothing stale; 1 if it does, or if operations are missing;
    2 if a document or a folder will not do.
    """
    with needing("client", ctx.command_path):
        from tgi_client_generator.generate import generate  # noqa: PLC0415 - of an extra
        from tgi_client_generator.overlay import load_overlay  # noqa: PLC0415 - of an extra

    document, corrections = load_document(spec or pinned_path()), load_overlay(corrections_path())
    with tempfile.TemporaryDirectory(prefix="generate-") as name:
        fresh = Path(name)
        generated = generate(document, corrections, fresh)
        if not quiet:
            _log(generated.changes)
        if generated.operations_in != generated.operations_out:
            counts = f"{generated.operations_out} of {generated.operations_in}"
            raise Incomplete(f"only {counts} operations came out, nothing was written")
        return _check(fresh, out, ctx.command_path) if check else _install(fresh, out, generated)


def _check(fresh: Path, out: Path, command: str) -> int:
    stale = difference(fresh, out)
    if not stale:
        click.echo("the client is what its document gives")
        return DONE
    click.echo("\n".join(stale))
    click.echo(f"the client is stale: run {command}", err=True)
    return STALE


def _install(fresh: Path, out: Path, generated: Generated) -> int:
    install(fresh, out)
    click.echo(f"{generated.operations_out} of {generated.operations_in} operations, in {out / 'tgi_client'}")
    return DONE


def _log(changes: list[Change]) -> None:
    seen: Counter[str] = Counter()
    for change in changes:
        seen[change.rule] += 1
        if seen[change.rule] <= MOST_OF_A_RULE or change.rule == "correction":
            click.echo(change, err=True)
    for rule, count in seen.items():
        if count > MOST_OF_A_RULE and rule != "correction":
            click.echo(f"{rule}: and {count - MOST_OF_A_RULE} more", err=True)
