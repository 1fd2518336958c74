"""The shipped deviations match what TGI is known to do, and nothing worse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from packaging.version import Version

from tgi_conformance.http.exchange import Exchange, Response
from tgi_conformance.protocol.forms import post
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Iterable

GENERATED = "chat-completions.documented-requests-have-documented-answers"
TOOL_END = "chat-completions.streamed-tool-calls-end-with-stop"
ARGUMENTS = "chat-completions.streamed-tool-arguments-are-json-text"
IMAGES = "chat-tokenize.documented-requests-have-documented-answers"
COMPLETION = "completions.streamed-stream-equals-the-unstreamed-answer"
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "x"}]}
PLAIN = "text/plain; charset=utf-8"


def is_known(requirement: str, unmet: UnmetError, version: str = "3.3.6") -> bool:
    """Whether one of the shipped entries knows this of the requirement."""
    return any(
        one.explains(unmet) for one in shipped_deviations() if one.covers(requirement, Version(version))
    )


def refused(body: Any, status: int = 422, text: bytes = b"no", media_type: str = PLAIN) -> UnmetError:
    response = Response(status, httpx.Headers({"content-type": media_type}), text, 0.1)
    return UnmetError("status 200", "else", Exchange(post("/v1/chat/completions", body), response))


def streamed(events: Iterable[Any], actual: Any) -> UnmetError:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
    body = "".join(f"data: {line}\n\n" for line in lines).encode()
    response = Response(200, httpx.Headers({"content-type": "text/event-stream"}), body, 0.1)
    return UnmetError(
        "else", actual, Exchange(post("/v1/chat/completions", {**ASKED, "stream": True}), response)
    )


def piece(finish: str | None = None) -> dict[str, Any]:
    function = {"name": None, "arguments": "x"}
    delta = {"role": "assistant", "tool_calls": [{"index": 0, "id": "0", "function": function}]}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"object": "chat.completion.chunk", "choices": choices, "usage": None}


USAGE = {"object": "chat.completion.chunk", "choices": [], "usage": {"prompt_tokens": 1}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({**ASKED, "stream_options": None}, True),
        ({**ASKED, "stream_options": {}}, False),
        ({"stream_options": None}, False),
        ({**ASKED, "tool_choice": {"function": {"name": "a"}}}, True),
        ({**ASKED, "tool_choice": {"function": {"name": "a"}, "type": "tool"}}, True),
        ({**ASKED, "tool_choice": {"function": {"name": "a"}, "type": "function"}}, False),
        ({**ASKED, "tool_choice": "none"}, False),
        (ASKED, False),
    ],
)
def test_bodies_that_the_router_cannot_read_are_known(body: dict[str, Any], expected: bool) -> None:
    assert expected is is_known(GENERATED, refused(body))
    assert not is_known(GENERATED, refused(body, status=500))
    assert not is_known(GENERATED, refused(body, text=b""))


@pytest.mark.parametrize("release", ["3.0.2", "2.4.1"])
def test_older_releases_take_null(release: str) -> None:
    assert not is_known(GENERATED, refused({**ASKED, "stream_options": None}), release)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([{"type": "image_url", "image_url": {"url": "data:"}}], True),
        ([{"type": "text", "text": "x"}], False),
        ("![](nope)", True),
        ("x", False),
    ],
)
def test_images_that_cannot_be_read_are_known(content: Any, expected: bool) -> None:
    body = {"messages": [{"role": "user", "content": content}]}
    error = json.dumps({"error": "no image", "error_type": "validation"}).encode()

    assert expected is is_known(IMAGES, refused(body, text=error, media_type="application/json"))
    assert not is_known(IMAGES, refused(body, text=error, media_type="application/json", status=500))


@pytest.mark.parametrize(("inputs", "expected"), [("a![](nope)b", True), ("", False), ("![x](y)", False)])
def test_images_in_a_text_are_known(inputs: str, expected: bool) -> None:
    error = json.dumps({"error": "no image", "error_type": "validation"}).encode()
    unmet = refused({"inputs": inputs}, text=error, media_type="application/json")

    assert expected is is_known("tokenize.documented-requests-have-documented-answers", unmet)


@pytest.mark.parametrize(
    ("events", "actual", "expected"),
    [
        ([piece(), piece(), USAGE, "[DONE]"], None, True),
        ([piece(), piece("length"), USAGE, "[DONE]"], "length", False),
        ([piece(), piece(), USAGE], None, False),
        ([piece(), {"error": {"message": "x"}}, "[DONE]"], None, False),
        (["[DONE]"], None, False),
    ],
)
def test_a_tool_call_without_an_end_is_known(events: list[Any], actual: Any, expected: bool) -> None:
    assert expected is is_known(TOOL_END, streamed(events, actual))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('{, "city": "Rome", "days": 3, "place": {"floor": 2}}', True),
        ('{, "days": 3, "place": {"floor":2} }', True),
        ('{,"place":{"floor":2}}', True),
        ('{ "days": 3, "place": {"floor": 2}}', False),
        ('{, "city": "Rome", "place": {"floor": 2}}', False),
        ('{, "city": "Paris", "days": 3, "place": {"floor": 2}}', False),
        ('{, "city": "Rome", "days": 3, "place": {"floor": 2}', False),
        ("{,", False),
        ("", False),
    ],
)
def test_arguments_that_begin_with_the_comma_are_known(arguments: str, expected: bool) -> None:
    assert expected is is_known(ARGUMENTS, streamed([piece(), "[DONE]"], arguments))


@pytest.mark.parametrize(
    ("shown", "finish", "expected"),
    [
        ("<|endoftext|>", "eos_token", True),
        ("</s>", "eos_token", True),
        ("[EOS]", "eos_token", True),
        ("</s>", "length", False),
        (" and so on", "eos_token", False),
        ("", "eos_token", False),
    ],
)
def test_the_text_of_the_end_token_is_known(shown: str, finish: str, expected: bool) -> None:
    last = {"object": "text_completion", "choices": [{"index": 0, "text": shown, "finish_reason": finish}]}

    assert expected is is_known(COMPLETION, streamed([last, "[DONE]"], shown))
