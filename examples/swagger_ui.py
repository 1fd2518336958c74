"""Try a route out in the Swagger UI of a TGI server, in a browser that reaches no other host.

Usage: python examples/swagger_ui.py http://127.0.0.1:8080 [/usr/bin/chromium]
"""

from __future__ import annotations

import json
import os
import sys

from playwright.sync_api import Page, sync_playwright

QUESTION = {"inputs": "What is Deep Learning?", "parameters": {"max_new_tokens": 20}}
FLAGS = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

url = sys.argv[1]
chromium = sys.argv[2] if sys.argv[2:] else "/usr/bin/chromium"


def list_operations(page: Page) -> None:
    """Print method and path of every operation that the page shows."""
    page.locator(".opblock").first.wait_for()
    for operation in page.locator(".opblock-summary").all():
        method, path = operation.locator(".opblock-summary-method, .opblock-summary-path").all_inner_texts()
        print(method, path.replace("\u200b", ""))  # the page lets long paths break


def try_out(page: Page) -> None:
    """Send the question through the page, and print what it shows of the answer."""
    operation = page.locator(".opblock").filter(
        has=page.locator(".opblock-summary-path[data-path='/generate']")
    )
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("textarea").fill(json.dumps(QUESTION))
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response")
    print(answer.locator(".response-col_status").inner_text().split()[0])
    print(answer.locator(".highlight-code code, pre.microlight").first.inner_text())


with sync_playwright() as playwright:
    # Chromium's sandbox cannot be had as root, which containers and CI often are.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, chromium_sandbox=not as_root)
    page = browser.new_page()
    page.goto(f"{url}/docs")
    list_operations(page)
    try_out(page)
    browser.close()
