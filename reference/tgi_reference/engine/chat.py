"""Messages as one prompt, in ChatML: each turn between ``<|im_start|>`` and ``<|im_end|>``."""

from __future__ import annotations

import json
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from tgi_reference.engine.vocabulary import DATA, TURN_END, TURN_START

# Part of the prompt, and so of what ``/chat_tokenize`` answers (recorded; an example in the document, too).
DEFAULT_TOOL_PROMPT = (
    "\nGiven the functions available, please respond with a JSON for a function call with its proper "
    "arguments that best answers the given prompt. Respond in the format {name: function name, parameters: "
    "dictionary of argument name and its value}.Do not use variables.\n"
)

_ASSISTANT = "assistant"


class ChatTemplate:
    """The template that is shipped with the engine."""

    def __init__(self) -> None:
        environment = ImmutableSandboxedEnvironment(autoescape=False, keep_trailing_newline=True)
        environment.policies["json.dumps_kwargs"] = {
            "sort_keys": True,
            "separators": (",", ":"),
            "ensure_ascii": False,
        }
        source = (DATA / "chat_template.jinja").read_text("utf-8")
        self._template = environment.from_string(source.removesuffix("\n"))

    def render(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None = None,
        tool_prompt: str | None = None,
        *,
        add_generation_prompt: bool = True,
        continues_assistant: bool = True,
    ) -> str:
        """The prompt for these messages (as the chat routes take them).

        Tools have a place in the template; the words about them are added to the last message, unless it
        calls a tool. A conversation that ends with the assistant's own words is not closed, so that the
        answer continues them (unless ``continues_assistant`` is false).
        """
        turns = [{"role": message["role"], "content": content_text(message)} for message in messages]
        if tools and turns and messages[-1].get("content") is not None:
            turns[-1]["content"] += f"\n---\n{tool_prompt or DEFAULT_TOOL_PROMPT}"
        rendered = self._template.render(
            messages=turns,
            bos_token=TURN_START,
            eos_token=TURN_END,
            add_generation_prompt=add_generation_prompt,
            tools=tools,
        )
        return (
            _continued(rendered, turns[-1]["content"])
            if continues_assistant and turns and turns[-1]["role"] == _ASSISTANT
            else rendered
        )


def content_text(message: dict[str, Any]) -> str:
    """A message's content as text: chunks in a row, an image as its link, tool calls as JSON."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_chunk_text(chunk) for chunk in content)
    calls = message.get("tool_calls")
    return "" if calls is None else _compact([_call(call) for call in calls])


def _chunk_text(chunk: dict[str, Any]) -> str:
    if chunk.get("type") == "image_url":
        return f"![]({chunk['image_url']['url']})"
    return str(chunk["text"])


def _call(call: dict[str, Any]) -> dict[str, Any]:
    """A tool call with its members in TGI's order."""
    function = call.get("function", {})
    described = {name: function.get(name) for name in ("description", "name", "arguments")}
    return {"id": call.get("id"), "type": call.get("type"), "function": described}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _continued(rendered: str, content: str) -> str:
    """The prompt up to the end of the last content, without the white space at its end."""
    place = rendered.rfind(content)
    return rendered[: place + len(content)].rstrip()
