"""Servers for the clients, and what some clients need of the machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.clients.run_example import EXAMPLES

from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tgi_reference.server import Running

CHROMIUM = Path("/usr/bin/chromium")
NODE = EXAMPLES / "node"
LOCAL = ("http://127.0.0.1:", "data:", "blob:")
# No host but this one can be found, so that whatever a page needs of another fails.
CHROMIUM_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-sandbox",
]


@pytest.fixture(scope="session")
def slow_server() -> Iterator[Running]:
    """A server that takes a quarter of a second a token: what comes early is told from what comes late."""
    with running(Settings(token_latency=0.25)) as server:
        yield server


@pytest.fixture
def one_at_a_time() -> Iterator[Running]:
    """A slow server that takes one request at a time."""
    with running(Settings(max_concurrent_requests=1, token_latency=0.25)) as server:
        yield server


@pytest.fixture(scope="session")
def failing_server() -> Iterator[Running]:
    """A server whose model fails on marked prompts."""
    with running(Settings(failure_prompts=True)) as server:
        yield server


@pytest.fixture(scope="session")
def locked_server() -> Iterator[Running]:
    """A server that wants the key `sesame`."""
    with running(Settings(api_key="sesame")) as server:
        yield server


@pytest.fixture(scope="session")
def node() -> str:
    """Give the node command, once the packages of the examples are as their lock file says."""
    command, npm = shutil.which("node"), shutil.which("npm")
    if command is None or npm is None:
        pytest.skip("needs Node and npm")
    installed, locked = NODE / "node_modules" / ".package-lock.json", NODE / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        done = subprocess.run(  # noqa: S603 (our own packages)
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=NODE,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert 0 == done.returncode, done.stderr
    return command


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the path of Debian's Chromium."""
    pytest.importorskip("playwright.sync_api", reason="needs Playwright's Python package")
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}")
    return CHROMIUM


# As long as a module: while Playwright runs, its thread has an event loop, and other tests want their own.
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A headless browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (not installed for every session)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a browser that has seen nothing yet; it is an error to ask another host."""
    page = browser.new_page()
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith(LOCAL) else foreign.append(request.url),
    )
    yield page
    page.close()
    assert [] == foreign
