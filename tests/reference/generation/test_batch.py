"""A request that makes the model process fail, and those that run beside it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.reference.raw_http import exchange

from tgi_reference.compose import running
from tgi_reference.fidelity import DOCUMENTED, TGI, Fidelity
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse

    from tgi_reference.server import Running

JSON = {"content-type": "application/json"}
POISON: list[dict[str, Any]] = [
    {"inputs": "[[fail-prefill]]", "parameters": {"max_new_tokens": 5}},
    {"inputs": "[[fail-decode]]", "parameters": {"max_new_tokens": 5}},
    {"inputs": "x", "parameters": {"max_new_tokens": 5, "grammar": {"type": "regex", "value": "["}}},
]


@contextmanager
def _slow(fidelity: Fidelity) -> Iterator[Running]:
    settings = Settings(failure_prompts=True, token_latency=0.01, fidelity=fidelity)
    with running(settings) as server:
        yield server


@contextmanager
def _stream(server: Running) -> Iterator[HTTPResponse]:
    """A stream of 40 tokens that has begun."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    body = {"inputs": "x", "parameters": {"max_new_tokens": 40, "do_sample": True}}
    connection.request("POST", "/generate_stream", json.dumps(body), JSON)
    response = connection.getresponse()
    response.readline()
    try:
        yield response
    finally:
        connection.close()


def _last(stream: HTTPResponse) -> Any:
    return json.loads(stream.read().decode().strip().split("\n\n")[-1].removeprefix("data: "))


def _post(server: Running, body: Any) -> Any:
    answer = exchange(server.url, "POST", "/generate", JSON, json.dumps(body).encode())
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize("poison", POISON)
def test_it_fails_all_that_run_beside_it(poison: dict[str, Any]) -> None:
    with _slow(TGI) as server, _stream(server) as first, _stream(server) as second:
        status, refusal = _post(server, poison)
        assert 424 == status
        assert [refusal, refusal] == [_last(first), _last(second)]
        assert 200 == _post(server, {"inputs": "x", "parameters": {"max_new_tokens": 1}})[0]


@pytest.mark.parametrize("poison", POISON)
def test_as_documented_it_fails_alone(poison: dict[str, Any]) -> None:
    with _slow(DOCUMENTED) as server, _stream(server) as stream:
        assert 424 == _post(server, poison)[0]
        assert isinstance(_last(stream)["generated_text"], str)


def test_a_refused_request_fails_alone() -> None:
    with _slow(TGI) as server, _stream(server) as stream:
        assert 422 == _post(server, {"inputs": "x", "parameters": {"max_new_tokens": 0}})[0]
        assert isinstance(_last(stream)["generated_text"], str)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[", "error building NFA"),
        ("(?=a)b", "error building NFA"),
        (r"\bab", "Unicode word boundaries"),
        ("^ab", "anchored"),
        (r"\Aab", "anchored"),
        ("(^a)b", "anchored"),
    ],
)
def test_patterns_that_the_model_process_cannot_use(tgi: Running, pattern: str, expected: str) -> None:
    parameters = {"max_new_tokens": 5, "grammar": {"type": "regex", "value": pattern}}
    status, refusal = _post(tgi, {"inputs": "x", "parameters": parameters})
    assert (424, "generation") == (status, refusal["error_type"])
    assert expected in refusal["error"]


@pytest.mark.parametrize(("pattern", "text"), [("a[^b-zA-Z0-9]?", None), (r"\^a", "^a"), ("[a^]{1}", None)])
def test_a_circumflex_that_is_no_anchor(tgi: Running, pattern: str, text: str | None) -> None:
    parameters = {"max_new_tokens": 9, "grammar": {"type": "regex", "value": pattern}}
    status, answer = _post(tgi, {"inputs": "x", "parameters": parameters})
    assert 200 == status
    assert text in (None, answer["generated_text"])


def test_an_empty_pattern_is_no_grammar(tgi: Running) -> None:
    parameters = {"max_new_tokens": 3, "grammar": {"type": "regex", "value": ""}}
    assert _post(tgi, {"inputs": "x", "parameters": {"max_new_tokens": 3}}) == _post(
        tgi, {"inputs": "x", "parameters": parameters}
    )
