"""Routes beyond the recordings: the documentation page, metrics as a scraper reads them, methods and keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.reference.raw_http import exchange

from tgi_document.pinned import pinned_path
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_reference.server import Running

JSON = {"content-type": "application/json"}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]


def post(server: Running, path: str, **members: Any) -> Any:
    answer = exchange(server.url, "POST", path, JSON, json.dumps(members).encode())
    return json.loads(answer.body)


def events(server: Running, path: str, **members: Any) -> list[Any]:
    text = exchange(server.url, "POST", path, JSON, json.dumps({**members, "stream": True}).encode()).text
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def test_the_documentation_page_leads_to_the_document(tgi: Running) -> None:
    redirect = exchange(tgi.url, "GET", "/docs")
    assert (303, "/docs/") == (redirect.status, redirect.headers["location"])
    page = exchange(tgi.url, "GET", "/docs/")
    assert "text/html" == page.headers["content-type"]
    for name in ("swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css", "index.css"):
        assert name in page.text
        assert 200 == exchange(tgi.url, "GET", f"/docs/{name}").status
    assert "/api-doc/openapi.json" in exchange(tgi.url, "GET", "/docs/swagger-initializer.js").text
    document = exchange(tgi.url, "GET", "/api-doc/openapi.json")
    assert ("application/json", pinned_path().read_bytes()) == (
        document.headers["content-type"],
        document.body,
    )


@pytest.mark.parametrize("name", ["nope.js", "../__init__.py", "%2e%2e/__init__.py", "swagger-ui.js.map"])
def test_the_documentation_page_has_no_other_files(tgi: Running, name: str) -> None:
    assert 404 == exchange(tgi.url, "GET", f"/docs/{name}").status


def test_metrics_parse(tgi: Running) -> None:
    post(tgi, "/generate", inputs="x", parameters={"max_new_tokens": 1})
    text = exchange(tgi.url, "GET", "/metrics").text
    kinds = {family.name: family.type for family in text_string_to_metric_families(text)}
    assert ("counter", "histogram") == (kinds["tgi_request_count"], kinds["tgi_request_duration"])


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/generate", 405, "POST"),
        ("HEAD", "/generate", 405, "POST"),
        ("PATCH", "/info", 405, "GET,HEAD"),
        ("DELETE", "/", 405, "POST,GET,HEAD"),
        ("OPTIONS", "/info", 200, "GET,HEAD"),
        ("OPTIONS", "/nope", 200, None),
        ("POST", "/docs/", 405, "GET,HEAD"),
        ("HEAD", "/", 200, None),
    ],
)
def test_methods(tgi: Running, method: str, path: str, status: int, allow: str | None) -> None:
    answer = exchange(tgi.url, method, path)
    assert (status, allow, b"") == (answer.status, answer.headers.get("allow"), answer.body)


def test_what_a_key_protects() -> None:
    protected = ("/", "/generate", "/generate_stream", "/v1/chat/completions", "/v1/completions", "/tokenize",
                 "/invocations", "/vertex")  # fmt: skip
    with running(Settings(api_key="sesame")) as server:
        for path in protected:
            assert 401 == exchange(server.url, "POST", path, JSON, b"{").status
            right = {**JSON, "authorization": "bearer SESAME"}
            assert 400 == exchange(server.url, "POST", path, right, b"{").status
        assert 401 == exchange(server.url, "GET", "/generate").status
        assert 405 == exchange(server.url, "DELETE", "/").status
        assert 400 == exchange(server.url, "POST", "/chat_tokenize", JSON, b"{").status
        for path in ("/", "/health", "/info", "/metrics", "/v1/models", "/docs/", "/api-doc/openapi.json"):
            assert 200 == exchange(server.url, "GET", path).status


def test_best_of_answers_with_the_likelier_sequence(tgi: Running) -> None:
    parameters = {"best_of": 2, "do_sample": True, "details": True, "max_new_tokens": 8, "top_n_tokens": 2}
    details = post(tgi, "/generate", inputs="What", parameters=parameters)["details"]
    (other,) = details["best_of_sequences"]

    def mean(sequence: Any) -> float:
        return float(sum(token["logprob"] for token in sequence["tokens"]) / len(sequence["tokens"]))

    assert mean(details) >= mean(other)
    assert len(other["tokens"]) == len(other["top_tokens"])


def test_streamed_and_unstreamed_texts_are_equal(tgi: Running) -> None:
    parameters = {"max_new_tokens": 40, "do_sample": True, "seed": 5}
    whole = post(tgi, "/", inputs="What", parameters=parameters)[0]["generated_text"]
    streamed = events(tgi, "/", inputs="What", parameters=parameters)
    assert whole == streamed[-1]["generated_text"]
    assert whole == "What" + "".join(one["token"]["text"] for one in streamed)


@pytest.mark.parametrize(
    "choice", ["required", "get_weather", {"type": "function", "function": {"name": "get_weather"}}]
)
def test_tool_arguments_are_json_in_a_string_in_both_modes(tgi: Running, choice: Any) -> None:
    chat = {"messages": [{"role": "user", "content": "x"}], "tools": TOOLS, "tool_choice": choice, "seed": 3}
    message = post(tgi, "/v1/chat/completions", **chat, max_tokens=200)["choices"][0]["message"]
    function = message["tool_calls"][0]["function"]
    assert ("get_weather", {"city"}) == (function["name"], json.loads(function["arguments"]).keys())
    chunks = events(tgi, "/v1/chat/completions", **chat, max_tokens=200)
    calls = [one["choices"][0]["delta"]["tool_calls"][0]["function"] for one in chunks[:-1]]
    assert "get_weather" == calls[0]["name"]
    assert {None} == {one["name"] for one in calls[1:]}
    assert json.loads(function["arguments"]) == json.loads("".join(one["arguments"] for one in calls))


def test_a_model_that_chooses_no_tool_answers_in_words(tgi: Running) -> None:
    chat = {"messages": [{"role": "user", "content": "x"}], "tools": TOOLS, "max_tokens": 60}
    for seed in range(40):
        answer = post(tgi, "/v1/chat/completions", **chat, seed=seed)
        if "content" in answer["choices"][0]["message"]:
            chunks = events(tgi, "/v1/chat/completions", **chat, seed=seed)
            text = "".join(one["choices"][0]["delta"]["content"] for one in chunks[:-1])
            assert answer["choices"][0]["message"]["content"] == text
            return
    pytest.fail("with forty seeds a tool was chosen each time")


def test_call_ids_count_on(tgi: Running) -> None:
    earlier = {
        "role": "assistant",
        "tool_calls": [{"id": "6", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }
    chunks = events(
        tgi, "/v1/chat/completions", messages=[earlier, {"role": "user", "content": "x"}], tools=TOOLS,
        tool_choice="required", max_tokens=200,
    )  # fmt: skip
    assert "7" == chunks[0]["choices"][0]["delta"]["tool_calls"][0]["id"]


def test_a_bad_pattern_fails_in_the_model_process(tgi: Running) -> None:
    parameters = {"max_new_tokens": 2, "grammar": {"type": "regex", "value": "("}}
    answer = post(tgi, "/generate", inputs="x", parameters=parameters)
    assert "generation" == answer["error_type"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "grammar is not supported"),
        ("{", "grammar is not valid: EOF while parsing an object at line 1 column 1"),
        ("{} x", "grammar is not valid: trailing characters at line 1 column 4"),
        ({"properties": [], "type": "object"}, 'grammar is not valid: [] is not of type "object"'),
        (
            {"$schema": "http://elsewhere.test/x"},
            "grammar is not valid: Grammar must have a 'properties' field",
        ),
    ],
)
def test_schemas_that_are_none(tgi: Running, value: Any, expected: str) -> None:
    parameters = {"max_new_tokens": 2, "grammar": {"type": "json", "value": value}}
    assert (
        f"Input validation error: {expected}"
        == post(tgi, "/generate", inputs="x", parameters=parameters)["error"]
    )


def test_a_stream_of_several_prompts_takes_turns(tgi: Running) -> None:
    chunks = events(tgi, "/v1/completions", prompt=["a", "b", "c"], max_tokens=3, temperature=0)
    assert [0, 1, 2] * 3 == [one["choices"][0]["index"] for one in chunks[:-1]]
    assert ["", "", "length"] == [one["choices"][0]["finish_reason"] for one in chunks[:-1:3]]


def test_the_fixture_for_other_projects(tgi_server: Running) -> None:
    assert 200 == exchange(tgi_server.url, "GET", "/health").status


@pytest.mark.parametrize("value", [1e39, 1e-45, 3e38])
@pytest.mark.parametrize("name", ["temperature", "repetition_penalty"])
@pytest.mark.parametrize("grammar", [None, {"type": "regex", "value": "[a-z]{4}"}])
def test_extreme_numbers_leave_probabilities_that_are_numbers(
    tgi: Running, name: str, value: float, grammar: Any
) -> None:
    parameters = {name: value, "grammar": grammar, "do_sample": True, "max_new_tokens": 3, "details": True}
    tokens = post(tgi, "/generate", inputs="x", parameters=parameters)["details"]["tokens"]
    assert [] == [one for one in tokens if not one["logprob"] <= 0]
