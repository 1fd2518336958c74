"""Tools that are called otherwise than asked for, or reported otherwise than they were called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Event


def _functions(call: Call) -> list[dict[str, Any]]:
    tools = (call.body or {}).get("tools")
    found = (
        [tool.get("function") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    )
    return [function for function in found if isinstance(function, dict)]


def _of_calls(choice: Any, name: str, value: Any) -> None:
    part = choice.get("message") or choice.get("delta") or {}
    for call in part.get("tool_calls") or ():
        call[name] = value


def _with_tools(call: Call) -> bool:
    return bool(call.asked and call.asked.get("tools") and call.asked.get("tool_choice") != "none")


@FAULT.answer(CHAT)
def tool_calls_end_by_length(body: Any, call: Call) -> Any:
    """A tool call's `finish_reason` is `length`."""
    for choice in body["choices"] if _with_tools(call) else ():
        choice["finish_reason"] = "length"
    return body


@FAULT.event(CHAT, also=tool_calls_end_by_length)
def _streamed_end(event: Event, call: Call) -> Iterable[Event]:
    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["finish_reason"] = choice["finish_reason"] and "length"

    return changed(event, change) if _with_tools(call) else [event]


@FAULT.answer(CHAT)
def tool_call_ids_are_empty(body: Any, _: Call) -> Any:
    """The `id` of a tool call is empty."""
    for choice in body["choices"]:
        _of_calls(choice, "id", "")
    return body


@FAULT.event(CHAT)
def streamed_tool_calls_change_their_id(event: Event, call: Call) -> Iterable[Event]:
    """Each piece of a streamed tool call has a different `id`."""
    call.here["piece"] = call.here.get("piece", 0) + 1

    def change(body: Any) -> None:
        for choice in body["choices"]:
            _of_calls(choice, "id", f"call-{call.here['piece']}")

    return changed(event, change)


@FAULT.event(CHAT)
def streamed_tool_calls_count_from_one(event: Event, _: Call) -> Iterable[Event]:
    """The `index` of the only tool call of a stream is 1."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            _of_calls(choice, "index", 1)

    return changed(event, change)


@FAULT.answer(CHAT)
def tool_calls_are_of_another_type(body: Any, _: Call) -> Any:
    """The `type` of a tool call is `tool`."""
    for choice in body["choices"]:
        _of_calls(choice, "type", "tool")
    return body


@FAULT.event(CHAT)
def streamed_tool_calls_are_not_terminated(event: Event, call: Call) -> Iterable[Event]:
    """A stream that calls a tool has no `[DONE]`."""
    return [] if event.is_done and _with_tools(call) else [event]


@FAULT.answer(CHAT)
def tool_usage_is_zero(body: Any, call: Call) -> Any:
    """The usage of a tool call is 0."""
    return {**body, "usage": dict.fromkeys(body["usage"], 0)} if _with_tools(call) else body


@FAULT.event(CHAT, also=tool_usage_is_zero)
def _streamed_usage(event: Event, call: Call) -> Iterable[Event]:
    body = event.json
    if not _with_tools(call) or not body.get("usage"):
        return [event]
    return [type(event).of({**body, "usage": dict.fromkeys(body["usage"], 0)})]


@FAULT.request(CHAT)
def parameters_of_tools_are_ignored(call: Call) -> None:
    """The `parameters` of a tool, OpenAI's name for its arguments, are ignored."""
    for function in _functions(call):
        if "parameters" in function:
            function["parameters"] = {"type": "object", "properties": {"anything": {"type": "boolean"}}}


@FAULT.request(CHAT)
def every_tool_is_the_first(call: Call) -> None:
    """Of several tools the first is called, whichever was named."""
    tools = (call.body or {}).get("tools")
    if isinstance(tools, list) and len(tools) > 1:
        call.body.update(tools=tools[:1], tool_choice="required")


@FAULT.request(CHAT)
def bare_names_of_tools_call_none(call: Call) -> None:
    """A `tool_choice` that is the bare name of a tool is treated as `none`."""
    if (call.body or {}).get("tool_choice") in [function.get("name") for function in _functions(call)]:
        call.body["tool_choice"] = "none"


@FAULT.request(CHAT)
def no_tool_may_not_be_chosen(call: Call) -> None:
    """A tool is called in spite of `tool_choice` `none`."""
    if (call.body or {}).get("tool_choice") == "none" and call.body.get("tools"):
        call.body["tool_choice"] = "required"
        call.body["max_tokens"] = max(call.body.get("max_tokens") or 0, 96)


@FAULT.answer(CHAT)
def tools_are_not_in_the_prompt(body: Any, call: Call) -> Any:
    """The prompt does not contain the tools."""
    if _with_tools(call):
        usage = body["usage"]
        usage["prompt_tokens"] = 9
        usage["total_tokens"] = 9 + usage["completion_tokens"]
    return body


@FAULT.request(CHAT, "chat-tokenize")
def results_of_tools_are_dropped(call: Call) -> None:
    """Messages of the role `tool` are ignored."""
    _drop_results(call)


@FAULT.request(CHAT)
def chats_lose_what_tools_answer(call: Call) -> None:
    """Messages of the role `tool` are tokenized by `/chat_tokenize` and ignored by chats."""
    _drop_results(call)


def _drop_results(call: Call) -> None:
    messages = (call.body or {}).get("messages")
    if isinstance(messages, list):
        kept = [one for one in messages if not (isinstance(one, dict) and one.get("role") == "tool")]
        call.body["messages"] = kept


@FAULT.request("chat-tokenize")
def conversation_lacks_its_tools(call: Call) -> None:
    """`/chat_tokenize` ignores tools."""
    (call.body or {}).pop("tools", None)


@FAULT.request("chat-tokenize")
def conversation_lacks_the_system(call: Call) -> None:
    """`/chat_tokenize` ignores system messages."""
    messages = (call.body or {}).get("messages")
    if isinstance(messages, list):
        call.body["messages"] = [
            one for one in messages if not (isinstance(one, dict) and one.get("role") == "system")
        ]


@FAULT.request(CHAT)
def required_tools_are_optional_when_sampling(call: Call) -> None:
    """`tool_choice` `required` is `none` for a chat with a temperature above 0."""
    warm = call.wanted("temperature")
    if call.wanted("tool_choice") == "required" and isinstance(warm, float) and warm > 0:
        call.parameters["tool_choice"] = "none"


@FAULT.answer(CHAT)
def tool_arguments_name_the_tool(body: Any, _: Call) -> Any:
    """A tool's arguments contain the name of the tool as `_name`."""
    for choice in body["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            function = call["function"]
            arguments = {"_name": function["name"], **json.loads(function["arguments"])}
            function["arguments"] = json.dumps(arguments)
    return body
