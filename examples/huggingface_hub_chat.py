"""Chat with huggingface_hub: the whole answer, then streamed with its usage.

Usage: python examples/huggingface_hub_chat.py http://127.0.0.1:8080
"""

from __future__ import annotations

import sys

from huggingface_hub import ChatCompletionInputStreamOptions, InferenceClient

MESSAGES = [{"role": "user", "content": "What is Deep Learning?"}]

client = InferenceClient(model=sys.argv[1])

answer = client.chat_completion(MESSAGES, max_tokens=20, temperature=0)
print(answer.choices[0].message.content)
print(answer.choices[0].finish_reason, answer.usage.total_tokens)

chunks = client.chat_completion(
    MESSAGES,
    max_tokens=20,
    temperature=0,
    stream=True,
    stream_options=ChatCompletionInputStreamOptions(include_usage=True),
)
for chunk in chunks:
    for choice in chunk.choices:
        print(choice.delta.content, end="", flush=True)
    if chunk.usage:  # in the last chunk, which has no choices
        print()
        print(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
