"""`tgi-conformance client diff OLD NEW`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tgi_client_generator.commands.command import DocumentCommand
from tgi_client_generator.commands.servers import document_from, options_for_servers, status_of
from tgi_common.command_line import examples
from tgi_document.changes_report import Side, report
from tgi_document.diff import diff

if TYPE_CHECKING:
    from tgi_client_generator.commands.servers import AccessOptions


EXAMPLES = examples(
    "client diff old.json new.json",
    "client diff https://your.host https://another.host --format json",
)


@click.command("diff", cls=DocumentCommand, epilog=EXAMPLES)
@click.argument("old")
@click.argument("new")
@options_for_servers
def diff_command(*, old: str, new: str, access: AccessOptions, fail_on: str, output: str) -> int:
    """Show what changed from OLD to NEW and which clients it breaks; each is a file or a server's URL.

    Ends with 0 if nothing changed, 1 if something did (see --fail-on), 2 if a document could not be read.
    """
    (before, old_source), (after, new_source) = document_from(old, access), document_from(new, access)
    changes = diff(before, after)
    click.echo(report(changes, Side.of(before, old_source), Side.of(after, new_source), output), nl=False)
    return status_of(changes, fail_on)
