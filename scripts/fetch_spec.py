"""Fetch the document that a server serves, and tell what changed against the pinned one.

Exits 0 when nothing changed, 1 when something did, 2 when the document could not be had.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

try:
    import tgi_document  # noqa: F401
except ModuleNotFoundError:  # a checkout with its dependencies, but without itself, installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "document"))

import click

from document_commands import CHANGED, SAME, access_from, options_for_servers, run
from tgi_document.changes_report import Side, report
from tgi_document.diff import diff
from tgi_document.fetch import fetch_document
from tgi_document.files import replace_file
from tgi_document.pinned import pinned_document, pinned_path, require_tgi
from tgi_document.text import visible


@click.command("fetch_spec.py")
@click.argument("url")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the document there.")
@options_for_servers
def main(  # noqa: PLR0913, PLR0917 (one for each option)
    url: str,
    out: Path | None,
    api_key_env: str | None,
    headers: tuple[str, ...],
    ca: Path | None,
    timeout: float,
    output: str,
) -> int:
    """Fetch the document of the server at URL, and tell what changed against spec/openapi.json.

    The document is looked for by way of URL/docs, then at URL/api-doc/openapi.json and URL/openapi.json.
    """
    found = fetch_document(url, access_from(api_key_env, headers, ca, timeout))
    require_tgi(found.document, found.url)
    pinned = pinned_document()
    changes = diff(pinned, found.document)
    if out is not None:
        text = json.dumps(found.document, indent=2, ensure_ascii=False) + "\n"
        replace_file(out, text.encode())
    click.echo(visible(f"{found.url} ({found.how})", 1000), err=True)
    sides = (Side.of(pinned, pinned_path().name), Side.of(found.document, found.url))
    click.echo(report(changes, *sides, output), nl=False)
    return CHANGED if changes else SAME


if __name__ == "__main__":
    run(main)
