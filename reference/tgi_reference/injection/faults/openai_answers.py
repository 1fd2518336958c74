"""Unstreamed answers of the OpenAI-style routes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import CHAT, COMPLETIONS, OPENAI
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

ENDS = {"stop": "eos_token"}
_LARGEST_BATCH: Final = 3


def _calls(body: Any) -> list[dict[str, Any]]:
    return [
        call
        for choice in body["choices"]
        if "message" in choice
        for call in choice["message"].get("tool_calls") or ()
    ]


@FAULT.answer(*OPENAI)
def usage_is_missing(body: Any, _: Call) -> Any:
    """`usage` is missing."""
    body.pop("usage")
    return body


@FAULT.answer(*OPENAI)
def usage_does_not_add_up(body: Any, _: Call) -> Any:
    """`total_tokens` leaves out the prompt."""
    body["usage"]["total_tokens"] = body["usage"]["completion_tokens"]
    return body


@FAULT.answer(*OPENAI)
def usage_is_zero(body: Any, _: Call) -> Any:
    """All counts of `usage` are 0."""
    return {**body, "usage": dict.fromkeys(body["usage"], 0)}


@FAULT.answer(*OPENAI)
def usage_counts_a_token_more(body: Any, _: Call) -> Any:
    """`completion_tokens` counts one token too many."""
    body["usage"]["completion_tokens"] += 1
    body["usage"]["total_tokens"] += 1
    return body


@FAULT.answer(*OPENAI)
def prompt_tokens_are_wrong(body: Any, _: Call) -> Any:
    """`prompt_tokens` counts five tokens too many."""
    body["usage"]["prompt_tokens"] += 5
    body["usage"]["total_tokens"] += 5
    return body


@FAULT.answer(*OPENAI)
def usage_swaps_prompt_and_completion(body: Any, _: Call) -> Any:
    """`prompt_tokens` and `completion_tokens` are swapped."""
    usage = body["usage"]
    usage["prompt_tokens"], usage["completion_tokens"] = usage["completion_tokens"], usage["prompt_tokens"]
    return body


@FAULT.answer(*OPENAI)
def choices_are_missing(body: Any, _: Call) -> Any:
    """`choices` is missing."""
    body.pop("choices")
    return body


@FAULT.answer(*OPENAI)
def choices_are_empty(body: Any, _: Call) -> Any:
    """`choices` is empty."""
    return {**body, "choices": []}


@FAULT.answer(*OPENAI)
def choices_come_twice(body: Any, _: Call) -> Any:
    """Each choice is repeated."""
    return {**body, "choices": body["choices"] * 2}


@FAULT.answer(*OPENAI)
def choices_count_from_one(body: Any, _: Call) -> Any:
    """The `index` of choices counts from 1."""
    for choice in body["choices"]:
        choice["index"] += 1
    return body


@FAULT.answer(*OPENAI)
def all_choices_are_the_first(body: Any, _: Call) -> Any:
    """The `index` of every choice is 0."""
    for choice in body["choices"]:
        choice["index"] = 0
    return body


@FAULT.answer(COMPLETIONS)
def choices_are_swapped(body: Any, _: Call) -> Any:
    """The texts of two prompts are swapped."""
    choices = body["choices"]
    if len(choices) > 1:
        choices[0]["text"], choices[1]["text"] = choices[1]["text"], choices[0]["text"]
    return body


@FAULT.answer(COMPLETIONS)
def usage_counts_the_first_choice_only(body: Any, _: Call) -> Any:
    """`usage` counts the first of several choices only."""
    count = len(body["choices"])
    for name in ("completion_tokens", "prompt_tokens"):
        body["usage"][name] = max(body["usage"][name] // count, 1)
    body["usage"]["total_tokens"] = body["usage"]["completion_tokens"] + body["usage"]["prompt_tokens"]
    return body


@FAULT.answer(*OPENAI)
def object_is_of_another_kind(body: Any, _: Call) -> Any:
    """`object` is that of a chunk."""
    return {**body, "object": "chat.completion.chunk"}


@FAULT.answer(*OPENAI)
def model_is_missing(body: Any, _: Call) -> Any:
    """`model` is missing."""
    body.pop("model")
    return body


@FAULT.answer(*OPENAI)
def model_is_another(body: Any, _: Call) -> Any:
    """`model` names a model that is not served."""
    return {**body, "model": "another-model"}


@FAULT.answer(*OPENAI)
def id_is_missing(body: Any, _: Call) -> Any:
    """`id` is missing."""
    body.pop("id")
    return body


@FAULT.answer(*OPENAI)
def created_is_in_milliseconds(body: Any, _: Call) -> Any:
    """`created` counts milliseconds."""
    return {**body, "created": body["created"] * 1000}


@FAULT.answer(*OPENAI)
def created_is_a_date(body: Any, _: Call) -> Any:
    """`created` is a date in text."""
    return {**body, "created": "2024-01-01T00:00:00Z"}


@FAULT.answer(*OPENAI)
def openai_reason_is_eos_token(body: Any, _: Call) -> Any:
    """`finish_reason` is `eos_token` where OpenAI says `stop`."""
    for choice in body["choices"]:
        choice["finish_reason"] = ENDS.get(choice["finish_reason"], choice["finish_reason"])
    return body


@FAULT.answer(*OPENAI)
def openai_reason_is_always_stop(body: Any, _: Call) -> Any:
    """`finish_reason` is always `stop`."""
    for choice in body["choices"]:
        choice["finish_reason"] = "stop"
    return body


@FAULT.answer(*OPENAI)
def openai_reason_is_empty(body: Any, _: Call) -> Any:
    """`finish_reason` is empty."""
    for choice in body["choices"]:
        choice["finish_reason"] = ""
    return body


@FAULT.answer(*OPENAI)
def openai_reason_is_null(body: Any, _: Call) -> Any:
    """`finish_reason` is null."""
    for choice in body["choices"]:
        choice["finish_reason"] = None
    return body


@FAULT.answer(COMPLETIONS)
def completion_text_lacks_its_end(body: Any, _: Call) -> Any:
    """The text of a completion lacks its last characters."""
    for choice in body["choices"]:
        choice["text"] = choice["text"][:-2]
    return body


@FAULT.answer(COMPLETIONS)
def completion_echoes_its_prompt(body: Any, call: Call) -> Any:
    """The text of a completion begins with the prompt."""
    prompt = (call.asked or {}).get("prompt")
    prompts = prompt if isinstance(prompt, list) else [prompt]
    for choice in body["choices"]:
        choice["text"] = f"{prompts[choice['index']]}{choice['text']}"
    return body


@FAULT.answer(CHAT)
def content_lacks_its_end(body: Any, _: Call) -> Any:
    """The message lacks its last characters."""
    message = body["choices"][0]["message"]
    if message.get("content"):
        message["content"] = message["content"][:-2]
    return body


@FAULT.answer(CHAT)
def content_shows_special_tokens(body: Any, _: Call) -> Any:
    """The message ends with the end token's text."""
    message = body["choices"][0]["message"]
    if message.get("content"):
        message["content"] += "<|im_end|>"
    return body


