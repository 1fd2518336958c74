"""Show a chat in the browser whose answers come as a whole.

Usage: python examples/gradio_chat.py http://127.0.0.1:8080
"""

from __future__ import annotations

import sys
from typing import Any

import gradio
from huggingface_hub import InferenceClient

client = InferenceClient(model=sys.argv[1])


def answer(message: str, history: list[Any]) -> str:
    """Continue the conversation so far."""
    said = [{"role": turn["role"], "content": turn["content"][0]["text"]} for turn in history]
    messages = [*said, {"role": "user", "content": message}]
    completion = client.chat_completion(messages, max_tokens=20, temperature=0)
    return completion.choices[0].message.content or ""


gradio.ChatInterface(answer, title="Text Generation Inference").launch()
