"""Answers as TGI gives them, and the plan by which they are checked."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tgi_conformance.http.exchange import Response
from tgi_conformance.load.mix import FORMS
from tgi_conformance.load.plan import LENGTH, TEXT, FormPlan
from tgi_conformance.load.questions import Question
from tgi_conformance.protocol.forms import PROMPT

TEXT_ASKED = "k4f9a"
PROMPT_TOKENS = 6


def plan(label: str, proof: str = TEXT, **rest: Any) -> FormPlan:
    return FormPlan(label, proof, prompts=((PROMPT, PROMPT_TOKENS),), **rest)


def question(label: str, text: str = TEXT_ASKED) -> Question:
    return Question(FORMS[label].ask(), limit=9, text=text, prompt_tokens=PROMPT_TOKENS)


def length_plan(label: str) -> FormPlan:
    return plan(label, LENGTH)


def whole(body: Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = httpx.Headers({"content-type": "application/json", **named})
    return Response(status, sent, json.dumps(body).encode(), 0.01)


def stream(*events: Any, done: bool = False) -> Response:
    lines = [json.dumps(event) for event in events] + ["[DONE]"] * done
    body = "".join(f"data: {line}\n\n" for line in lines).encode()
    return Response(200, httpx.Headers({"content-type": "text/event-stream"}), body, 0.01)


def tokens_of(text: str) -> list[dict[str, Any]]:
    own = [{"id": ord(letter), "text": letter, "logprob": 0.0, "special": False} for letter in text]
    return [*own, {"id": 2, "text": "</s>", "logprob": 0.0, "special": True}]


def generated(text: str = TEXT_ASKED, **details: Any) -> dict[str, Any]:
    tokens = tokens_of(text)
    told = {
        "finish_reason": "eos_token",
        "generated_tokens": len(tokens),
        "seed": None,
        "prefill": [],
        "tokens": tokens,
    }
    return {"generated_text": text, "details": {**told, **details}}


def events(text: str = TEXT_ASKED) -> list[dict[str, Any]]:
    tokens = tokens_of(text)
    found: list[dict[str, Any]] = [
        {"index": place, "token": token, "generated_text": None, "details": None}
        for place, token in enumerate(tokens, 1)
    ]
    found[-1]["generated_text"] = text
    found[-1]["details"] = {
        "finish_reason": "eos_token",
        "generated_tokens": len(tokens),
        "input_length": PROMPT_TOKENS,
    }
    return found


def usage(completion: int, prompt: int = PROMPT_TOKENS) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def chat(text: str = TEXT_ASKED, model: str = "m") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"model": model, "choices": [choice], "usage": usage(len(text) + 1)}


def chunks(text: str = TEXT_ASKED, model: str = "m") -> list[dict[str, Any]]:
    pieces = [*text, ""]
    found: list[dict[str, Any]] = [
        {
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "delta": {"content": piece},
                    "finish_reason": "stop" if place == len(text) else None,
                }
            ],
        }
        for place, piece in enumerate(pieces)
    ]
    return [*found, {"model": model, "choices": [], "usage": usage(len(pieces))}]
