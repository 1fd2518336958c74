"""A headless Chromium in which pages are opened as their readers do: from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.clients.conftest import CHROMIUM, CHROMIUM_FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright's Python package")
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open a page from a file; it is an error to complain in the console or to fetch anything else."""
    troubles: list[str] = []
    pages: list[Page] = []

    def opened(html: str, **context: object) -> Page:
        path = tmp_path / f"report-{len(pages)}.html"
        path.write_text(html, "utf-8")
        page = browser.new_page(**context)  # type: ignore[arg-type]
        page.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        page.on("request", lambda request: fetched(request.url, path))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    def fetched(url: str, path: Path) -> None:
        if url.partition("#")[0] != path.as_uri() and not url.startswith("data:"):
            troubles.append(f"fetched {url}")

    yield opened
    for page in pages:
        page.close()
    assert [] == troubles
