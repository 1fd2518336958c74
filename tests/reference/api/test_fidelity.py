"""The two fidelities: where they differ, and that they are the same everywhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.reference.raw_http import Answer, exchange

if TYPE_CHECKING:
    from tgi_reference.server import Running

JSON = {"content-type": "application/json"}
CHAT = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1}


def post(server: Running, path: str, value: Any, headers: dict[str, str] | None = None) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return exchange(server.url, "POST", path, JSON if headers is None else headers, body)


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'{"inputs":5}', b'{"parameters":{}}'])
@pytest.mark.parametrize("path", ["/", "/generate", "/generate_stream", "/tokenize", "/v1/completions"])
def test_documented_a_malformed_body_is_an_error_response(
    documented: Running, path: str, body: bytes
) -> None:
    answer = post(documented, path, body)
    assert (422, "application/json") == (answer.status, answer.headers["content-type"])
    assert {"error", "error_type"} == json.loads(answer.body).keys()


def test_documented_another_media_type_is_an_error_response(documented: Running) -> None:
    assert 422 == post(documented, "/generate", b'{"inputs":"x"}', {"content-type": "text/plain"}).status


@pytest.mark.parametrize(
    ("inputs", "parameters", "status"),
    [
        ("x", {"temperature": 0}, 422),
        ("", {}, 422),
        ("[[fail-prefill]]", {}, 424),
        ("x", {"best_of": 2}, 422),
    ],
)
def test_documented_a_stream_that_fails_first_has_the_status(
    documented: Running, inputs: str, parameters: dict[str, Any], status: int
) -> None:
    body = {"inputs": inputs, "parameters": {"max_new_tokens": 2, **parameters}}
    streamed = post(documented, "/generate_stream", body)
    assert (status, "text/event-stream") == (streamed.status, streamed.headers["content-type"])
    assert {"error", "error_type"} == json.loads(streamed.text.removeprefix("data: ")).keys()
    compatible = post(documented, "/", {**body, "stream": True})
    assert (status, "application/json") == (compatible.status, compatible.headers["content-type"])


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions"])
def test_documented_openai_streams_that_fail_first_are_error_responses(
    documented: Running, path: str
) -> None:
    answer = post(documented, path, {**CHAT, "prompt": "x", "temperature": -1, "stream": True})
    assert (422, "application/json") == (answer.status, answer.headers["content-type"])
    assert "validation" == json.loads(answer.body)["error_type"]


def test_documented_a_stream_that_fails_later_ends_with_the_error(documented: Running) -> None:
    answer = post(
        documented, "/generate_stream", {"inputs": "[[fail-decode]]", "parameters": {"max_new_tokens": 5}}
    )
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.strip().split("\n\n")]
    assert 200 == answer.status
    assert [["index", "token"], ["index", "token"], ["error", "error_type"]] == [
        list(one)[:2] for one in events
    ]


def test_models(tgi: Running, documented: Running) -> None:
    listed = json.loads(exchange(tgi.url, "GET", "/v1/models").body)
    bare = json.loads(exchange(documented.url, "GET", "/v1/models").body)
    assert {"object": "list", "data": [bare]} == listed


@pytest.mark.parametrize(
    ("parameters", "tgi_status", "documented_status"),
    [
        ({"best_of": 0}, 200, 422),
        ({"seed": 0}, 200, 422),
        ({"top_n_tokens": 0}, 200, 422),
        ({"frequency_penalty": -2.0}, 200, 422),
        ({"top_p": 1.0}, 422, 200),
        ({"typical_p": 1.0}, 422, 200),
        ({"top_p": 1.1}, 422, 422),
        ({"temperature": 0}, 422, 422),
        ({"top_p": 0.5, "seed": 1}, 200, 200),
    ],
)
def test_bounds(
    tgi: Running, documented: Running, parameters: dict[str, Any], tgi_status: int, documented_status: int
) -> None:
    body = {"inputs": "x", "parameters": {"max_new_tokens": 1, **parameters}}
    statuses = [post(server, "/generate", body).status for server in (tgi, documented)]
    assert [tgi_status, documented_status] == statuses


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/generate", {"inputs": "x", "parameters": {"max_new_tokens": 3, "details": True}}),
        ("/generate_stream", {"inputs": "x", "parameters": {"max_new_tokens": 3, "details": True}}),
        ("/tokenize", {"inputs": "What is Deep Learning?"}),
        ("/chat_tokenize", CHAT),
    ],
)
def test_what_is_fine_is_answered_alike(tgi: Running, documented: Running, path: str, body: Any) -> None:
    assert post(tgi, path, body).body == post(documented, path, body).body


def test_bounds_of_generation_are_not_those_of_chats_and_completions(documented: Running) -> None:
    assert (
        200 == post(documented, "/v1/chat/completions", {**CHAT, "seed": 0, "frequency_penalty": -2}).status
    )
    chat = {**CHAT, "logprobs": True, "top_logprobs": 0}
    assert 200 == post(documented, "/v1/chat/completions", chat).status
    assert 200 == post(documented, "/v1/completions", {"prompt": "x", "max_tokens": 1, "seed": 0}).status


def test_invocations_answers_with_an_array_or_without(tgi: Running, documented: Running) -> None:
    body = {"inputs": "x", "parameters": {"max_new_tokens": 2}}
    wrapped = json.loads(post(tgi, "/invocations", body).body)
    assert [json.loads(post(documented, "/invocations", body).body)] == wrapped
