"""What counts as the same failure of a requirement."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from tests.conformance.factories import GET

from tgi_conformance.http.exchange import Exchange, Response
from tgi_conformance.results.symptom import symptom_of

TOO_LONG = "Input validation error: `inputs` must have less than 512 tokens. Given: 521"
REFUSAL = {"error": TOO_LONG, "error_type": "x"}


def exchange(body: Any, status: int = 200, media_type: str = "application/json") -> Exchange:
    content = body if isinstance(body, str) else json.dumps(body)
    headers = httpx.Headers({"content-type": media_type})
    return Exchange(GET, Response(status, headers, content.encode(), 0.1))


def stream(*pieces: str) -> Exchange:
    events = "".join(f"data: {json.dumps({'text': piece})}\n\n" for piece in pieces)
    return exchange(events, media_type="text/event-stream")


def answered(body: Any, status: int = 200) -> str:
    one = exchange(body, status)
    return symptom_of("status 200", f"{status} application/json: {json.dumps(body)!r}", one)


SAME = [
    (symptom_of("tokens = 4", 5, exchange({})), symptom_of("tokens = 17", 18, exchange({}))),
    (
        symptom_of("the text 'a'", "ab", exchange({"t": "ab"})),
        symptom_of("the text 'b'", "c d", exchange({"t": "c d"})),
    ),
    (symptom_of("x = 'a b'", "c d", stream("c", " d")), symptom_of("x = 'e'", "f g h", stream("f g", " h"))),
    (answered(REFUSAL, 422), answered({**REFUSAL, "error": TOO_LONG.replace("521", "99")}, 422)),
    (answered({"text": "a", "count": 21}), answered({"count": 3, "text": "bcd"})),
    (symptom_of("one", [False, False, False], exchange({})), symptom_of("one", [False, False], exchange({}))),
    (
        symptom_of("created now", 1795642867, exchange({})),
        symptom_of("created now", 1795642999, exchange({})),
    ),
]
DIFFERENT = [
    (symptom_of("tokens = 4", 5, exchange({})), symptom_of("tokens = 4", 6, exchange({}))),
    (symptom_of("tokens = 4", 5, exchange({})), symptom_of("tokens = 4", 3, exchange({}))),
    (symptom_of("tokens = 4", 5, exchange({})), symptom_of("tokens = 4", None, exchange({}))),
    (symptom_of("count = '3'", "4", exchange({})), symptom_of("count = '5'", "4", exchange({}))),
    (symptom_of("at most 4", 5, exchange({})), symptom_of("at most 4", 200, exchange({}))),
    (symptom_of("a text", "x", exchange({})), symptom_of("a text", "x", exchange({}, 500))),
    (
        symptom_of("the reason 'stop'", "length", exchange({})),
        symptom_of("the reason 'stop'", None, exchange({})),
    ),
    (symptom_of("one", [False, True], exchange({})), symptom_of("one", [False, False], exchange({}))),
    (symptom_of("from 1", [1, 2, 4], exchange({})), symptom_of("from 1", [2, 1, 3], exchange({}))),
    (answered(REFUSAL, 422), answered(REFUSAL, 500)),
    (answered(REFUSAL, 422), answered({**REFUSAL, "error": "Tool error: no function"}, 422)),
    (answered({"text": "a"}), answered({"text": None})),
    (answered([{"text": "a"}]), answered([{"text": "a"}, {"text": "b"}])),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_differs_from_run_to_run_is_left_out(one: str, other: str) -> None:
    assert one == other


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_worse_failure_looks_different(one: str, other: str) -> None:
    assert one != other


@pytest.mark.parametrize(
    ("symptom", "expected"),
    [
        (symptom_of("tokens = 4", 5, exchange({})), "tokens = # | 1 more | 200 application/json"),
        (answered({"error": "Too long: 521"}, 413), "status # | 413 application/json: Too long: #"),
        (symptom_of("an answer", "no answer in time", None), "an answer | no answer in time"),
    ],
)
def test_a_symptom_can_be_read(symptom: str, expected: str) -> None:
    assert expected == symptom


def test_deep_and_wide_values_are_bounded() -> None:
    deep: Any = []
    for _ in range(1000):
        deep = [deep, {"a" * 1000: deep}] if not deep else [deep]

    assert len(symptom_of("x", {f"member {n}": [n] * 100 for n in range(10_000)}, exchange({}))) < 2000
    assert len(answered({f"member {n}": n for n in range(10_000)})) < 2000
    assert "…" in symptom_of("x", deep, exchange({}))
