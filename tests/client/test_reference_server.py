"""The client drives all operations of the reference server: whole and streamed, in both styles."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tgi_client import Client
from tgi_client.api import text_generation_inference as operations
from tgi_client.api.text_generation_inference import (
    chat_completions,
    compat_generate,
    completions,
    generate,
    generate_stream,
    get_chat_tokenize,
    get_model_info,
    health,
    metrics,
    openai_get_model_info,
    sagemaker_compatibility,
    tokenize,
)
from tgi_client.errors import StreamError
from tgi_client.models import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatRequest,
    ChatTokenizeResponse,
    Chunk,
    CompatGenerateRequest,
    CompletionFinal,
    CompletionRequest,
    GenerateParameters,
    GenerateRequest,
    GenerateResponse,
    Info,
    MessageWithContent,
    ModelList,
    SimpleToken,
    StreamResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running

PROMPT = "What is Deep Learning?"
PARAMETERS = GenerateParameters(max_new_tokens=4)
GENERATE = GenerateRequest(inputs=PROMPT, parameters=PARAMETERS)
COMPAT = CompatGenerateRequest(inputs=PROMPT, parameters=PARAMETERS)
CHAT = ChatRequest(messages=[MessageWithContent(role="user", content=PROMPT)], max_tokens=4)
COMPLETION = CompletionRequest(prompt=PROMPT, max_tokens=4)

UNARY = [
    pytest.param(compat_generate, {"body": COMPAT}, [GenerateResponse], id="POST /"),
    pytest.param(generate, {"body": GENERATE}, GenerateResponse, id="POST /generate"),
    pytest.param(chat_completions, {"body": CHAT}, ChatCompletion, id="POST /v1/chat/completions"),
    pytest.param(completions, {"body": COMPLETION}, CompletionFinal, id="POST /v1/completions"),
    pytest.param(
        sagemaker_compatibility, {"body": COMPAT}, [GenerateResponse], id="POST /invocations, native"
    ),
    pytest.param(sagemaker_compatibility, {"body": CHAT}, ChatCompletion, id="POST /invocations, chat"),
    pytest.param(
        sagemaker_compatibility, {"body": COMPLETION}, CompletionFinal, id="POST /invocations, text"
    ),
    pytest.param(tokenize, {"body": GENERATE}, [SimpleToken], id="POST /tokenize"),
    pytest.param(get_chat_tokenize, {"body": CHAT}, ChatTokenizeResponse, id="POST /chat_tokenize"),
    pytest.param(get_model_info, {}, Info, id="GET /info"),
    pytest.param(openai_get_model_info, {}, ModelList, id="GET /v1/models"),
    pytest.param(metrics, {}, str, id="GET /metrics"),
    pytest.param(health, {}, type(None), id="GET /health"),
]
STREAMS = [
    pytest.param(generate_stream, GENERATE, StreamResponse, id="POST /generate_stream"),
    pytest.param(compat_generate, COMPAT, StreamResponse, id="POST /"),
    pytest.param(chat_completions, CHAT, ChatCompletionChunk, id="POST /v1/chat/completions"),
    pytest.param(completions, COMPLETION, Chunk, id="POST /v1/completions"),
    pytest.param(sagemaker_compatibility, COMPAT, StreamResponse, id="POST /invocations, native"),
    pytest.param(sagemaker_compatibility, CHAT, ChatCompletionChunk, id="POST /invocations, chat"),
    pytest.param(sagemaker_compatibility, COMPLETION, Chunk, id="POST /invocations, text"),
]


@pytest.fixture
def client(tgi_server: Running) -> Iterator[Client]:
    with Client(tgi_server.url) as client:
        yield client


def kind_of(value: Any) -> Any:
    return [type(value[0])] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(("operation", "arguments", "expected"), UNARY)
def test_an_operation_answers(
    operation: Any, arguments: dict[str, Any], expected: Any, client: Client
) -> None:
    assert expected == kind_of(operation.sync(client=client, **arguments))
    assert 200 == operation.sync_detailed(client=client, **arguments).status_code


@pytest.mark.parametrize(("operation", "arguments", "expected"), UNARY)
def test_an_operation_answers_asynchronously(
    operation: Any, arguments: dict[str, Any], expected: Any, tgi_server: Running
) -> None:
    async def call() -> tuple[Any, int]:
        async with Client(tgi_server.url) as client:
            answer = await operation.asyncio(client=client, **arguments)
            return kind_of(answer), (await operation.asyncio_detailed(client=client, **arguments)).status_code

    assert (expected, 200) == asyncio.run(call())


@pytest.mark.parametrize(("operation", "body", "expected"), STREAMS)
def test_an_operation_streams(operation: Any, body: Any, expected: type, client: Client) -> None:
    events = list(operation.stream(client=client, body=body))
    assert 4 <= len(events) <= 5
    assert {expected} == set(map(type, events))


@pytest.mark.parametrize(("operation", "body", "expected"), STREAMS)
def test_an_operation_streams_asynchronously(
    operation: Any, body: Any, expected: type, tgi_server: Running
) -> None:
    async def collect() -> list[Any]:
        async with Client(tgi_server.url) as client:
            return [event async for event in operation.astream(client=client, body=body)]

    events = asyncio.run(collect())
    assert 4 <= len(events) <= 5
    assert {expected} == set(map(type, events))


def test_every_operation_is_driven() -> None:
    params: list[Any] = [*UNARY, *STREAMS]
    driven = {param.values[0].__name__.rsplit(".", 1)[-1] for param in params}
    folder = Path(operations.__path__[0])
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == driven


def test_streams_give_what_the_unary_form_gives(client: Client) -> None:
    whole = generate.sync(client=client, body=GENERATE)
    assert isinstance(whole, GenerateResponse)
    events = list(generate_stream.stream(client=client, body=GENERATE))
    assert whole.generated_text == "".join(event.token.text for event in events) == events[-1].generated_text


@pytest.mark.parametrize(("operation", "body"), [(generate_stream, GENERATE), (chat_completions, CHAT)])
def test_a_broken_rule_is_an_error_in_the_stream(operation: Any, body: Any, client: Client) -> None:
    wrong = type(body).from_dict({**body.to_dict(), "inputs": "", "max_tokens": 0})
    with pytest.raises(StreamError) as raised:
        list(operation.stream(client=client, body=wrong))
    assert raised.value.message.startswith("Input validation error")
    assert raised.value.parsed is not None
