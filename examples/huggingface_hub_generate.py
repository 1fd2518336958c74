"""Generate text with huggingface_hub: whole, streamed, with details, and both.

Usage: python examples/huggingface_hub_generate.py http://127.0.0.1:8080

The client posts to the URL itself, where TGI puts the question before a text that is not streamed.
"""

from __future__ import annotations

import sys

from huggingface_hub import InferenceClient
from huggingface_hub.errors import ValidationError

QUESTION = "What is Deep Learning?"

client = InferenceClient(model=sys.argv[1])

print(client.text_generation(QUESTION, max_new_tokens=20))

for text in client.text_generation(QUESTION, max_new_tokens=20, stream=True):
    print(text, end="", flush=True)
print()

answer = client.text_generation(QUESTION, max_new_tokens=20, details=True, return_full_text=False)
if answer.details:
    print(answer.details.finish_reason, answer.details.generated_tokens, answer.generated_text)

for event in client.text_generation(QUESTION, max_new_tokens=20, details=True, stream=True):
    print(event.index, event.token.id, repr(event.token.text))
    if event.details:
        print(event.details.finish_reason, event.details.input_length, event.details.generated_tokens)

# What the server refuses is raised as the same error, whole or streamed.
try:
    client.text_generation(QUESTION, temperature=-1)
except ValidationError as error:
    print(error)
try:
    list(client.text_generation(QUESTION, temperature=-1, stream=True))
except ValidationError as error:
    print(error)
