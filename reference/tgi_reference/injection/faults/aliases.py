"""Routes that answer differently from those that they are aliases of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import COMPLETIONS, GENERATE, GENERATION, OPENAI, Event
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import change_text, changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call

MAIN = "/generate"
ALIAS = "/invocations"
PRIZED = ("temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "frequency_penalty", "stop")


@FAULT.request(*GENERATION)
def other_routes_ignore_parameters(call: Call) -> None:
    """Only /generate honours sampling parameters, penalties and stop strings."""
    if call.path == MAIN:
        return
    parameters = call.parameters
    for name in PRIZED:
        value = parameters.get(name)
        fits = isinstance(value, (int, float)) and 0 < value <= 1.9  # noqa: PLR2004
        if fits or (isinstance(value, list) and len(value) <= 1):
            parameters.pop(name)


@FAULT.request(GENERATE)
def other_routes_ignore_truncate(call: Call) -> None:
    """Only /generate honours `truncate`."""
    size = call.wanted("truncate")
    if call.path != MAIN and isinstance(size, int) and 0 < size <= call.services.settings.max_input_tokens:
        call.parameters.pop("truncate")


@FAULT.answer(*OPENAI)
def invocations_cut_the_text(body: Any, call: Call) -> Any:
    """At /invocations the text of chats and completions lacks its last letter."""
    for choice in body["choices"] if call.path == ALIAS else ():
        if "text" in choice:
            choice["text"] = choice["text"][:-1]
        elif choice["message"].get("content"):
            choice["message"]["content"] = choice["message"]["content"][:-1]
    return body


@FAULT.event(*OPENAI, also=invocations_cut_the_text)
def _streamed(event: Event, call: Call) -> Iterable[Event]:
    if call.path != ALIAS:
        return [event]
    return changed(event, lambda body: change_text(body, lambda text: text[:-1]))


@FAULT.request(*OPENAI)
def invocations_do_not_stream(call: Call) -> None:
    """At /invocations chats and completions are never streamed."""
    if call.path == ALIAS:
        (call.body or {}).pop("stream", None)


@FAULT.request(GENERATE)
def invocations_leave_the_prompt_out(call: Call) -> None:
    """At /invocations the answer contains the prompt only where that is requested."""
    if call.path == ALIAS and isinstance(call.body, dict) and "inputs" in call.body:
        call.parameters.setdefault("return_full_text", False)


@FAULT.request(COMPLETIONS)
def batches_ignore_seeds_and_stops(call: Call) -> None:
    """With several prompts `seed` and `stop` are ignored."""
    if isinstance((call.body or {}).get("prompt"), list) and len(call.body["prompt"]) > 1:
        call.body.pop("seed", None)
        call.body.pop("stop", None)


@FAULT.event(COMPLETIONS)
def streamed_prompts_are_exchanged(event: Event, call: Call) -> Iterable[Event]:
    """Streamed, the first two of several prompts have each other's `index`."""
    prompts = call.wanted("prompt")
    if not isinstance(prompts, list) or len(prompts) < 2:  # noqa: PLR2004
        return [event]

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["index"] = {0: 1, 1: 0}.get(choice["index"], choice["index"])

    return changed(event, change)


@FAULT.event(COMPLETIONS)
def streamed_prompts_lose_their_usage(event: Event, _: Call) -> Iterable[Event]:
    """Streamed, only the first of several prompts has its `usage`."""
    body = event.json
    if body.get("usage") and body["choices"] and body["choices"][0]["index"]:
        return [Event.of({name: value for name, value in body.items() if name != "usage"})]
    return [event]


@FAULT.answer(GENERATE)
def text_differs_where_details_are_not_asked(body: Any, call: Call) -> Any:
    """Without `details` the text lacks its last letter."""
    if call.wanted("details") or call.wanted("decoder_input_details"):
        return body
    return {**body, "generated_text": body["generated_text"][:-1]}


@FAULT.body(GENERATE)
def invocations_come_without_their_array(body: bytes, call: Call) -> bytes:
    """/invocations answers a generate body without the array around it."""
    value = _listed(body, call)
    return body if value is None else json.dumps(value[0], ensure_ascii=False).encode()


@FAULT.body(GENERATE)
def invocations_answer_twice(body: bytes, call: Call) -> bytes:
    """/invocations answers a generate body with two answers in its array."""
    value = _listed(body, call)
    return body if value is None else json.dumps(value * 2, ensure_ascii=False).encode()


def _listed(body: bytes, call: Call) -> list[Any] | None:
    if call.path != "/invocations" or not body.startswith(b"["):
        return None
    value: list[Any] = json.loads(body)
    return value
