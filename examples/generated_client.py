"""Call a TGI server through the generated client: generate, chat and complete, whole and streamed.

Usage: python examples/generated_client.py http://127.0.0.1:8080

Each operation is a module that has those of `sync`, `asyncio`, `stream` and `astream` that fit it.
"""

from __future__ import annotations

import asyncio
import sys

from tgi_client import Client
from tgi_client.api.text_generation_inference import (
    chat_completions,
    completions,
    generate,
    generate_stream,
    openai_get_model_info,
)
from tgi_client.errors import StreamError
from tgi_client.models import (
    ChatCompletion,
    ChatRequest,
    CompletionFinal,
    CompletionRequest,
    ErrorResponse,
    GenerateParameters,
    GenerateRequest,
    GenerateResponse,
    MessageWithContent,
    ModelList,
    StreamOptions,
    TextMessage,
)

QUESTION = "What is Deep Learning?"
PLAIN = GenerateRequest(inputs=QUESTION, parameters=GenerateParameters(max_new_tokens=20))
REFUSED = GenerateRequest(inputs=QUESTION, parameters=GenerateParameters(temperature=-1))
MESSAGES = [MessageWithContent(role="user", content=QUESTION)]


def generate_text(client: Client) -> None:
    """Print a text, then its tokens as they come."""
    answer = generate.sync(client=client, body=PLAIN)
    if isinstance(answer, GenerateResponse):
        print(answer.generated_text)
    with generate_stream.stream(client=client, body=PLAIN) as events:
        for event in events:
            print(event.token.text, end="", flush=True)
    print()


def chat(client: Client) -> None:
    """Print an answer, then another as it comes, each with what it cost."""
    body = ChatRequest(messages=[*MESSAGES], max_tokens=20, temperature=0)
    answer = chat_completions.sync(client=client, body=body)
    if isinstance(answer, ChatCompletion) and isinstance(answer.choices[0].message, TextMessage):
        print(answer.choices[0].message.content)
        print(answer.choices[0].finish_reason, answer.usage.total_tokens)
    body.stream_options = StreamOptions(include_usage=True)
    with chat_completions.stream(client=client, body=body) as chunks:
        for chunk in chunks:
            for choice in chunk.choices:
                if isinstance(choice.delta, TextMessage):
                    print(choice.delta.content, end="", flush=True)
            if chunk.usage:
                print()
                print(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)


def complete(client: Client) -> None:
    """Print the served model, and how it continues a prompt."""
    models = openai_get_model_info.sync(client=client)
    body = CompletionRequest(prompt=[QUESTION], max_tokens=20, temperature=0)
    answer = completions.sync(client=client, body=body)
    if isinstance(models, ModelList) and isinstance(answer, CompletionFinal):
        print(models.data[0].id, answer.choices[0].text)


def be_refused(client: Client) -> None:
    """Print what the server refuses: a documented answer, and in a stream an error."""
    answer = generate.sync(client=client, body=REFUSED)
    if isinstance(answer, ErrorResponse):
        print(answer.error_type, answer.error)
    try:
        with generate_stream.stream(client=client, body=REFUSED) as events:
            list(events)
    except StreamError as error:
        print(error.error_type, error.message)


async def generate_asynchronously(client: Client) -> None:
    """Print two texts that were asked for at the same time, then tokens as they come."""
    async with client:
        asked = (generate.asyncio(client=client, body=PLAIN) for _ in range(2))
        for answer in await asyncio.gather(*asked):
            if isinstance(answer, GenerateResponse):
                print(answer.generated_text)
        async with generate_stream.astream(client=client, body=PLAIN) as events:
            async for event in events:
                print(event.token.text, end="", flush=True)
    print()


with Client(sys.argv[1]) as synchronous:
    generate_text(synchronous)
    chat(synchronous)
    complete(synchronous)
    be_refused(synchronous)
asyncio.run(generate_asynchronously(Client(sys.argv[1])))
