"""huggingface_hub: text generation and chat, whole and streamed, and the errors it makes of TGI's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from huggingface_hub import AsyncInferenceClient, InferenceClient
from huggingface_hub.errors import (
    GenerationError,
    HfHubHTTPError,
    OverloadedError,
    TextGenerationError,
    UnknownError,
    ValidationError,
)
from tests.clients.run_example import (
    CHAT,
    GENERATE,
    MESSAGES,
    QUESTION,
    REFUSED,
    ask,
    chatted,
    events_of,
    generated,
    in_work,
    python,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tgi_reference.server import Running


NO_KEY = "-"  # else the client would send the one that its user has stored


@pytest.fixture
def connect() -> Iterator[Callable[..., InferenceClient]]:
    """Make clients that are closed when the test is over."""
    clients: list[InferenceClient] = []

    def make(server: Running, token: str = NO_KEY) -> InferenceClient:
        clients.append(InferenceClient(model=server.url, token=token, timeout=30))
        return clients[-1]

    yield make
    for client in clients:
        client.close()  # type: ignore[no-untyped-call]


def details_of(url: str) -> Any:
    asked = {"inputs": QUESTION, "parameters": GENERATE["parameters"] | {"details": True}}
    return ask(url, "/generate", asked)["details"]


def test_generating(tgi_server: Running) -> None:
    url, text = tgi_server.url, generated(tgi_server.url)
    details = details_of(url)
    expected = [
        QUESTION + text,
        text,
        f"length 20 {text}",
        *(f"{index} {one['id']} {one['text']!r}" for index, one in enumerate(details["tokens"], 1)),
        "length 8 20",
        REFUSED,
        REFUSED,
    ]

    assert "\n".join([*expected, ""]) == run(*python("huggingface_hub_generate", url))


def test_chatting(tgi_server: Running) -> None:
    assert "\n".join([*chatted(tgi_server.url), ""]) == run(*python("huggingface_hub_chat", tgi_server.url))


def test_asynchronously(tgi_server: Running) -> None:
    url, text = tgi_server.url, generated(tgi_server.url)
    short, long = (
        ask(url, "/v1/chat/completions", CHAT | {"max_tokens": count})["choices"][0]["message"]["content"]
        for count in (5, 20)
    )
    expected = [f"length {QUESTION}{text}", text, f"5 {short}", f"20 {long}", long, REFUSED, REFUSED]

    assert "\n".join([*expected, ""]) == run(*python("huggingface_hub_async", url))


def test_details_are_those_of_a_direct_answer(
    tgi_server: Running, connect: Callable[..., InferenceClient]
) -> None:
    parameters: dict[str, Any] = {
        "max_new_tokens": 5,
        "details": True,
        "decoder_input_details": True,
        "best_of": 2,
        "do_sample": True,
        "top_n_tokens": 2,
    }
    direct = ask(tgi_server.url, "/generate", {"inputs": QUESTION, "parameters": parameters})["details"]

    details = connect(tgi_server).text_generation(QUESTION, **parameters).details

    assert details
    assert direct["prefill"] == details.prefill
    assert set(direct) == set(details)
    assert (5, 5) == (len(details.tokens), len(details.top_tokens))
    assert details.best_of_sequences
    assert "length" == details.best_of_sequences[0].finish_reason


def test_tokens_come_while_the_model_writes(
    slow_server: Running, connect: Callable[..., InferenceClient]
) -> None:
    first = events_of(
        slow_server.url, "/generate_stream", {"inputs": QUESTION, "parameters": {"max_new_tokens": 1}}
    )
    client = connect(slow_server)

    tokens = iter(client.text_generation(QUESTION, max_new_tokens=200, stream=True))

    assert first[0]["token"]["text"] == next(tokens)
    assert 1 == in_work(slow_server.url)


@pytest.mark.parametrize("stream", [False, True])
def test_more_requests_than_the_server_takes(
    one_at_a_time: Running, connect: Callable[..., InferenceClient], stream: bool
) -> None:
    client = connect(one_at_a_time)
    held = iter(client.text_generation(QUESTION, max_new_tokens=200, stream=True))
    next(held)

    with pytest.raises(OverloadedError):
        list(client.text_generation(QUESTION, stream=stream))


@pytest.mark.parametrize("stream", [False, True])
def test_failure_of_the_model(
    failing_server: Running, connect: Callable[..., InferenceClient], stream: bool
) -> None:
    with pytest.raises(GenerationError):
        list(connect(failing_server).text_generation("[[fail-decode]]", max_new_tokens=5, stream=stream))


def test_key(locked_server: Running, connect: Callable[..., InferenceClient]) -> None:
    with pytest.raises(HfHubHTTPError) as refused:
        connect(locked_server).text_generation(QUESTION)

    assert 401 == refused.value.response.status_code
    assert connect(locked_server, "sesame").text_generation(QUESTION, max_new_tokens=1)


# Only text_generation reads TGI's error types: chat_completion knows the HTTP status, and, since a stream's
# error carries no type on this route, nothing of a streamed one.
def test_chat_refused_whole_is_an_error_of_the_hub(
    tgi_server: Running, connect: Callable[..., InferenceClient]
) -> None:
    with pytest.raises(HfHubHTTPError, match="must be strictly positive") as refused:
        connect(tgi_server).chat_completion([*MESSAGES], temperature=-1)

    assert 422 == refused.value.response.status_code


def test_chat_refused_in_a_stream_is_an_unknown_error(
    tgi_server: Running, connect: Callable[..., InferenceClient]
) -> None:
    with pytest.raises(UnknownError, match="must be strictly positive"):
        list(connect(tgi_server).chat_completion([*MESSAGES], temperature=-1, stream=True))


async def error_of(
    server: Running, prompt: str, *, stream: bool, **parameters: Any
) -> type[Exception] | None:
    """Give the kind of error that the asynchronous client raises."""
    async with AsyncInferenceClient(model=server.url, token=NO_KEY, timeout=30) as client:
        try:
            answer = await client.text_generation(prompt, stream=stream, **parameters)
            if stream:
                async for _ in answer:
                    pass
        except TextGenerationError as error:
            return type(error)
    return None


@pytest.mark.parametrize("stream", [False, True])
def test_errors_asynchronously(failing_server: Running, stream: bool) -> None:
    async def errors() -> tuple[Any, ...]:
        asked = (
            error_of(failing_server, QUESTION, stream=stream, max_new_tokens=0),
            error_of(failing_server, "[[fail-decode]]", stream=stream, max_new_tokens=5),
            error_of(failing_server, QUESTION, stream=stream, max_new_tokens=5),
        )
        return tuple(await asyncio.gather(*asked))

    assert (ValidationError, GenerationError, None) == asyncio.run(errors())