@FAULT.answer(CHAT)
def content_is_null(body: Any, _: Call) -> Any:
    """The message has no content."""
    message = body["choices"][0]["message"]
    if "content" in message:
        message["content"] = None
    return body


@FAULT.answer(CHAT)
def role_is_the_users(body: Any, _: Call) -> Any:
    """The answer's role is `user`."""
    body["choices"][0]["message"]["role"] = "user"
    return body


@FAULT.answer(CHAT)
def role_is_missing(body: Any, _: Call) -> Any:
    """The message has no role."""
    body["choices"][0]["message"].pop("role")
    return body


@FAULT.answer(CHAT)
def tool_arguments_are_an_object(body: Any, _: Call) -> Any:
    """A tool's `arguments` are an object, as they once were."""
    for call in _calls(body):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return body


@FAULT.answer(CHAT)
def tool_arguments_do_not_parse(body: Any, _: Call) -> Any:
    """A tool's `arguments` lack their last brace."""
    for call in _calls(body):
        call["function"]["arguments"] = call["function"]["arguments"][:-1]
    return body


@FAULT.answer(CHAT)
def tool_arguments_name_the_function(body: Any, _: Call) -> Any:
    """A tool's `arguments` contain the whole call, with its name."""
    for call in _calls(body):
        whole = {"function": {"_name": call["function"]["name"]}}
        call["function"]["arguments"] = json.dumps(whole)
    return body


@FAULT.answer(CHAT)
def tool_is_called_by_another_name(body: Any, _: Call) -> Any:
    """The tool that is called was not offered."""
    for call in _calls(body):
        call["function"]["name"] = "function"
    return body


@FAULT.answer(CHAT)
def tool_call_is_one_object(body: Any, _: Call) -> Any:
    """`tool_calls` is one object, not an array."""
    message = body["choices"][0]["message"]
    if message.get("tool_calls"):
        message["tool_calls"] = message["tool_calls"][0]
    return body


@FAULT.answer(CHAT)
def tool_call_is_the_content(body: Any, _: Call) -> Any:
    """A tool call is returned as the message's text."""
    message = body["choices"][0]["message"]
    if message.get("tool_calls"):
        message["content"] = json.dumps(message.pop("tool_calls")[0]["function"])
    return body


@FAULT.answer(CHAT)
def logprobs_lack_an_entry(body: Any, _: Call) -> Any:
    """`logprobs` lacks an entry."""
    logprobs = body["choices"][0].get("logprobs")
    if logprobs:
        logprobs["content"].pop()
    return body


@FAULT.answer(CHAT)
def logprobs_are_positive(body: Any, _: Call) -> Any:
    """`logprobs` have the wrong sign."""
    for entry in (body["choices"][0].get("logprobs") or {}).get("content") or ():
        entry["logprob"] = abs(entry["logprob"]) + 0.01
    return body


@FAULT.answer(CHAT)
def logprobs_are_of_other_tokens(body: Any, _: Call) -> Any:
    """The tokens in `logprobs` are not those of the message."""
    for entry in (body["choices"][0].get("logprobs") or {}).get("content") or ():
        entry["token"] = "x" + entry["token"]
    return body


@FAULT.answer(CHAT)
def logprobs_are_a_list(body: Any, _: Call) -> Any:
    """`logprobs` is a bare array of entries."""
    choice = body["choices"][0]
    if choice.get("logprobs"):
        choice["logprobs"] = choice["logprobs"]["content"]
    return body


@FAULT.answer(COMPLETIONS)
def fourth_choice_is_missing(body: Any, _: Call) -> Any:
    """At most three prompts of a request are answered."""
    return {**body, "choices": body["choices"][:_LARGEST_BATCH]}
