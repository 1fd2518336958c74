"""Swagger UI at /docs in a browser: the operations are listed, and one is tried out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.clients.run_example import GENERATE, ask, python, run

from tgi_document.operations import METHODS
from tgi_document.pinned import pinned_document

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tgi_reference.server import Running

pytestmark = pytest.mark.browser


def test_operations_are_listed_and_one_answers(chromium: Path, tgi_server: Running) -> None:
    output = run(*python("swagger_ui", tgi_server.url), str(chromium))
    operations, status, answer = output.partition("200\n")
    documented = {
        f"{method.upper()} {path}"
        for path, item in pinned_document()["paths"].items()
        for method in item
        if method in METHODS
    }

    assert documented == set(operations.splitlines())
    assert "200\n" == status
    assert ask(tgi_server.url, "/generate", GENERATE) == json.loads(answer)


def test_page_needs_no_other_host(page: Page, tgi_server: Running) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: complaints.append(request.url))

    page.goto(f"{tgi_server.url}/docs")
    page.locator(".opblock").first.wait_for()

    assert f"{tgi_server.url}/docs/" == page.url
    assert [] == complaints
