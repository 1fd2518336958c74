"""The requests of TGI 2.4: how they differ from those of 3.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tgi_reference.wire.choices import Untagged
from tgi_reference.wire.containers import Optional
from tgi_reference.wire.requests import (
    COMPLETION,
    MODEL,
    TOOL_CHOICE,
    Message,
    Shapes,
    StreamOptions,
    ToolChoice,
    chat_shape,
    content_shape,
    generate_shapes,
    grammar_shape,
    optional,
    parameters_shape,
    typed_vertex_shape,
)
from tgi_reference.wire.scalars import BOOLEAN, STRING
from tgi_reference.wire.structs import Field, Struct

if TYPE_CHECKING:
    from tgi_reference.wire.shape import Shape

NEW_TOKENS: Final = 100  # the limit of a request that names none


def message_shape(content: Shape) -> Struct:
    """A message, which always has content."""
    fields = (Field("role", STRING), Field("content", content), optional("name", STRING))
    return Struct("Message", Message, fields)


def shapes_2_4() -> Shapes:
    """The bodies as TGI 2.4 reads them."""
    grammar = grammar_shape("json", "json_object", "regex")
    parameters = parameters_shape(grammar, new_tokens=NEW_TOKENS)
    generate, compat_generate = generate_shapes(parameters, new_tokens=NEW_TOKENS)
    options = Struct("StreamOptions", StreamOptions, (Field("include_usage", BOOLEAN),))
    chat = chat_shape(
        MODEL,
        message_shape(content_shape("MessageContent")),
        (
            optional("tool_prompt", STRING),
            Field("tool_choice", TOOL_CHOICE, default=ToolChoice),
            optional("response_format", grammar),
            Field("stream_options", Optional(options), default=None),
        ),
    )
    sagemaker = Untagged("SagemakerRequest", (compat_generate, chat, COMPLETION))
    return Shapes(
        generate, compat_generate, chat, COMPLETION, sagemaker, typed_vertex_shape(parameters, chat)
    )
