"""What goes wrong for some values, texts and bodies alone, as in gateways that were tried with few."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import CHAT, COMPLETIONS, DONE, GENERATE, GENERATION, OPENAI, Event, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call

FLOATS: Final = ("temperature", "repetition_penalty", "frequency_penalty")
SHORT: Final = 8  # characters
LIMIT: Final = 100  # tokens
LARGEST_BATCH: Final = 3
LONG: Final = 200  # events
REFUSAL: Final = Reply(400, b'{"error":"malformed body","error_type":"validation"}', "application/json")


@FAULT.request(*OPENAI)
def integers_are_no_floats(call: Call) -> None:
    """A temperature or penalty that is written as an integer is ignored."""
    for name in FLOATS:
        value = call.wanted(name)
        if type(value) is int and abs(value) <= SHORT:
            call.parameters.pop(name, None)


@FAULT.request(CHAT)
def limits_that_are_missing_are_100(call: Call) -> None:
    """Without `max_tokens` a chat has 100 tokens, whatever the context leaves."""
    if call.wanted("max_tokens") is None and call.wanted("messages"):
        call.parameters["max_tokens"] = LIMIT


@FAULT.request(GENERATE)
def prompts_are_normalized(call: Call) -> None:
    """Letters and their accents are put together before the prompt is read."""
    if isinstance(call.body, dict) and isinstance(call.body.get("inputs"), str):
        call.body["inputs"] = unicodedata.normalize("NFC", call.body["inputs"])


@FAULT.request(*GENERATION)
def stop_strings_are_cut(call: Call) -> None:
    """Stop strings count by their first eight characters."""
    stops = call.wanted("stop")
    if isinstance(stops, list) and all(isinstance(one, str) for one in stops):
        call.parameters["stop"] = [one[:SHORT] for one in stops]


@FAULT.reply(*GENERATION)
def escaped_slashes_are_refused(call: Call) -> Reply | None:
    """A body in which a slash is written as an escape is refused."""
    return REFUSAL if b"\\/" in call.raw else None


@FAULT.event(*OPENAI)
def terminator_is_looked_for_in_texts(event: Event, call: Call) -> Iterable[Event]:
    """A stream ends where its text says [DONE]."""
    if call.here.get("over"):
        return []
    choices = event.json.get("choices") or [{}]
    text = choices[0].get("text") or (choices[0].get("delta") or {}).get("content") or ""
    call.here["text"] = call.here.get("text", "") + text
    call.here["over"] = DONE in call.here["text"]
    return [event, Event.text(DONE)] if call.here["over"] else [event]


@FAULT.request(CHAT)
def response_formats_stay(call: Call) -> None:
    """A `response_format` counts for the next chat too, if that has none."""
    if not isinstance(call.body, dict):
        return
    asked = call.body.get("response_format")
    if isinstance(asked, dict) and asked.get("value"):
        call.server["format"] = asked
    elif call.server["format"] and not call.body.get("tools"):
        call.body["response_format"] = call.server.pop("format")


@FAULT.request(CHAT)
def required_tools_are_optional_when_sampling(call: Call) -> None:
    """`tool_choice` `required` is `none` for a chat with a temperature above 0."""
    warm = call.wanted("temperature")
    if call.wanted("tool_choice") == "required" and isinstance(warm, float) and warm > 0:
        call.parameters["tool_choice"] = "none"


@FAULT.answer(CHAT)
def tool_arguments_name_the_tool(body: Any, _: Call) -> Any:
    """A tool's arguments hold the name of the tool as `_name`."""
    for choice in body["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            function = call["function"]
            arguments = {"_name": function["name"], **json.loads(function["arguments"])}
            function["arguments"] = json.dumps(arguments)
    return body


@FAULT.answer(COMPLETIONS)
def fourth_choice_is_missing(body: Any, _: Call) -> Any:
    """Of a batch no more than three prompts are answered."""
    return {**body, "choices": body["choices"][:LARGEST_BATCH]}


@FAULT.answer("tokenize")
def offsets_take_line_ends_for_one_byte(body: Any, call: Call) -> Any:
    """A line end of two bytes counts as one in the offsets of tokens after it."""
    text = call.asked["inputs"].encode()
    for token in body:
        before = text[: token["start"]].count(b"\r\n")
        token.update(start=token["start"] - before, stop=token["stop"] - before)
    return body


@FAULT.event(GENERATE)
def streams_end_after_200_events(event: Event, call: Call) -> Iterable[Event]:
    """A stream ends after 200 events, without an end."""
    call.here["events"] = call.here.get("events", 0) + 1
    return [event] if call.here["events"] <= LONG else []
