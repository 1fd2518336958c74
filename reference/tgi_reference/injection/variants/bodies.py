"""Bodies: JSON written in other ways, or with members that the document does not name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, GENERATE, GENERATION, OPENAI, Event
from tgi_reference.injection.variants import VARIANTS as VARIANT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_reference.injection.call import Call

OPTIONAL = frozenset(
    {
        *("details", "generated_text", "usage", "logprobs", "seed", "finish_reason"),
        *("docker_label", "sha", "model_sha", "model_pipeline_tag"),
    }
)
REWORDED = "Something about this request is not as it should be (code 17)"
WITH_JSON = ("info", "models", "tokenize", "chat-tokenize", "health", *GENERATION)


def _each_object(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The value with every object in it changed."""
    if isinstance(value, dict):
        return change({name: _each_object(member, change) for name, member in value.items()})
    return [_each_object(one, change) for one in value] if isinstance(value, list) else value


def _event(event: Event, change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Event]:
    return [Event.of(_each_object(event.json, change)) if event.json else event]


def _more(members: dict[str, Any]) -> dict[str, Any]:
    return {"x_of_later": {"a": [1, None]}, **members, "_note": "new"}


@VARIANT.answer(*WITH_JSON)
def extra_members(body: Any, _: Call) -> Any:
    """Every object has members that the document does not name."""
    return _each_object(body, _more)


@VARIANT.error(*WITH_JSON, also=extra_members)
def _extra_members_of_errors(body: Any, _: Call) -> Any:
    return _each_object(body, _more)


@VARIANT.event(also=extra_members)
def _extra_members_of_events(event: Event, _: Call) -> Iterable[Event]:
    return _event(event, _more)


def _reversed(members: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(members.items()))


@VARIANT.answer()
def reordered_members(body: Any, _: Call) -> Any:
    """Members of objects come in another order."""
    return _each_object(body, _reversed)


@VARIANT.error(also=reordered_members)
def _reordered_errors(body: Any, _: Call) -> Any:
    return _each_object(body, _reversed)


@VARIANT.event(also=reordered_members)
def _reordered_events(event: Event, _: Call) -> Iterable[Event]:
    return _event(event, _reversed)


def _is_json(body: bytes) -> bool:
    return body[:1] in (b"{", b"[")


@VARIANT.body()
def pretty_printed(body: bytes, _: Call) -> bytes:
    """JSON is indented; in events, with spaces."""
    return json.dumps(json.loads(body), indent=4, ensure_ascii=False).encode() if _is_json(body) else body


@VARIANT.event(also=pretty_printed)
def _spaced_events(event: Event, _: Call) -> Iterable[Event]:
    return [Event.text(json.dumps(event.json, ensure_ascii=False)) if event.json else event]


@VARIANT.body()
def escaped_characters(body: bytes, _: Call) -> bytes:
    """Non-ASCII characters are escaped."""
    return json.dumps(json.loads(body)).encode() if _is_json(body) else body


@VARIANT.event(also=escaped_characters)
def _escaped_events(event: Event, _: Call) -> Iterable[Event]:
    return [Event.text(json.dumps(event.json)) if event.json else event]


@VARIANT.body()
def white_space_around_json(body: bytes, _: Call) -> bytes:
    """JSON has white space before and after it."""
    return b" \r\n\t" + body + b"\n" if _is_json(body) else body


@VARIANT.event(also=white_space_around_json)
def _white_space_around_events(event: Event, _: Call) -> Iterable[Event]:
    return [Event.text(f"  {event.data} ") if event.json else event]


@VARIANT.body(*GENERATION)
def numbers_with_exponents(body: bytes, _: Call) -> bytes:
    """Floats are written with an exponent."""
    return _exponents(body.decode()).encode() if _is_json(body) else body


@VARIANT.event(*GENERATION, also=numbers_with_exponents)
def _exponents_in_events(event: Event, _: Call) -> Iterable[Event]:
    return [Event.text(_exponents(event.data)) if event.json else event]


def _exponents(text: str) -> str:
    """Log-probabilities are the only numbers with a point; they stand in for themselves until written."""
    numbers: list[str] = []

    def kept(number: str) -> str:
        numbers.append(f"{float(number):.17e}")
        return f"\0{len(numbers) - 1}\0"

    written = json.dumps(json.loads(text, parse_float=kept), ensure_ascii=False)
    for place, number in enumerate(numbers):
        written = written.replace(f'"\\u0000{place}\\u0000"', number)
    return written


def _without_nulls(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None or name not in OPTIONAL}


@VARIANT.answer(*WITH_JSON)
def nulls_left_out(body: Any, _: Call) -> Any:
    """Optional members that would be null are left out."""
    return _each_object(body, _without_nulls)


@VARIANT.event(also=nulls_left_out)
def _nulls_left_out_of_events(event: Event, _: Call) -> Iterable[Event]:
    return _event(event, _without_nulls)


@VARIANT.error(*WITH_JSON)
def reworded_errors(body: Any, _: Call) -> Any:
    """Error messages are worded differently."""
    return {**body, "error": REWORDED}


@VARIANT.event(also=reworded_errors)
def _reworded_events(event: Event, call: Call) -> Iterable[Event]:
    if not event.is_error:
        return [event]
    body = event.json
    if call.kind == GENERATE:
        return [Event.of({**body, "error": REWORDED})]
    return [Event.of({"error": {**body["error"], "message": REWORDED}})]


@VARIANT.body("tokenize", "chat-tokenize", *GENERATION, also=reworded_errors)
def _reworded_texts(body: bytes, _: Call) -> bytes:
    return body if _is_json(body) or not body else REWORDED.encode()


@VARIANT.answer(*OPENAI)
def answers_have_ids(body: Any, call: Call) -> Any:
    """OpenAI-style answers have an `id` and a fingerprint of their own."""
    return {**body, "id": f"chatcmpl-{id(call):x}", "system_fingerprint": "fp_1"}


@VARIANT.event(*OPENAI, also=answers_have_ids)
def _chunks_have_ids(event: Event, call: Call) -> Iterable[Event]:
    body = event.json
    if not body or event.is_error:
        return [event]
    return [Event.of({**body, "id": f"chatcmpl-{id(call):x}", "system_fingerprint": "fp_1"})]


@VARIANT.answer(*OPENAI)
def choices_in_another_order(body: Any, _: Call) -> Any:
    """Several choices come in reverse order; their `index` identifies them."""
    return {**body, "choices": body["choices"][::-1]}


@VARIANT.answer(CHAT)
def tool_calls_have_ids(body: Any, _: Call) -> Any:
    """Tool calls have long ids."""
    for choice in body["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            call["id"] = "call_8HkzJpWc"
    return body
