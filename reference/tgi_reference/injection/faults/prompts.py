"""Prompts, conversations and tools that reach the model as something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.injection.call import Call

TOKENIZING = (*GENERATION, "tokenize", "chat-tokenize")
_MOST_CHARACTERS = 300
_MOST_MESSAGES = 4


def _with_text(call: Call, change: Callable[[str], str]) -> None:
    """Change the prompt, wherever it stands."""
    body = call.body
    if not isinstance(body, dict):
        return
    for name in ("inputs", "prompt"):
        if isinstance(body.get(name), str):
            body[name] = change(body[name])
    if isinstance(body.get("prompt"), list):
        body["prompt"] = [change(one) if isinstance(one, str) else one for one in body["prompt"]]
    for message in _messages(call):
        if isinstance(message.get("content"), str):
            message["content"] = change(message["content"])


def _messages(call: Call) -> list[dict[str, Any]]:
    messages = (call.body or {}).get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


@FAULT.request(*TOKENIZING)
def prompt_loses_its_non_ascii_characters(call: Call) -> None:
    """Every character of a prompt that is not ASCII becomes a question mark."""
    _with_text(call, lambda text: text.encode("ascii", "replace").decode())


@FAULT.request(GENERATE)
def generation_reads_utf_8_as_latin_1(call: Call) -> None:
    """The bytes of a prompt are read as Latin-1."""
    _with_text(call, lambda text: text.encode("utf-8", "replace").decode("latin-1"))


@FAULT.request("tokenize", "chat-tokenize", *GENERATION)
def prompt_is_stripped(call: Call) -> None:
    """White space at both ends of a prompt is stripped."""
    _with_text(call, lambda text: text.strip() or text)


@FAULT.request("tokenize", "chat-tokenize", *GENERATION)
def prompt_loses_its_last_line_ends(call: Call) -> None:
    """Line ends at the end of a prompt are removed."""
    _with_text(call, lambda text: text.rstrip("\n") or text)


@FAULT.request(GENERATE)
def prompt_ends_at_its_first_line(call: Call) -> None:
    """A prompt is read up to its first line end."""
    _with_text(call, lambda text: text.split("\n")[0] or text)


@FAULT.request(*GENERATION)
def prompt_is_ignored(call: Call) -> None:
    """All prompts of a route are replaced by the same one."""
    _with_text(call, lambda text: "Once upon a time" if text else text)


@FAULT.request(COMPLETIONS)
def only_the_first_prompt_counts(call: Call) -> None:
    """Of several prompts only the first is answered."""
    prompt = (call.body or {}).get("prompt")
    if isinstance(prompt, list) and 1 < len(prompt) <= call.services.settings.max_client_batch_size:
        call.body["prompt"] = prompt[:1]


@FAULT.request(CHAT, "chat-tokenize")
def only_the_last_message_counts(call: Call) -> None:
    """Earlier messages of a conversation are ignored."""
    if len(_messages(call)) > 1:
        call.body["messages"] = call.body["messages"][-1:]


@FAULT.request(CHAT)
def chat_forgets_earlier_turns(call: Call) -> None:
    """Chat ignores earlier messages, while `/chat_tokenize` shows them."""
    if len(_messages(call)) > 1:
        call.body["messages"] = call.body["messages"][-1:]


@FAULT.request(CHAT, "chat-tokenize")
def system_message_is_dropped(call: Call) -> None:
    """System messages are ignored."""
    kept = [one for one in _messages(call) if one.get("role") != "system"]
    if kept and len(kept) < len(_messages(call)):
        call.body["messages"] = kept


@FAULT.request(CHAT, "chat-tokenize")
def content_in_parts_is_dropped(call: Call) -> None:
    """Content in parts is read as empty."""
    for message in _messages(call):
        if isinstance(message.get("content"), list):
            message["content"] = ""


@FAULT.request(CHAT, "chat-tokenize")
def only_the_first_part_is_read(call: Call) -> None:
    """Of content in several parts only the first is read."""
    for message in _messages(call):
        if isinstance(message.get("content"), list):
            message["content"] = message["content"][:1]


@FAULT.request(CHAT)
def chat_prompt_has_a_message_more(call: Call) -> None:
    """Chat reads one message more than the client sent."""
    if _messages(call):
        call.body["messages"] = [{"role": "system", "content": "Be brief."}, *call.body["messages"]]


@FAULT.request(CHAT)
def tools_are_ignored(call: Call) -> None:
    """Tools have no effect: the answer is plain text."""
    if isinstance((call.body or {}).get("tools"), list):
        call.body.pop("tools")
        call.body.pop("tool_choice", None)


@FAULT.request(CHAT)
def tool_choice_none_is_ignored(call: Call) -> None:
    """With `tool_choice` "none" a tool is called."""
    if (call.body or {}).get("tool_choice") == "none" and call.body.get("tools"):
        call.body["tool_choice"] = "required"


@FAULT.request(CHAT)
def named_tool_is_ignored(call: Call) -> None:
    """A tool chosen by name is not the one that is called."""
    body = call.body or {}
    tools, choice = body.get("tools"), body.get("tool_choice")
    if isinstance(tools, list) and choice not in (None, "auto", "none", "required"):
        names = [one["function"]["name"] for one in tools]
        chosen = choice if isinstance(choice, str) else choice["function"]["name"]
        others = [name for name in names if name != chosen]
        if chosen in names and others:
            body["tool_choice"] = {"type": "function", "function": {"name": others[0]}}


@FAULT.request(CHAT)
def required_tool_is_optional(call: Call) -> None:
    """With `tool_choice` "required" no tool is called."""
    if (call.body or {}).get("tool_choice") == "required" and call.body.get("tools"):
        call.body["tool_choice"] = "none"


@FAULT.request(GENERATE, COMPLETIONS)
def long_prompts_lose_their_middle(call: Call) -> None:
    """A prompt of more than 300 characters loses its middle."""
    body = call.body or {}
    for name in ("inputs", "prompt"):
        if isinstance(body.get(name), str):
            body[name] = _shortened(body[name])
    if isinstance(body.get("prompt"), list):
        body["prompt"] = [_shortened(one) if isinstance(one, str) else one for one in body["prompt"]]


def _shortened(text: str) -> str:
    half = _MOST_CHARACTERS // 2
    return text if len(text) <= _MOST_CHARACTERS else text[:half] + text[-half:]


@FAULT.request(CHAT)
def long_conversations_lose_turns(call: Call) -> None:
    """Only the last four messages of a conversation are read."""
    messages: Any = (call.body or {}).get("messages")
    if isinstance(messages, list):
        call.body["messages"] = messages[-_MOST_MESSAGES:]
