"""Tell the errors of a TGI server apart with the openai package.

Usage: python examples/openai_errors.py http://127.0.0.1:8080
"""

from __future__ import annotations

import sys

from openai import APIError, AuthenticationError, NotFoundError, OpenAI, UnprocessableEntityError
from openai.types.chat import ChatCompletionMessageParam

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "What is Deep Learning?"}]

client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="-", max_retries=0)

try:
    client.chat.completions.create(model="tgi", messages=MESSAGES, temperature=-1)
except UnprocessableEntityError as error:
    print(error.status_code, error.response.json()["error_type"], error.body)
except AuthenticationError as error:  # the server wants a key
    print(error.status_code, "no key, or a wrong one")

# A stream's status is 200 before anything can fail, so that its errors carry no status of their own.
try:
    for _ in client.chat.completions.create(model="tgi", messages=MESSAGES, temperature=-1, stream=True):
        pass
except AuthenticationError as error:
    print(error.status_code, "no key, or a wrong one")
except APIError as error:
    print(error.message)

try:
    client.models.retrieve("tgi")  # TGI only lists
except NotFoundError as error:
    print(error.status_code)
