"""Take the pictures of docs/images anew: two of a report in HTML, one of a terminal.

They show real runs against the reference server, the HTML report with two faults. Needs Chromium, and
Playwright from the group `clients`.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI

from tgi_conformance import run
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.terminal import print_report
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tgi_conformance.results.report import Report

IMAGES = Path(__file__).parents[1] / "docs" / "images"
FAULTS = ("streamed-usage-counts-one-more", "tool-arguments-do-not-parse")
FINDING = "chat-completions.streamed-length-means-the-limit-was-reached"  # a stream whose usage is marked
SHOWN_URL = "http://127.0.0.1:8080"  # instead of the port that the system chose
LARGEST = 300_000  # bytes of a picture


@click.command()
@click.option("--chromium", default="/usr/bin/chromium", show_default=True, help="The browser.")
def main(chromium: str) -> None:
    """Take the pictures of docs/images anew."""
    broken, good = _page(_report(FAULTS)), _terminal(_report(()))
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        Path(folder, "report.html").write_text(broken, "utf-8")
        Path(folder, "terminal.html").write_text(f"<body style='margin: 0'>{good}", "utf-8")
        _take_report(browser, Path(folder, "report.html").as_uri())
        _take_terminal(browser, Path(folder, "terminal.html").as_uri())
        browser.close()
    for path in sorted(IMAGES.glob("*.png")):
        size = path.stat().st_size
        click.echo(f"{path.name}: {size:,} bytes{'' if size < LARGEST else ', which is too large'}")


def _report(faults: tuple[str, ...]) -> Report:
    with running(Settings(faults=faults, quiet=True)) as server:
        return run(server.url)


def _page(report: Report) -> str:
    return write_html(report).replace(report.target, SHOWN_URL)


def _terminal(report: Report) -> str:
    console = Console(record=True, width=100, force_terminal=True, file=StringIO())
    console.print(f"$ tgi-conformance run {SHOWN_URL} --html report.html", highlight=False)
    print_report(report, console, {"html": Path("report.html")})
    return console.export_svg(title="tgi-conformance run", theme=MONOKAI).replace(report.target, SHOWN_URL)


def _take_report(browser: Browser, url: str) -> None:
    light = browser.new_page(viewport={"width": 1200, "height": 960}, color_scheme="light")
    light.goto(url)
    light.screenshot(path=IMAGES / "report-light.png")
    dark = browser.new_page(viewport={"width": 1200, "height": 960}, color_scheme="dark")
    dark.goto(f"{url}#{FINDING}")
    dark.screenshot(path=IMAGES / "report-dark.png")


def _take_terminal(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.goto(url)
    page.locator("svg").first.screenshot(path=IMAGES / "terminal.png", omit_background=True)


if __name__ == "__main__":
    main()
