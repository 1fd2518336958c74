"""Generated tokens are read from answers, even malformed ones."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tgi_conformance.http.exchange import Response
from tgi_conformance.http.usage import generated_tokens


def response(body: bytes, content_type: str = "application/json", **headers: str) -> Response:
    return Response(200, httpx.Headers({"content-type": content_type, **headers}), body, 0.1, 0.1)


def events(*values: Any) -> Response:
    lines = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return response("".join(f"data: {line}\n\n" for line in lines).encode(), "text/event-stream")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"details": {"generated_tokens": 5}}, 5),
        ([{"details": {"generated_tokens": 5}}], 5),
        ({"usage": {"completion_tokens": 7}}, 7),
        ({"generated_text": "x"}, 0),
        ([], 0),
        ({"usage": None, "details": []}, 0),
        ({"usage": {"completion_tokens": -3}}, 0),
        ({"usage": {"completion_tokens": "7"}}, 0),
        ("text", 0),
    ],
)
def test_bodies_state_their_tokens(body: Any, expected: int) -> None:
    assert expected == generated_tokens(response(json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("header", "expected"),
    [("12", 12), ("", 3), ("-1", 3), ("x", 3), ("\u0663", 3), ("9" * 5000, 999_999_999)],
)
def test_a_numeric_header_takes_precedence(header: str, expected: int) -> None:
    body = b'{"usage": {"completion_tokens": 3}}'
    answer = Response(
        200, httpx.Headers([(b"x-generated-tokens", header.encode())], encoding="utf-8"), body, 0.1, 0.1
    )

    assert expected == generated_tokens(answer)


def test_streams_count_events_that_carry_tokens() -> None:
    assert 2 == generated_tokens(events({"token": {"id": 1}}, {"token": {"id": 2}}, {"error": "x"}, "[DONE]"))
    assert 2 == generated_tokens(events({"choices": [{}]}, {"choices": [{}]}, {"choices": []}, "{", "[DONE]"))


def test_a_stream_that_states_more_tokens_counts_more() -> None:
    assert 9 == generated_tokens(
        events({"choices": [{}]}, {"choices": [], "usage": {"completion_tokens": 9}})
    )
