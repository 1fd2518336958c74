"""`tgi-conformance client generate --out DIR`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from tgi_client_generator.commands.command import DocumentCommand
from tgi_client_generator.commands.generate_log import as_json, every_change, refusal, summary
from tgi_client_generator.output import PACKAGE, difference, install, package_of
from tgi_common.command_line import WrongUsage, examples
from tgi_common.extras import needing
from tgi_document.errors import DocumentError
from tgi_document.files import replace_file
from tgi_document.load import load_document
from tgi_document.pinned import corrections_path, pinned_path

if TYPE_CHECKING:
    from tgi_client_generator.generate import Generated
    from tgi_document.walk import Document

DONE, STALE = 0, 1
FOLDER = click.Path(path_type=Path)


class Incomplete(click.ClickException):
    """Operations of the document are missing in the client."""

    exit_code = 1


EXAMPLES = examples(
    "client generate --out my-client",
    "client generate --spec openapi.json --out my-client --check",
)


@click.command("generate", cls=DocumentCommand, epilog=EXAMPLES)
@click.option(
    "--spec",
    type=FOLDER,
    metavar="FILE",
    help="The document, JSON or YAML.  [default: the pinned one of TGI]",
)
@click.option("--out", type=FOLDER, metavar="DIR", required=True, help="The folder of the client.")
@click.option(
    "--package", default=PACKAGE, metavar="NAME", show_default=True, help="Name of the package and the wheel."
)
@click.option(
    "--corrections",
    "own_corrections",
    type=FOLDER,
    metavar="FILE",
    help="Corrections to the document, an OpenAPI Overlay.  [default: those to TGI's]",
)
@click.option("--no-corrections", is_flag=True, help="Take the document as it is, errors in its form apart.")
@click.option("--strict", is_flag=True, help="Refuse a document of which anything cannot be expressed.")
@click.option("--check", is_flag=True, help="Write nothing, show what is stale.")
@click.option("--report", type=FOLDER, metavar="FILE", help="Write repairs, corrections and losses as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each repair, correction and loss.")
@click.option("--quiet", is_flag=True, help="Tell none of them.")
@click.pass_context
def generate_command(ctx: click.Context, /, *, spec: Path | None, out: Path, **options: Any) -> int:
    """Generate the typed client of a server from its document: a package NAME in DIR.

    What of a document cannot be expressed is typed as anything, and told as a loss.

    Ends with 0 if it is done, or if --check finds nothing stale; 1 if it does, or if operations are missing;
    2 if a document or a folder will not do.
    """
    chosen = _Chosen(spec or pinned_path(), out, **options)
    with needing("client", ctx.command_path):
        return _generate(chosen, ctx.command_path)


@frozen
class _Chosen:
    """What the options say."""

    spec: Path
    out: Path
    package: str = field(converter=package_of)
    own_corrections: Path | None
    no_corrections: bool
    strict: bool
    check: bool
    report: Path | None
    verbose: bool
    quiet: bool

    @property
    def corrections(self) -> Path | None:
        """The file of the corrections that are wanted."""
        if self.no_corrections:
            if self.own_corrections:
                raise WrongUsage("--no-corrections and --corrections exclude each other")
            return None
        return self.own_corrections or corrections_path()


def _generate(chosen: _Chosen, command: str) -> int:
    from tgi_client_generator.generate import generate  # noqa: PLC0415 - of an extra
    from tgi_client_generator.overlay import load_overlay  # noqa: PLC0415 - of an extra

    corrections = load_overlay(chosen.corrections) if chosen.corrections else None
    document = load_document(chosen.spec)
    with tempfile.TemporaryDirectory(prefix="generate-") as name:
        fresh = Path(name)
        generated = generate(document, corrections, fresh, chosen.package)
        _tell(chosen, document, generated)
        _refuse(chosen, generated)
        return _check(fresh, chosen, command) if chosen.check else _install(fresh, chosen, generated)


def _tell(chosen: _Chosen, document: Document, generated: Generated) -> None:
    if chosen.verbose:
        for line in every_change(generated.changes):
            click.echo(line, err=True)
    if not chosen.quiet:
        for line in summary(document, generated):
            click.echo(line, err=True)
    if chosen.report:
        replace_file(chosen.report, as_json(document, str(chosen.spec), generated).encode())


def _refuse(chosen: _Chosen, generated: Generated) -> None:
    """Refuse what shall not be, before anything is written; raises DocumentError or Incomplete."""
    if chosen.own_corrections and generated.not_corrected:
        raise DocumentError(f"{chosen.own_corrections}: not applied: {generated.not_corrected}")
    if chosen.strict and generated.losses:
        raise DocumentError(f"{chosen.spec}: {refusal(generated.losses)}")
    if generated.operations_in != generated.operations_out:
        counts = f"{generated.operations_out} of {generated.operations_in}"
        raise Incomplete(f"only {counts} operations came out, nothing was written")


def _check(fresh: Path, chosen: _Chosen, command: str) -> int:
    stale = difference(fresh, chosen.out, chosen.package)
    if not stale:
        click.echo("the client is what its document gives")
        return DONE
    click.echo("\n".join(stale))
    click.echo(f"the client is stale: run {command}", err=True)
    return STALE


def _install(fresh: Path, chosen: _Chosen, generated: Generated) -> int:
    install(fresh, chosen.out, chosen.package)
    counts = f"{generated.operations_out} of {generated.operations_in} operations"
    click.echo(f"{counts}, in {chosen.out / chosen.package}")
    return DONE
