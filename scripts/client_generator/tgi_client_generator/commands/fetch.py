"""`tgi-conformance client fetch URL`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tgi_client_generator.commands.command import DocumentCommand
from tgi_client_generator.commands.servers import AccessOptions, options_for_servers, status_of
from tgi_common.command_line import examples
from tgi_common.text import visible
from tgi_document.changes_report import Side, report
from tgi_document.diff import diff
from tgi_document.fetch import fetch_document
from tgi_document.files import replace_file
from tgi_document.pinned import pinned_document, pinned_path, require_tgi

EXAMPLES = examples(
    "client fetch https://your.host/prefix --api-key-env MY_KEY",
    "client fetch https://your.host --out openapi.json",
)


@click.command("fetch", cls=DocumentCommand, epilog=EXAMPLES)
@click.argument("url")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the document there.")
@options_for_servers
def fetch_command(*, url: str, out: Path | None, access: AccessOptions, fail_on: str, output: str) -> int:
    """Fetch the document of the server at URL and compare it with the pinned one.

    The document is searched for through URL/docs, then at URL/api-doc/openapi.json and URL/openapi.json.

    Ends with 0 if nothing changed, 1 if something did (see --fail-on), 2 if it could not be fetched.
    """
    found = fetch_document(url, access.to(url))
    require_tgi(found.document, found.url)
    pinned = pinned_document()
    changes = diff(pinned, found.document)
    if out is not None:
        text = json.dumps(found.document, indent=2, ensure_ascii=False) + "\n"
        replace_file(out, text.encode())
    click.echo(visible(f"{found.url} ({found.how})", 1000), err=True)
    sides = (Side.of(pinned, pinned_path().name), Side.of(found.document, found.url))
    click.echo(report(changes, *sides, output), nl=False)
    return status_of(changes, fail_on)
