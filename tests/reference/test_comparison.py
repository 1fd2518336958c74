"""The comparison itself: it accepts what was recorded, and nothing that differs in what clients rely on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.reference.comparison import differences
from tests.reference.raw_http import Answer
from tests.reference.transcripts import Recording, recordings

if TYPE_CHECKING:
    from collections.abc import Callable

BY_NAME = {one.name: one for one in recordings()}


def _itself(recording: Recording) -> Answer:
    answer = recording.answer
    return Answer(answer["status"], answer["headers"], (answer.get("body") or "").encode())


def test_every_recorded_answer_equals_itself() -> None:
    whole = [one for one in recordings() if one.answer.get("body") is not None]
    assert [] == [one.name for one in whole if differences(one, _itself(one))]


def _json(change: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    def apply(answer: Answer) -> Answer:
        value = json.loads(answer.body)
        return evolve(answer, body=json.dumps(change(value)).encode())

    return apply


def _text(old: str, new: str) -> Callable[[Answer], Answer]:
    return lambda answer: evolve(answer, body=answer.text.replace(old, new).encode())


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("generate/plain", lambda answer: evolve(answer, status=201)),
        (
            "generate/plain",
            lambda answer: evolve(answer, headers={**answer.headers, "content-type": "text/html"}),
        ),
        (
            "generate/plain",
            lambda answer: evolve(
                answer, headers={k: v for k, v in answer.headers.items() if k != "x-total-time"}
            ),
        ),
        ("generate/plain", _json(lambda value: {**value, "more": 1})),
        ("generate/plain", _json(lambda value: {"generated_text": None})),
        ("generate/best-of-0", _json(lambda value: [value])),
        ("generate/seed", _text('"finish_reason":"length"', '"finish_reason":"stop"')),
        ("generate/seed", _text('"generated_tokens":5', '"generated_tokens":4')),
        ("generate/seed", _text('"special":false', '"special":null')),
        ("generate/temperature-neg", _text("strictly positive", "positive")),
        ("generate/temperature-neg", _text('"validation"', '"generation"')),
        ("generate/inputs-null", _text("column 15", "column 14")),
        ("generate_stream/seed", _text('"index":3', '"index":4')),
        ("generate_stream/seed", _text('"details":null', '"details":{}')),
        ("generate_stream/seed", lambda answer: evolve(answer, body=answer.body + b"data: [DONE]\n\n")),
        (
            "generate_stream/seed",
            lambda answer: evolve(answer, body=b"\n\n".join(answer.body.split(b"\n\n")[1:])),
        ),
        ("chat/plain", _text('"completion_tokens":5', '"completion_tokens":6')),
        ("chat/plain", _text('"total_tokens":31', '"total_tokens":30')),
        ("chat/plain", _text('"object":"chat.completion"', '"object":"text_completion"')),
        ("chat-stream/plain", _text("data: [DONE]\n\n", "")),
        ("chat-stream/plain", _text('"role":"assistant",', "")),
        ("completions-stream/list-2", _text('"index":1', '"index":0')),
        ("tokenize/special-token", _text('"start":0,', "")),
        ("auth-none/get/info", _text('"max_best_of":2', '"max_best_of":3')),
    ],
)
def test_a_spoilt_answer_is_told(name: str, spoil: Callable[[Answer], Answer]) -> None:
    recording = BY_NAME[name]
    spoilt = spoil(_itself(recording))
    assert _itself(recording) != spoilt
    assert [] != differences(recording, spoilt)
