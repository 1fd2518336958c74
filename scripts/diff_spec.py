"""Tell what changed between two documents, and whom each change breaks.

Exits 0 when nothing changed, 1 when something did, 2 when a document could not be had.
"""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import tgi_document  # noqa: F401
except ModuleNotFoundError:  # a checkout with its dependencies, but without itself, installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "document"))

import click

from document_commands import CHANGED, SAME, access_from, document_from, options_for_servers, run
from tgi_document.changes_report import Side, report
from tgi_document.diff import diff


@click.command("diff_spec.py")
@click.argument("old")
@click.argument("new")
@options_for_servers
def main(  # noqa: PLR0913, PLR0917 (one for each option)
    old: str,
    new: str,
    api_key_env: str | None,
    headers: tuple[str, ...],
    ca: Path | None,
    timeout: float,
    output: str,
) -> int:
    """Tell what changed from OLD to NEW, each a file or the URL of a server (or of its document)."""
    access = access_from(api_key_env, headers, ca, timeout)
    (before, old_source), (after, new_source) = document_from(old, access), document_from(new, access)
    changes = diff(before, after)
    click.echo(report(changes, Side.of(before, old_source), Side.of(after, new_source), output), nl=False)
    return CHANGED if changes else SAME


if __name__ == "__main__":
    run(main)
