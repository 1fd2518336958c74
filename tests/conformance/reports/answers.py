"""A report whose findings have JSON, streams and tool calls, and one of the whole catalogue."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve
from tests.conformance.reports.samples import BAD, SEEN, result

from tgi_conformance.requirements import requirements
from tgi_conformance.results.evidence import EventSeen, ResponseSeen
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.report import Report, Result

JSON_HEADERS = (("content-type", "application/json"),)
STREAM_HEADERS = (("content-type", "text/event-stream"),)
DETAILS = {
    "generated_text": " is a",
    "details": {"finish_reason": "length", "generated_tokens": 3, "seed": None, "prefill": [], "tokens": []},
}


def answer(value: Any) -> ResponseSeen:
    return ResponseSeen(200, JSON_HEADERS, 0.01, json.dumps(value))


def stream(*values: Any, omitted: int = 0) -> ResponseSeen:
    """Give a stream with an event of JSON for each value; a text is the event's data as it stands."""
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    events = tuple(EventSeen(n / 100, "message", text) for n, text in enumerate(texts, 1))
    return ResponseSeen(200, STREAM_HEADERS, 0.1, "data: …", events, omitted)


def token(index: int, text: str, *, special: bool = False, **rest: Any) -> dict[str, Any]:
    whole = {"id": index, "text": text, "logprob": -0.5, "special": special}
    return {"index": index, "token": whole, "generated_text": None, "details": None, **rest}


def chunk(delta: dict[str, Any], index: int = 0, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "id": "", "model": "m", "choices": [choice]}


def call(arguments: str, **rest: Any) -> dict[str, Any]:
    return chunk({"tool_calls": [{"index": 0, "function": {"name": None, "arguments": arguments}, **rest}]})


TOKENS = stream(token(1, " is"), token(2, " a"), token(3, "</s>", special=True, generated_text=" is a"))
TOOLS = stream(call('{"city": '), call('"Paris"}'), "[DONE]")
SHOWN = evolve(
    BAD,
    requirements=(
        result(
            "tokens-are-counted",
            Outcome.FAILED,
            **{**SEEN, "expected": "generated_tokens = 2", "actual": "3", "response": answer(DETAILS)},
        ),
        result("stream-counts", Outcome.FAILED, **{**SEEN, "actual": "3", "response": TOKENS}),
        result("tools-parse", Outcome.FAILED, category="tools", **{**SEEN, "response": TOOLS}),
        *BAD.requirements,
    ),
)


def everything(outcome: Outcome) -> Report:
    """Give a report in which every requirement has this outcome, a cause for each route."""
    return evolve(
        BAD,
        requirements=tuple(
            Result(
                id=one.id,
                level=one.level,
                operation=one.operation,
                statement=one.statement,
                source=one.source,
                why=one.why,
                outcome=outcome,
                category=one.category,
                **{**SEEN, "actual": f"nothing at {one.id.partition('.')[0]}"},
            )
            for one in requirements()
        ),
    )
