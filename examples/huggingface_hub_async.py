"""Generate and chat with huggingface_hub's asynchronous client, whole and streamed, several requests at once.

Usage: python examples/huggingface_hub_async.py http://127.0.0.1:8080
"""

from __future__ import annotations

import asyncio
import sys

from huggingface_hub import AsyncInferenceClient
from huggingface_hub.errors import ValidationError

QUESTION = "What is Deep Learning?"
MESSAGES = [{"role": "user", "content": QUESTION}]


async def generate(client: AsyncInferenceClient) -> None:
    """Print a text, then its tokens as they come."""
    answer = await client.text_generation(QUESTION, max_new_tokens=20, details=True)
    if answer.details:
        print(answer.details.finish_reason, answer.generated_text)
    async for text in await client.text_generation(QUESTION, max_new_tokens=20, stream=True):
        print(text, end="", flush=True)
    print()


async def chat(client: AsyncInferenceClient) -> None:
    """Print two answers that were asked for at the same time, then a streamed one."""
    asked = (client.chat_completion(MESSAGES, max_tokens=count, temperature=0) for count in (5, 20))
    for answer in await asyncio.gather(*asked):
        print(answer.usage.completion_tokens, answer.choices[0].message.content)
    async for chunk in await client.chat_completion(MESSAGES, max_tokens=20, temperature=0, stream=True):
        print(chunk.choices[0].delta.content, end="", flush=True)
    print()


async def be_refused(client: AsyncInferenceClient) -> None:
    """Print what the server refuses: the same error, whole or streamed."""
    try:
        await client.text_generation(QUESTION, temperature=-1)
    except ValidationError as error:
        print(error)
    try:
        async for _ in await client.text_generation(QUESTION, temperature=-1, stream=True):
            pass
    except ValidationError as error:
        print(error)


async def main(url: str) -> None:
    """Do one after the other."""
    async with AsyncInferenceClient(model=url) as client:
        await generate(client)
        await chat(client)
        await be_refused(client)


asyncio.run(main(sys.argv[1]))
