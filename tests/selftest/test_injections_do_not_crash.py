"""No injection fails by itself: a server error that nobody meant would pass for what is to be caught."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tgi_reference.api.app import make_app
from tgi_reference.api.services import make_services
from tgi_reference.engine import Engine
from tgi_reference.injection.catalogues import all_faults, all_variants
from tgi_reference.injection.middleware import InjectionMiddleware
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_reference.api.services import Services
    from tgi_reference.injection.hooks import Injection

# What hangs or breaks off is meant to, and takes its time.
SLOW = ("hang", "trickle", "never_end", "cut_off", "slow", "endless", "breaks", "too_large")
KEY = "key"
SOME = 25  # each so many-th is among the quick tests
CHAT = [{"role": "user", "content": "naïve 🤖 question"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "f",
        "arguments": {
            "type": "object",
            "properties": {"a": {"enum": ["x", "y"]}},
            "required": ["a"],
        },
    },
}
GREEDY: dict[str, Any] = {
    "max_new_tokens": 3,
    "details": True,
    "top_n_tokens": 2,
    "decoder_input_details": True,
}
SAMPLED = {"max_new_tokens": 2, "details": True, "do_sample": True, "best_of": 2}
EXCHANGES: list[tuple[str, str, Any]] = [
    ("POST", "/generate", {"inputs": "Hello, naïve 🤖", "parameters": GREEDY}),
    ("POST", "/generate", {"inputs": "Hello", "parameters": SAMPLED}),
    (
        "POST",
        "/generate",
        {"inputs": "Hello", "parameters": {"max_new_tokens": 2, "seed": 7, "stop": ["a", "b"]}},
    ),
    ("POST", "/generate", {"inputs": "Hello", "parameters": {"temperature": -1, "top_p": 2, "top_k": 0}}),
    ("POST", "/generate", {"inputs": "Hello", "parameters": {"max_new_tokens": {"a": 1}}}),
    ("POST", "/generate", {"inputs": "Hello", "parameters": None}),
    ("POST", "/generate", {"inputs": "Hello", "parameters": 5}),
    ("POST", "/generate", {"inputs": {"a": None}}),
    ("POST", "/generate", {"inputs": ""}),
    ("POST", "/generate", []),
    (
        "POST",
        "/generate_stream",
        {"inputs": "Hello 🤖", "parameters": {"max_new_tokens": 5, "details": True}},
    ),
    ("POST", "/generate_stream", {"inputs": "Hello", "parameters": {"max_new_tokens": 1, "top_n_tokens": 2}}),
    ("POST", "/generate_stream", {"inputs": "Hello", "parameters": {"top_k": 0}}),
    ("POST", "/", {"inputs": "Hello", "parameters": {"max_new_tokens": 2}}),
    ("POST", "/", {"inputs": "Hello", "parameters": {"max_new_tokens": 2}, "stream": True}),
    (
        "POST",
        "/v1/chat/completions",
        {"messages": CHAT, "max_tokens": 3, "logprobs": True, "top_logprobs": 2},
    ),
    ("POST", "/v1/chat/completions", {"messages": CHAT, "max_tokens": 3, "stream": True}),
    (
        "POST",
        "/v1/chat/completions",
        {"messages": CHAT, "max_tokens": 3, "stream": True, "stream_options": {"include_usage": True}},
    ),
    (
        "POST",
        "/v1/chat/completions",
        {"messages": CHAT, "max_tokens": 60, "tools": [TOOL], "tool_choice": "f"},
    ),
    (
        "POST",
        "/v1/chat/completions",
        {"messages": CHAT, "max_tokens": 60, "tools": [TOOL], "tool_choice": "required", "stream": True},
    ),
    ("POST", "/v1/chat/completions", {"messages": CHAT, "top_p": 3, "stream": True}),
    ("POST", "/v1/chat/completions", {"messages": 5, "tools": {}, "tool_choice": 3}),
    (
        "POST",
        "/v1/chat/completions",
        {"messages": [5, {"role": "user", "content": [{"type": "text", "text": "a"}]}]},
    ),
    ("POST", "/v1/completions", {"prompt": ["a", "b"], "max_tokens": 2}),
    ("POST", "/v1/completions", {"prompt": ["a", "b"], "max_tokens": 2, "stream": True}),
    ("POST", "/v1/completions", {"prompt": "a", "max_tokens": 2, "suffix": "x"}),
    ("POST", "/v1/completions", {"prompt": 5, "seed": "x", "stop": 5}),
    ("POST", "/invocations", {"messages": CHAT, "max_tokens": 2}),
    ("POST", "/tokenize", {"inputs": "naïve 🤖"}),
    ("POST", "/tokenize", {"inputs": ""}),
    ("POST", "/chat_tokenize", {"messages": CHAT}),
    ("PUT", "/generate", None),
    *(
        ("GET", path, None)
        for path in ("/info", "/health", "/ping", "/metrics", "/metrics", "/v1/models", "/docs")
    ),
    ("GET", "/api-doc/openapi.json", None),
    ("GET", "/nowhere", None),
]
RAW = (b"", b"{", b'"\xff"', b'{"inputs": "\\ud800"}', b"[" * 3000)


@pytest.fixture(scope="module")
def services() -> Services:
    return make_services(Settings(api_key=KEY), Engine())


async def send_all(injection: Injection, services: Services) -> None:
    app = InjectionMiddleware(make_app(services), (injection,), services, 0)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers) as client:
        for method, path, body in EXCHANGES:
            content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
            await send(client, method, path, content)
        for content in RAW:
            await send(client, "POST", "/generate", content)


async def send(client: httpx.AsyncClient, method: str, path: str, content: bytes) -> None:
    # A content encoding that is none is httpx's to find; for an answer that breaks off it has an assertion.
    with suppress(httpx.DecodingError, AssertionError):
        await client.request(method, path, content=content)


def cases() -> list[Any]:
    every = [*all_faults(), *all_variants()]
    quick = [one for one in every if not any(word.replace("_", "-") in one.name for word in SLOW)]
    return [
        pytest.param(one, id=one.name, marks=pytest.mark.slow if place % SOME else ())
        for place, one in enumerate(quick)
    ]


@pytest.mark.parametrize("injection", cases())
def test_injection_does_not_crash(injection: Injection, services: Services) -> None:
    asyncio.run(send_all(injection, services))
