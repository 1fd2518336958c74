"""Show a chat in the browser whose answers grow while the model writes.

Usage: python examples/gradio_stream.py http://127.0.0.1:8080
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import gradio
from huggingface_hub import InferenceClient

if TYPE_CHECKING:
    from collections.abc import Iterator

client = InferenceClient(model=sys.argv[1])


def answer(message: str, _history: list[Any]) -> Iterator[str]:
    """Give what was written so far, again and again."""
    text = ""
    for token in client.text_generation(message, max_new_tokens=20, stream=True):
        text += token
        yield text


gradio.ChatInterface(answer, title="Text Generation Inference").launch()
