"""ChatUI's way, and the current release of its package, under Node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.clients.run_example import EXAMPLES, REFUSED, chatted, events_of, generated, run, started

if TYPE_CHECKING:
    from tgi_reference.server import Running

pytestmark = pytest.mark.node


def script(name: str) -> str:
    return str(EXAMPLES / "node" / f"{name}.mjs")


def test_chat_ui(node: str, tgi_server: Running) -> None:
    text = generated(tgi_server.url)

    assert f"{text}\n{text}\n" == run(node, script("chat_ui"), tgi_server.url)


def test_chat_ui_shows_tokens_while_the_model_writes(node: str, slow_server: Running) -> None:
    body = {"inputs": "What is Deep Learning?", "parameters": {"max_new_tokens": 1}}
    first = events_of(slow_server.url, "/generate_stream", body)[0]["token"]["text"]

    with started(node, script("chat_ui"), slow_server.url) as output:
        shown = output.read(1000)

    assert first.encode() == shown


# Its textGenerationStream makes every URL one of /v1/completions (HFInferenceTextGenerationTask.makeUrl).
def test_current_release_does_not_take_the_url_of_a_stream(node: str, tgi_server: Running) -> None:
    with started(node, script("chat_ui"), tgi_server.url, "@huggingface/inference") as output:
        complaint = output.read().decode()

    assert "/generate_stream/v1/completions" in complaint
    assert "status: 404" in complaint


def test_current_release_generates_by_completions(node: str, tgi_server: Running) -> None:
    expected = f"{generated(tgi_server.url)}\nlength 20\n"

    assert expected == run(node, script("text_generation_stream"), tgi_server.url)


def test_current_release_chats(node: str, tgi_server: Running) -> None:
    *lines, refusal = run(node, script("chat_stream"), tgi_server.url).splitlines()

    assert "\n".join(chatted(tgi_server.url)) == "\n".join(lines)
    assert refusal.endswith(REFUSED)
