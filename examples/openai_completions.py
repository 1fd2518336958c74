"""Continue prompts with the openai package: one, several in one request, and streamed.

Usage: python examples/openai_completions.py http://127.0.0.1:8080
"""

from __future__ import annotations

import sys

from openai import OpenAI

PROMPTS = ["What is Deep Learning?", "The training set is"]

client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="-")

answer = client.completions.create(model="tgi", prompt=PROMPTS[0], max_tokens=20, temperature=0)
print(answer.choices[0].finish_reason, answer.choices[0].text)

# The choices may come in any order: their index tells which prompt they continue.
answers = client.completions.create(model="tgi", prompt=PROMPTS, max_tokens=20, temperature=0)
for choice in sorted(answers.choices, key=lambda choice: choice.index):
    print(choice.index, choice.text)
if answers.usage:
    print(answers.usage.prompt_tokens, answers.usage.completion_tokens)

for chunk in client.completions.create(
    model="tgi", prompt=PROMPTS[0], max_tokens=20, temperature=0, stream=True
):
    print(chunk.choices[0].text, end="", flush=True)
print()
