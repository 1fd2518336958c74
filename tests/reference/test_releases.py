"""Older releases: what recordings of their routers do not show, or not alone."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.client import RemoteDisconnected
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.reference.raw_http import Answer, exchange

from tgi_reference.api.openai.v2_4 import ChatEvents24, ToolEvents24
from tgi_reference.compose import running
from tgi_reference.engine import Finish, Step, Token
from tgi_reference.fidelity import DOCUMENTED
from tgi_reference.generation.generation import Generation
from tgi_reference.releases import RELEASES
from tgi_reference.settings import Settings, SettingsError
from tgi_reference.wire.requests import GenerateParameters, GenerateRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running

JSON = {"content-type": "application/json"}
DOCUMENTS = Path(__file__).parents[1] / "data" / "interface"
QUESTION = [{"role": "user", "content": "Will it rain in Paris?"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"properties": {"city": {"enum": ["Paris", "Rome"]}}, "required": ["city"]},
    },
}
CHAT = {"model": "m", "messages": QUESTION, "max_tokens": 80, "tools": [TOOL], "tool_choice": "get_weather"}


@contextmanager
def served(name: str, **settings: Any) -> Iterator[Running]:
    with running(Settings(release=RELEASES[name], **settings)) as server:
        yield server


@pytest.fixture(scope="module")
def old() -> Iterator[Running]:
    """A server that answers as 2.0.4."""
    with served("2.0.4") as server:
        yield server


@pytest.fixture(scope="module")
def newer() -> Iterator[Running]:
    """A server that answers as 2.4.1."""
    with served("2.4.1") as server:
        yield server


def post(server: Running, path: str, body: Any) -> Answer:
    return exchange(server.url, "POST", path, JSON, json.dumps(body).encode())


def events(answer: Answer) -> list[Any]:
    lines = [line[5:].strip() for line in answer.text.split("\n\n") if line.startswith("data:")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "document"), [("2.4.1", "tgi-2.4.1.json"), ("2.0.4", "served/tgi-2.0.4.json")]
)
def test_a_release_serves_its_document(name: str, document: str) -> None:
    with served(name) as server:
        answer = exchange(server.url, "GET", "/api-doc/openapi.json")
    assert (DOCUMENTS / document).read_bytes() == answer.body
    assert name == json.loads(answer.body)["info"]["version"]


def test_the_document_is_kept_by_the_newest_release_alone() -> None:
    with pytest.raises(SettingsError, match=r"--as documented needs --release 3\.3\.6, not 2\.4\.1"):
        Settings(release=RELEASES["2.4.1"], fidelity=DOCUMENTED)


@pytest.mark.parametrize("name", ["3.3.6", "2.4.1"])
def test_only_the_oldest_does_without_a_tokenizer(name: str) -> None:
    with pytest.raises(SettingsError, match="--no-tokenizer needs --release"):
        Settings(release=RELEASES[name], no_tokenizer=True)


@pytest.mark.parametrize(("name", "start", "stop"), [("3.3.6", 4, 8), ("2.4.1", 1, 2), ("2.0.4", 1, 2)])
def test_places_of_tokens(name: str, start: int, stop: int) -> None:
    with served(name) as server:
        tokens = json.loads(post(server, "/tokenize", {"inputs": "🤖🎨x"}).body)
    assert {(start, stop)} == {(one["start"], one["stop"]) for one in tokens if one["text"] == "🎨"}
    assert "x" == tokens[-1]["text"]


def test_2_4_calls_have_their_arguments_as_an_object(newer: Running) -> None:
    answer = json.loads(post(newer, "/v1/chat/completions", CHAT).body)
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    assert "get_weather" == call["function"]["name"]
    assert call["function"]["arguments"] in ({"city": "Paris"}, {"city": "Rome"})


def test_2_4_streams_the_whole_text_of_a_call(newer: Running) -> None:
    *chunks, last, done = events(post(newer, "/v1/chat/completions", {**CHAT, "stream": True}))
    assert "[DONE]" == done
    assert "stop" == last["choices"][0]["finish_reason"]
    pieces = [one["choices"][0]["delta"]["tool_calls"]["function"]["arguments"] for one in chunks]
    assert "get_weather" == json.loads("".join(pieces))["function"]["_name"]
    assert "<|im_end|>" == last["choices"][0]["delta"]["tool_calls"]["function"]["arguments"]


def test_2_4_usage_comes_with_the_last_token(newer: Running) -> None:
    body = {"messages": QUESTION, "max_tokens": 3, "stream": True, "stream_options": {"include_usage": True}}
    *_, last, done = events(post(newer, "/v1/chat/completions", body))
    assert "[DONE]" == done
    assert (1, 3) == (len(last["choices"]), last["usage"]["completion_tokens"])


def steps(*texts: str) -> list[Step]:
    finish = Finish("eos_token", "", len(texts), None)
    tokens = [Token(0, text, -1.0, special=False) for text in texts]
    return [Step(one, (), finish if one is tokens[-1] else None) for one in tokens]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (['{"function":{"_name":"no_tool",', ' "content": "Hel', "lo", ' you"', "}}"], ["Hel", "lo"]),
        (['{"function":{"_name":"no_tool"', ', "content": "', "Hi", '"}}'], ["Hi"]),
    ],
)
def test_2_4_plain_words_end_at_their_quote(texts: list[str], expected: list[str]) -> None:
    generation = Generation(GenerateRequest("x", GenerateParameters()))
    chunks = ChatEvents24(Settings(), generation, "m", logprobs=False, include_usage=False)
    rendered = ToolEvents24(chunks)
    sent = [json.loads(one[6:]) for one in map(rendered.render, steps(*texts)) if one]
    assert expected == [one["choices"][0]["delta"]["content"] for one in sent]
    assert {None} == {one["choices"][0]["finish_reason"] for one in sent}


def test_2_0_streams_have_no_terminator_and_errors_as_elsewhere(old: Running) -> None:
    chat = {"model": "m", "messages": QUESTION, "max_tokens": 2, "stream": True}
    chunks = events(post(old, "/v1/chat/completions", chat))
    assert ["text_completion"] * 2 == [one["object"] for one in chunks]
    assert "length" == chunks[-1]["choices"][0]["finish_reason"]
    (refused,) = events(post(old, "/v1/chat/completions", {**chat, "top_p": 2}))
    assert "validation" == refused["error_type"]


def test_2_0_completion_streams_tell_no_reason(old: Running) -> None:
    body = {"model": "m", "prompt": "What is", "max_tokens": 3, "stream": True}
    chunks = events(post(old, "/v1/completions", body))
    assert ["", "", ""] == [one["choices"][0]["finish_reason"] for one in chunks]
    assert all("usage" not in one for one in chunks)


def test_2_0_names_the_end_token(old: Running) -> None:
    body = {"inputs": "x", "parameters": {"grammar": {"type": "regex", "value": "a"}, "details": True}}
    assert "eos_token" == json.loads(post(old, "/generate", body).body)["details"]["finish_reason"]


def test_2_0_tools_are_ignored_until_a_choice_is_made(old: Running) -> None:
    without = {key: value for key, value in CHAT.items() if key != "tool_choice"}
    plain = json.loads(post(old, "/v1/chat/completions", without).body)
    assert "content" in plain["choices"][0]["message"]
    called = json.loads(post(old, "/v1/chat/completions", CHAT).body)
    (call,) = called["choices"][0]["message"]["tool_calls"]
    assert isinstance(call["function"]["arguments"], dict)


def test_2_0_every_token_of_a_call_is_a_piece_of_its_arguments(old: Running) -> None:
    chunks = events(post(old, "/v1/chat/completions", {**CHAT, "stream": True}))
    calls = [one["choices"][0]["delta"]["tool_calls"] for one in chunks]
    text = "".join(one["function"]["arguments"] for one in calls).removesuffix("<|im_end|>")
    assert {"function"} == json.loads(text).keys()


def test_without_a_tokenizer_no_length_is_counted() -> None:
    with served("2.0.4", no_tokenizer=True) as server:
        assert 404 == post(server, "/tokenize", {"inputs": "x"}).status
        whole = post(server, "/generate", {"inputs": "x", "parameters": {"max_new_tokens": 2}})
        assert (200, "512") == (whole.status, whole.headers["x-prompt-tokens"])
        long = post(server, "/generate", {"inputs": "word " * 2000, "parameters": {"max_new_tokens": 2}})
        assert (200, "512") == (long.status, long.headers["x-prompt-tokens"])
        more = post(server, "/generate", {"inputs": "x", "parameters": {"max_new_tokens": 600}})
        assert (200, "0") == (more.status, more.headers["x-prompt-tokens"])
        for parameters, status in (
            ({"max_new_tokens": None}, 422),
            ({"max_new_tokens": None, "truncate": 9}, 200),
        ):
            assert status == post(server, "/generate", {"inputs": "x", "parameters": parameters}).status


@pytest.mark.parametrize(
    ("schema", "choice"),
    [
        ({"properties": []}, "auto"),
        ({"properties": None}, "auto"),
        ({"required": "city", "properties": {}}, "auto"),
        ({"properties": {}}, "no-such-tool"),
    ],
)
def test_the_oldest_ends_over_tools_that_it_cannot_read(old: Running, schema: Any, choice: str) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    with pytest.raises(RemoteDisconnected):
        post(old, "/v1/chat/completions", {**CHAT, "tools": [tool], "tool_choice": choice})
    assert 200 == exchange(old.url, "GET", "/health").status
