"""Gradio's ChatInterface in a browser: a question is typed, and the answer grows, or comes whole."""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.clients.run_example import CHAT, MESSAGES, QUESTION, ask, generated, python, started

from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tgi_reference.server import Running

pytestmark = pytest.mark.browser

# Keeps each text that the last answer on the page has had.
WATCH = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const answer = [...document.querySelectorAll("[data-testid=bot]")].at(-1)?.innerText;
        const text = (answer ?? "").trim().replace(/\\s+/g, " ");
        if (text && text !== window.seen.at(-1)) window.seen.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def unhurried() -> Iterator[Running]:
    """A server that writes a token each 50 ms, so that there is something to see."""
    with running(Settings(token_latency=0.05)) as server:
        yield server


@contextmanager
def gradio(name: str, server: Running) -> Iterator[str]:
    """Run a Gradio example as long as the context lasts; gives its URL."""
    with started(*python(name, server.url)) as output:
        shown = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+(?=\s)", shown)):
            piece = output.read(1000)
            assert piece, shown
            shown += piece.decode()
        yield found[0]


def say(page: Page, text: str, answer: str) -> list[str]:
    """Type a message and wait until the answer stands there; gives each text seen on the way."""
    page.evaluate(WATCH)
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")
    page.wait_for_function("answer => window.seen.at(-1) === answer", arg=one_line(answer))
    seen: list[str] = page.evaluate("window.seen")
    return seen


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_answer_grows(page: Page, unhurried: Running) -> None:
    with gradio("gradio_stream", unhurried) as url:
        page.goto(url)
        seen = say(page, QUESTION, generated(unhurried.url))

    assert 3 < len(seen)
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))


def test_answers_come_whole(page: Page, unhurried: Running) -> None:
    with gradio("gradio_chat", unhurried) as url:
        page.goto(url)
        first = ask(unhurried.url, "/v1/chat/completions", CHAT)["choices"][0]["message"]["content"]
        assert [one_line(first)] == say(page, QUESTION, first)

        # The second question goes with the conversation so far.
        said = [*MESSAGES, {"role": "assistant", "content": first}, {"role": "user", "content": "And then?"}]
        second = ask(unhurried.url, "/v1/chat/completions", CHAT | {"messages": said})
        answer = second["choices"][0]["message"]["content"]
        assert one_line(answer) == say(page, "And then?", answer)[-1]
