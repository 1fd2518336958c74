"""The openai package: models, chat, tools, completions, and the errors it makes of TGI's."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from openai import APIError, APIStatusError, AsyncOpenAI, AuthenticationError, OpenAI, RateLimitError
from tests.clients.run_example import (
    CHAT,
    MESSAGES,
    QUESTION,
    REFUSED,
    ask,
    chatted,
    generated,
    in_work,
    python,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openai.types.chat import ChatCompletionMessageParam

    from tgi_reference.server import Running

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": QUESTION}]
FAILING: list[ChatCompletionMessageParam] = [{"role": "user", "content": "[[fail-decode]]"}]


@pytest.fixture
def connect() -> Iterator[Callable[..., OpenAI]]:
    """Make clients that are closed when the test is over."""
    clients: list[OpenAI] = []

    def make(server: Running, key: str = "-") -> OpenAI:
        clients.append(OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0, timeout=30))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_chatting(tgi_server: Running) -> None:
    expected = ["reference-model", *chatted(tgi_server.url)]

    assert "\n".join([*expected, ""]) == run(*python("openai_chat", tgi_server.url))


def test_calling_tools(tgi_server: Running) -> None:
    streamed, whole, answer = run(*python("openai_tools", tgi_server.url)).split("\n", 2)
    arguments = json.loads(streamed)
    found = {"tool_call_id": "0", "role": "tool", "content": "18 degrees"}
    call = {"id": "0", "type": "function", "function": {"name": "get_weather", "arguments": streamed}}
    messages = [
        {"role": "user", "content": "Is it warm in Paris?"},
        {"role": "assistant", "tool_calls": [call]},
        found,
    ]
    direct = ask(tgi_server.url, "/v1/chat/completions", CHAT | {"messages": messages})

    assert {"city", "unit"} == set(arguments)
    assert arguments["unit"] in {"celsius", "fahrenheit"}
    assert f"0 get_weather {arguments}" == whole
    assert direct["choices"][0]["message"]["content"] + "\n" == answer


def test_completing(tgi_server: Running) -> None:
    prompts = [QUESTION, "The training set is"]
    body = {"prompt": prompts, "max_tokens": 20, "temperature": 0}
    direct = ask(tgi_server.url, "/v1/completions", body)
    texts = {choice["index"]: choice["text"] for choice in direct["choices"]}
    text, usage = generated(tgi_server.url), direct["usage"]
    expected = [
        f"length {text}",
        *(f"{index} {texts[index]}" for index in range(2)),
        f"{usage['prompt_tokens']} {usage['completion_tokens']}",
        text,
    ]

    assert text == texts[0]
    assert "\n".join([*expected, ""]) == run(*python("openai_completions", tgi_server.url))


def test_errors(tgi_server: Running) -> None:
    expected = [f"422 validation {REFUSED}", REFUSED, "404"]

    assert "\n".join([*expected, ""]) == run(*python("openai_errors", tgi_server.url))


def test_errors_without_a_key(locked_server: Running) -> None:
    refused = "401 no key, or a wrong one"

    assert f"{refused}\n{refused}\n404\n" == run(*python("openai_errors", locked_server.url))


def test_key(locked_server: Running, connect: Callable[..., OpenAI]) -> None:
    with pytest.raises(AuthenticationError):
        connect(locked_server, "other").completions.create(model="tgi", prompt=QUESTION)

    assert (
        connect(locked_server, "sesame")
        .completions.create(model="tgi", prompt=QUESTION, max_tokens=1)
        .choices
    )


def test_chunks_come_while_the_model_writes(slow_server: Running, connect: Callable[..., OpenAI]) -> None:
    with connect(slow_server).chat.completions.create(
        model="tgi", messages=ASKED, max_tokens=200, temperature=0, stream=True
    ) as chunks:
        first = next(chunks)

        assert first.choices[0].delta.content is not None
        assert 1 == in_work(slow_server.url)


def test_more_requests_than_the_server_takes(one_at_a_time: Running, connect: Callable[..., OpenAI]) -> None:
    chat = connect(one_at_a_time).chat.completions
    with chat.create(model="tgi", messages=ASKED, max_tokens=200, stream=True) as held:
        next(held)

        with pytest.raises(RateLimitError):
            chat.create(model="tgi", messages=ASKED)
        with pytest.raises(APIError) as streamed:
            list(chat.create(model="tgi", messages=ASKED, stream=True))

    # A streamed error has no status but what its event says, which is 422 whatever went wrong.
    assert not isinstance(streamed.value, APIStatusError)
    assert isinstance(streamed.value.body, dict)
    assert 422 == streamed.value.body["http_status_code"]


def test_failure_of_the_model(failing_server: Running, connect: Callable[..., OpenAI]) -> None:
    chat = connect(failing_server).chat.completions
    with pytest.raises(APIStatusError) as whole:
        chat.create(model="tgi", messages=FAILING, max_tokens=5)
    with pytest.raises(APIError):
        list(chat.create(model="tgi", messages=FAILING, max_tokens=5, stream=True))

    assert 424 == whole.value.status_code
    assert "generation" == whole.value.response.json()["error_type"]


def test_log_probabilities(tgi_server: Running, connect: Callable[..., OpenAI]) -> None:
    asked: dict[str, Any] = {"max_tokens": 3, "temperature": 0, "logprobs": True, "top_logprobs": 2}
    direct = ask(tgi_server.url, "/v1/chat/completions", {"messages": MESSAGES} | asked)

    choice = connect(tgi_server).chat.completions.create(model="tgi", messages=ASKED, **asked).choices[0]

    assert choice.logprobs
    tokens = choice.logprobs.content or []
    assert [one["token"] for one in direct["choices"][0]["logprobs"]["content"]] == [
        one.token for one in tokens
    ]
    assert [2, 2, 2] == [len(one.top_logprobs) for one in tokens]


def test_asynchronously(tgi_server: Running) -> None:
    async def chat() -> str:
        async with AsyncOpenAI(base_url=f"{tgi_server.url}/v1", api_key="-") as client:
            chunks = await client.chat.completions.create(
                model="tgi", messages=ASKED, max_tokens=20, temperature=0, stream=True
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    direct = ask(tgi_server.url, "/v1/chat/completions", CHAT)
    assert direct["choices"][0]["message"]["content"] == asyncio.run(chat())
