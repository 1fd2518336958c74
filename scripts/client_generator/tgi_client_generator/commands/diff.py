"""`tgi-conformance client diff OLD NEW`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tgi_client_generator.commands.command import CHANGED, SAME, DocumentCommand
from tgi_client_generator.commands.servers import access_from, document_from, options_for_servers
from tgi_document.changes_report import Side, report
from tgi_document.diff import diff

if TYPE_CHECKING:
    from pathlib import Path


@click.command("diff", cls=DocumentCommand)
@click.argument("old")
@click.argument("new")
@options_for_servers
def diff_command(  # noqa: PLR0913, PLR0917 (one for each option)
    old: str,
    new: str,
    api_key_env: str | None,
    headers: tuple[str, ...],
    ca: Path | None,
    timeout: float,
    output: str,
) -> int:
    """Tell what changed from OLD to NEW and whom it breaks; each is a file or the URL of a server.

    Ends with 0 if nothing changed, 1 if something did, 2 if a document could not be had.
    """
    access = access_from(api_key_env, headers, ca, timeout)
    (before, old_source), (after, new_source) = document_from(old, access), document_from(new, access)
    changes = diff(before, after)
    click.echo(report(changes, Side.of(before, old_source), Side.of(after, new_source), output), nl=False)
    return CHANGED if changes else SAME
