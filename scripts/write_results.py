"""Write docs/results.md from the recorded results, each of which is checked first."""

from __future__ import annotations

from pathlib import Path

import click

from recorded_results import ResultError, recorded_results
from results_page import results_page
from tgi_conformance.reports.files import write_atomically

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
PAGE = ROOT / "docs" / "results.md"


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if docs/results.md is not up to date.")
def main(*, check: bool) -> None:
    """Check every report in results/ and write docs/results.md from them."""
    try:
        page = results_page(recorded_results(RESULTS))
    except ResultError as error:
        raise click.ClickException(str(error)) from None
    if not check:
        write_atomically(PAGE, page)
    elif not PAGE.exists() or PAGE.read_text("utf-8") != page:
        raise click.ClickException("docs/results.md is not up to date; run `nox -s results`")


if __name__ == "__main__":
    main()
