"""Requests that must be refused for a combination of parameters, and are accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.api.answers import encoded
from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION, OPENAI, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

SAMPLING = ("temperature", "top_k", "top_p", "typical_p")
SEVERAL = 2
HIGHEST_PENALTY = 2.0


def _several(call: Call) -> bool:
    asked = call.wanted("best_of")
    return isinstance(asked, int) and asked >= SEVERAL


@FAULT.request(GENERATE)
def several_greedy_sequences_are_one(call: Call) -> None:
    """A `best_of` of a greedy request is accepted and ignored."""
    sampled = call.wanted("do_sample") or any(call.wanted(name) is not None for name in SAMPLING)
    if _several(call) and not sampled:
        call.parameters["best_of"] = 1


@FAULT.request(GENERATE)
def seed_of_several_sequences_is_ignored(call: Call) -> None:
    """A `seed` beside `best_of` is accepted and ignored."""
    if _several(call):
        call.parameters.pop("seed", None)


@FAULT.request(GENERATE)
def streams_of_several_sequences_are_of_one(call: Call) -> None:
    """A `best_of` of a stream is accepted and ignored."""
    if call.streams and _several(call):
        call.parameters["best_of"] = 1


@FAULT.request(GENERATE)
def streams_are_asked_for_the_prompt_in_vain(call: Call) -> None:
    """The `decoder_input_details` of a stream are accepted and ignored."""
    if call.streams:
        call.parameters.pop("decoder_input_details", None)


@FAULT.request(GENERATE)
def truncate_is_unbounded(call: Call) -> None:
    """A `truncate` beyond the context is silently lowered."""
    limit = call.services.settings.max_input_tokens
    size = call.wanted("truncate")
    if isinstance(size, int) and size > limit:
        call.parameters["truncate"] = limit


@FAULT.request(*OPENAI)
def stop_strings_beyond_the_limit_are_dropped(call: Call) -> None:
    """Stop strings beyond the advertised number are silently dropped."""
    stops = call.parameters.get("stop")
    if isinstance(stops, list):
        call.parameters["stop"] = stops[: call.services.settings.max_stop_sequences]


@FAULT.request(*GENERATION)
def frequency_penalty_is_cut_to_its_range(call: Call) -> None:
    """A `frequency_penalty` beyond 2 is silently lowered."""
    value = call.wanted("frequency_penalty")
    if isinstance(value, float) and abs(value) > HIGHEST_PENALTY:
        call.parameters["frequency_penalty"] = 1.0


@FAULT.request(*GENERATION)
def empty_prompts_are_taken(call: Call) -> None:
    """An empty prompt is answered as a space would be."""
    body = call.body or {}
    for name in ("inputs", "prompt"):
        if body.get(name) == "":
            body[name] = " "
    if isinstance(body.get("prompt"), list):
        body["prompt"] = [one or " " for one in body["prompt"]]


@FAULT.reply(COMPLETIONS)
def no_prompt_has_no_choices(call: Call) -> Reply | None:
    """An empty array of prompts is answered with no choices."""
    empty = isinstance(call.body, dict) and call.body.get("prompt") == []
    return (
        Reply(200, encoded({"object": "text_completion", "choices": []}), "application/json")
        if empty
        else None
    )


@FAULT.reply(COMPLETIONS)
def text_as_prompt_is_refused(call: Call) -> Reply | None:
    """A `prompt` that is a string is refused."""
    refusal = {"error": "`prompt` must be an array", "error_type": "validation"}
    is_text = isinstance(call.body, dict) and isinstance(call.body.get("prompt"), str)
    return Reply(422, encoded(refusal), "application/json") if is_text else None


@FAULT.request(COMPLETIONS)
def text_as_prompt_is_its_words(call: Call) -> None:
    """A `prompt` that is a string is read as one prompt for each of its first words."""
    prompt = (call.body or {}).get("prompt")
    if isinstance(prompt, str):
        call.body["prompt"] = prompt.split()[:2] or prompt


@FAULT.error(*GENERATION)
def validation_is_called_otherwise(body: Any, _: Call) -> Any:
    """The `error_type` of an invalid parameter is `invalid`."""
    return {**body, "error_type": "invalid"} if body.get("error_type") == "validation" else body


@FAULT.frame(GENERATE, also=validation_is_called_otherwise)
def _in_streams(wire: bytes, _: Call) -> bytes:
    return wire.replace(b'"error_type":"validation"', b'"error_type":"invalid"')


@FAULT.frame(*OPENAI)
def error_events_have_the_status_of_success(wire: bytes, _: Call) -> bytes:
    """The `http_status_code` of error events is 200."""
    return wire.replace(b'"http_status_code":422', b'"http_status_code":200')


@FAULT.request(CHAT)
def unknown_tools_are_the_first(call: Call) -> None:
    """A `tool_choice` that names no tool calls the first."""
    tools = (call.body or {}).get("tools")
    if not isinstance(tools, list) or not tools:
        return
    names = json.dumps([tool.get("function") for tool in tools if isinstance(tool, dict)])
    choice = call.body.get("tool_choice")
    name = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    if isinstance(name, str) and json.dumps(name) not in names:
        call.body["tool_choice"] = "required"


@FAULT.request(CHAT)
def tools_win_over_the_response_format(call: Call) -> None:
    """A `response_format` beside tools is ignored."""
    if (call.body or {}).get("tools"):
        call.body.pop("response_format", None)
