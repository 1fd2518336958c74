"""Messages as one prompt, in ChatML: each turn between ``<|im_start|>`` and ``<|im_end|>``."""

from __future__ import annotations

import json
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from tgi_reference.engine.vocabulary import DATA, TURN_END, TURN_START

DEFAULT_TOOL_PROMPT = (
    "You may call one of the functions listed above. Choose the one that serves the request best, and "
    "write nothing but a JSON object with its name and a value for each argument it needs."
)

_ASSISTANT = "assistant"


class ChatTemplate:
    """The template that is shipped with the engine."""

    def __init__(self) -> None:
        environment = ImmutableSandboxedEnvironment(autoescape=False, keep_trailing_newline=True)
        source = (DATA / "chat_template.jinja").read_text("utf-8")
        self._template = environment.from_string(source.removesuffix("\n"))

    def render(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None = None,
        tool_prompt: str | None = None,
        *,
        add_generation_prompt: bool = True,
    ) -> str:
        """The prompt for these messages (as the chat routes take them).

        Tools and the words about them are added to the last message. A conversation that ends with the
        assistant's own words is not closed, so that the answer continues them.
        """
        turns = [{"role": message["role"], "content": content_text(message)} for message in messages]
        if tools and turns:
            turns[-1]["content"] += _tools_text(tools, tool_prompt)
        rendered = self._template.render(
            messages=turns,
            bos_token=TURN_START,
            eos_token=TURN_END,
            add_generation_prompt=add_generation_prompt,
        )
        return (
            _continued(rendered, turns[-1]["content"])
            if turns and turns[-1]["role"] == _ASSISTANT
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
    return _compact([_call(call) for call in calls]) if calls else ""


def _chunk_text(chunk: dict[str, Any]) -> str:
    if chunk.get("type") == "image_url":
        return f"![]({chunk['image_url']['url']})"
    return str(chunk["text"])


def _call(call: dict[str, Any]) -> dict[str, Any]:
    """A tool call with its members in TGI's order."""
    function = call.get("function", {})
    described = {name: function.get(name) for name in ("description", "name", "arguments")}
    return {"id": call.get("id"), "type": call.get("type"), "function": described}


def _tools_text(tools: list[dict[str, Any]], tool_prompt: str | None) -> str:
    return f"\n---\n{_compact(tools)}\n{DEFAULT_TOOL_PROMPT if tool_prompt is None else tool_prompt}"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _continued(rendered: str, content: str) -> str:
    """The prompt up to the end of the last content, without the white space at its end."""
    place = rendered.rfind(content)
    return rendered[: place + len(content)].rstrip()
