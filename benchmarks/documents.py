"""What becomes of OpenAPI documents: operations in and out, losses, seconds, or why there is no client.

Each document of a folder is generated as a user would, in a process of its own, and the client is imported
whole. `--page docs/documents.md` compares the rows in a page with what was found (seconds aside, which no two
runs share), so that the page cannot go stale unnoticed; `--write` puts new rows there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from attrs import frozen

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "tests" / "data" / "documents"
BEGIN, END = "<!-- the table of benchmarks/documents.py -->", "<!-- end -->"
HEAD = (
    "| document | title and version | OpenAPI | operations in | out | losses | seconds | result |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import tgi_client
for item in pkgutil.walk_packages(tgi_client.__path__, "tgi_client."):
    importlib.import_module(item.name)
from tgi_client.models import *
"""


@frozen
class Row:
    """What became of one document."""

    name: str
    title: str = ""
    version: str = ""
    operations_in: int | None = None
    operations_out: int | None = None
    losses: int | None = None
    seconds: float = 0.0
    result: str = "whole"

    def cells(self) -> list[str]:
        """Give the cells of the table."""
        counts = (self.operations_in, self.operations_out, self.losses)
        told = ["" if count is None else f"{count}" for count in counts]
        texts = [self.name, self.title, self.version, *told, f"{self.seconds:.1f}", self.result]
        return [re.sub(r"([|\\<>*_`])", r"\\\1", text) for text in texts]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=OWN)
@click.option("--page", type=click.Path(path_type=Path), help="Compare with the table in this page.")
@click.option("--write", is_flag=True, help="Put the table into the page.")
def main(*, folder: Path, page: Path | None, write: bool) -> None:
    """Print the table for the documents in FOLDER; exits with 1 if the page has another one."""
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in {".json", ".yaml", ".yml"}]
    found = {path.name: line_of(became(path)) for path in paths}
    click.echo("\n".join([*HEAD, *found.values()]))
    if page is None:
        return
    text = page.read_text("utf-8")
    known = rows_of(text)
    if write:
        page.write_text(with_rows(text, {**known, **found}), "utf-8")
        return
    stale = [
        name for name, line in found.items() if without_seconds(known.get(name)) != without_seconds(line)
    ]
    for name in stale:
        click.echo(f"{page}: the row of {name} is stale, run with --write", err=True)
    sys.exit(1 if stale else 0)


def became(path: Path) -> Row:
    """Generate the client of a document and import it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = folder / "report.json"
        command = [sys.executable, "-m", "tgi_conformance.cli.main", "client", "generate", "--quiet"]
        started = time.monotonic()
        made = run([*command, "--spec", str(path), "--out", str(folder / "out"), "--report", str(report)])
        seconds = time.monotonic() - started
        if made.returncode:
            reason = made.stderr.strip().removeprefix(f"Error: {path}: ")
            return Row(path.name, seconds=seconds, result=reason)
        told = json.loads(report.read_text("utf-8"))
        imported = run([sys.executable, "-c", IMPORT_ALL, str(folder / "out")])
    document, operations = told["document"], told["operations"]
    return Row(
        path.name,
        f"{document['title']} {document['version']}",
        document["openapi"],
        operations["in"],
        operations["out"],
        len(told["losses"]),
        seconds,
        "whole" if not imported.returncode else f"not importable: {imported.stderr.strip().splitlines()[-1]}",
    )


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command; raises TimeoutExpired after ten minutes."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)  # noqa: S603 (our own)


def line_of(row: Row) -> str:
    """Write a row of the table."""
    return f"| {' | '.join(row.cells())} |"


def rows_of(text: str) -> dict[str, str]:
    """Give the rows of the table in a page by the names of the documents; none if it has none."""
    lines = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()[len(HEAD) :]
    return {re.sub(r"\\(.)", r"\1", line.split("|")[1].strip()): line for line in lines}


def with_rows(text: str, rows: dict[str, str]) -> str:
    """Give the page with other rows."""
    before, _, rest = text.partition(BEGIN)
    table = [*HEAD, *(rows[name] for name in sorted(rows))]
    return "\n".join([f"{before}{BEGIN}", "", *table, "", f"{END}{rest.partition(END)[2]}"])


def without_seconds(line: str | None) -> list[str]:
    """Give the cells of a row, the seconds left out."""
    cells = re.split(r"(?<!\\)\|", line or "")
    return [*cells[:7], *cells[8:]]


if __name__ == "__main__":
    main()
