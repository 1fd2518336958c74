"""The requests of TGI 2.0: how they differ from those of 2.4."""

from __future__ import annotations

from typing import Any, Final

from tgi_reference.wire.containers import ANYTHING, Converted
from tgi_reference.wire.requests import (
    Shapes,
    ToolChoice,
    chat_shape,
    completion_shape,
    content_shape,
    generate_shapes,
    grammar_shape,
    instance_shape,
    optional,
    parameters_shape,
    vertex_shape,
)
from tgi_reference.wire.requests_2_4 import NEW_TOKENS, message_shape
from tgi_reference.wire.scalars import STRING
from tgi_reference.wire.structs import Field

TOOL_PROMPT: Final = "\nAnswer by calling one of these functions, or tell an error:\n"


def _prompts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise ValueError("Expected a string or an array of strings")  # noqa: TRY004  # a shape's complaint
    if not value:
        raise ValueError("Empty array detected. Do not use an empty array for the prompt.")
    if not all(isinstance(one, str) for one in value):
        raise ValueError("Expected a string")
    return value


def _tool_choice(value: Any) -> ToolChoice:
    if value is None or value == "auto":
        return ToolChoice("auto")
    if isinstance(value, str):
        return ToolChoice("none") if value == "none" else ToolChoice("function", value)
    if not isinstance(value, dict):
        raise ValueError("invalid token format")  # noqa: TRY004  # a shape's complaint
    function = value.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str):
        raise ValueError("function key not found in tool choice")  # noqa: TRY004
    return ToolChoice("function", name)


def shapes_2_0() -> Shapes:
    """The bodies as TGI 2.0 reads them."""
    model = Field("model", STRING)
    parameters = parameters_shape(grammar_shape("json", "regex"), new_tokens=NEW_TOKENS, has_adapter=False)
    generate, compat_generate = generate_shapes(parameters, new_tokens=NEW_TOKENS)
    chat = chat_shape(
        model,
        message_shape(content_shape("Message")),
        (
            Field("tool_prompt", optional("", STRING).shape, default=lambda: TOOL_PROMPT),
            Field("tool_choice", Converted(ANYTHING, _tool_choice), default=lambda: ToolChoice("none")),
        ),
    )
    completion = completion_shape(model, Converted(ANYTHING, _prompts))
    vertex = vertex_shape(instance_shape("VertexInstance", parameters))
    return Shapes(generate, compat_generate, chat, completion, compat_generate, vertex)
