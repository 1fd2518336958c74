"""Chat with the openai package: the served model, the whole answer, then streamed with its usage.

Usage: python examples/openai_chat.py http://127.0.0.1:8080
"""

from __future__ import annotations

import sys

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "What is Deep Learning?"}]

# A server without a key takes any; the package insists on one.
client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="-")

model = client.models.list().data[0].id
print(model)

answer = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=20, temperature=0)
print(answer.choices[0].message.content)
if answer.usage:
    print(answer.choices[0].finish_reason, answer.usage.total_tokens)

chunks = client.chat.completions.create(
    model=model,
    messages=MESSAGES,
    max_tokens=20,
    temperature=0,
    stream=True,
    stream_options={"include_usage": True},
)
for chunk in chunks:
    for choice in chunk.choices:
        print(choice.delta.content, end="", flush=True)
    if chunk.usage:  # in the last chunk, which has no choices
        print()
        print(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
