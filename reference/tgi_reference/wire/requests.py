"""The requests of the API as typed values, and the shapes that decode them.

Member order, defaults and number types are those of TGI 3.3: they decide what is accepted (a struct may also
be given as an array of its members' values) and what complaints say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, field, frozen

from tgi_reference.wire.choices import AdjacentlyTagged, InternallyTagged, Untagged
from tgi_reference.wire.containers import ANYTHING, Converted, Optional, Sequence
from tgi_reference.wire.scalars import BOOLEAN, F32, I32, STRING, U32, U64, USIZE, Null
from tgi_reference.wire.structs import Field, Flattened, Struct

if TYPE_CHECKING:
    from tgi_reference.wire.shape import Shape


@frozen
class GrammarRequest:
    """``type`` is json, regex or json_schema; ``value`` a schema (or its text), a pattern, a schema."""

    type: str
    value: Any


@frozen
class GenerateParameters:
    """What a client may ask of a generation; nothing is checked but types."""

    best_of: int | None = None
    temperature: float | None = None
    repetition_penalty: float | None = None
    frequency_penalty: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    typical_p: float | None = None
    do_sample: bool = False
    max_new_tokens: int | None = None
    return_full_text: bool | None = None
    stop: list[str] = Factory(list)
    truncate: int | None = None
    watermark: bool = False
    details: bool = False
    decoder_input_details: bool = False
    seed: int | None = None
    top_n_tokens: int | None = None
    grammar: GrammarRequest | None = None
    adapter_id: str | None = None


@frozen
class GenerateRequest:
    """The body of ``/generate``, ``/generate_stream`` and ``/tokenize``; all other routes make one of it."""

    inputs: str
    parameters: GenerateParameters
    add_special_tokens: bool = True


@frozen
class CompatGenerateRequest:
    """The body of ``/``."""

    inputs: str
    parameters: GenerateParameters
    stream: bool = False


@frozen
class CompletionRequest:
    """The body of ``/v1/completions``; ``prompt`` holds one prompt or more."""

    prompt: list[str]
    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stream: bool = False
    seed: int | None = None
    suffix: str | None = None
    repetition_penalty: float | None = None
    frequency_penalty: float | None = None
    stop: list[str] | None = None


@frozen
class FunctionDefinition:
    """A function that a model may call; ``arguments`` is a schema in a tool, and values in a call."""

    name: str
    arguments: Any
    description: str | None = None


@frozen
class Tool:
    """A tool on offer."""

    type: str
    function: FunctionDefinition


@frozen
class ToolCall:
    """An earlier call, in a message."""

    id: str
    type: str
    function: FunctionDefinition


@frozen
class Message:
    """One turn: ``content`` is its text (images as Markdown), or ``tool_calls`` are given instead."""

    role: str
    content: str | None = None
    tool_calls: list[ToolCall] | None = None
    name: str | None = None


@frozen
class ToolChoice:
    """``mode`` is auto, none, required or function; the last has a ``name``."""

    mode: str = "auto"
    name: str | None = None


@frozen
class StreamOptions:
    """``include_usage`` asks for one more chunk that carries the usage."""

    include_usage: bool = False


@frozen
class ChatRequest:
    """The body of ``/v1/chat/completions`` and ``/chat_tokenize``."""

    messages: list[Message]
    model: str | None = None
    frequency_penalty: float | None = None
    logit_bias: list[float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    max_tokens: int | None = None
    n: int | None = None
    presence_penalty: float | None = None
    stop: list[str] | None = None
    stream: bool = False
    seed: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[Tool] | None = None
    tool_prompt: str | None = None
    tool_choice: ToolChoice = field(factory=ToolChoice)
    response_format: GrammarRequest | None = None
    stream_options: StreamOptions | None = None


@frozen
class VertexInstance:
    """One instance of ``/vertex`` in the form of ``/generate``."""

    inputs: str
    parameters: GenerateParameters | None = None


@frozen
class VertexRequest:
    """The body of ``/vertex``."""

    instances: list[VertexInstance | ChatRequest]


def _optional(name: str, shape: Shape, *aliases: str) -> Field:
    """A member that may be null or left out, also in an array."""
    return Field(name, Optional(shape), default=None, aliases=aliases)


def _flag(name: str) -> Field:
    return Field(name, BOOLEAN, default=False)


_SCHEMA_CONFIG: Final = Struct(
    "JsonSchemaConfig",
    lambda schema, name=None: {"name": name, "schema": schema},
    (Field("name", Optional(STRING)), Field("schema", ANYTHING)),
)

GRAMMAR: Final = AdjacentlyTagged(
    "GrammarType",
    lambda tag, value: (
        GrammarRequest("json_schema", value["schema"])
        if tag == "json_schema"
        else GrammarRequest("regex" if tag == "regex" else "json", value)
    ),
    {"json": ANYTHING, "json_object": ANYTHING, "regex": STRING, "json_schema": _SCHEMA_CONFIG},
)

GENERATE_PARAMETERS: Final = Struct(
    "GenerateParameters",
    GenerateParameters,
    (
        _optional("best_of", USIZE),
        _optional("temperature", F32),
        _optional("repetition_penalty", F32),
        _optional("frequency_penalty", F32),
        _optional("top_k", I32),
        _optional("top_p", F32),
        _optional("typical_p", F32),
        _flag("do_sample"),
        _optional("max_new_tokens", U32),
        _optional("return_full_text", BOOLEAN),
        Field("stop", Sequence(STRING), default=list),
        _optional("truncate", USIZE),
        _flag("watermark"),
        _flag("details"),
        _flag("decoder_input_details"),
        _optional("seed", U64),
        _optional("top_n_tokens", U32),
        _optional("grammar", GRAMMAR),
        _optional("adapter_id", STRING),
    ),
)


def _without_parameters() -> GenerateParameters:
    """What a request without ``parameters`` gets: it samples, unlike one whose ``parameters`` are empty."""
    return GenerateParameters(do_sample=True)


_INPUTS: Final = Field("inputs", STRING)
_PARAMETERS: Final = Field("parameters", GENERATE_PARAMETERS, default=_without_parameters)

GENERATE: Final = Struct("GenerateRequest", GenerateRequest, (_INPUTS, _PARAMETERS))
COMPAT_GENERATE: Final = Struct(
    "CompatGenerateRequest", CompatGenerateRequest, (_INPUTS, _PARAMETERS, _flag("stream"))
)


def _prompts(value: str | list[str]) -> list[str]:
    if value == []:
        raise ValueError("Empty array detected. Do not use an empty array for the prompt.")
    return [value] if isinstance(value, str) else value


_PROMPT: Final = Converted(Untagged("PromptDeserializer", (STRING, Sequence(STRING))), _prompts)

COMPLETION: Final = Struct(
    "CompletionRequest",
    CompletionRequest,
    (
        Field("model", Optional(STRING)),
        Field("prompt", _PROMPT),
        _optional("max_tokens", U32),
        _optional("temperature", F32),
        _optional("top_p", F32),
        _flag("stream"),
        _optional("seed", U64),
        _optional("suffix", STRING),
        _optional("repetition_penalty", F32),
        _optional("frequency_penalty", F32),
        _optional("stop", Sequence(STRING)),
    ),
)

_FUNCTION: Final = Struct(
    "FunctionDefinition",
    FunctionDefinition,
    (
        _optional("description", STRING),
        Field("name", STRING),
        Field("arguments", ANYTHING, aliases=("parameters",)),
    ),
)
_TOOL: Final = Struct("Tool", Tool, (Field("type", STRING), Field("function", _FUNCTION)))
_TOOL_CALL: Final = Struct(
    "ToolCall", ToolCall, (Field("id", STRING), Field("type", STRING), Field("function", _FUNCTION))
)

_CHUNK: Final = InternallyTagged(
    "MessageChunk",
    {
        "text": Struct("Text", lambda text: text, (Field("text", STRING),)),
        "image_url": Struct(
            "ImageUrl",
            lambda image_url: f"![]({image_url})",
            (Field("image_url", Struct("Url", lambda url: url, (Field("url", STRING),))),),
        ),
    },
)
_CONTENT: Final = Untagged("MessageContent", (STRING, Converted(Sequence(_CHUNK), "".join)))
_BODY: Final = Untagged(
    "MessageBody",
    (
        Struct("Content", lambda content: {"content": content}, (Field("content", _CONTENT),)),
        Struct(
            "Tool",
            lambda tool_calls: {"tool_calls": tool_calls},
            (Field("tool_calls", Sequence(_TOOL_CALL)),),
        ),
    ),
)
_MESSAGE: Final = Flattened(
    "Message",
    lambda role, name, body: Message(role=role, name=name, **body),
    (Field("role", STRING), _optional("name", STRING)),
    rest="body",
    rest_shape=_BODY,
)

_FUNCTION_NAME: Final = Struct("FunctionName", lambda name: name, (Field("name", STRING),))
_FUNCTION_CHOICE: Final = Struct(
    "Function", lambda function: ToolChoice("function", function), (Field("function", _FUNCTION_NAME),)
)
_TYPED_CHOICE: Final = InternallyTagged("TypedChoice", {"function": _FUNCTION_CHOICE})


def _named_choice(text: str) -> ToolChoice:
    return ToolChoice(text) if text in ("auto", "none", "required") else ToolChoice("function", text)


@frozen
class Reading:
    """What a router takes of what its document has.

    Attributes:
        nullable_stream_options: ``stream_options`` may be null, as documented.
        untagged_tool_choice: A ``tool_choice`` that names a function does without its ``type``.
    """

    nullable_stream_options: bool
    untagged_tool_choice: bool


AS_TGI: Final = Reading(nullable_stream_options=False, untagged_tool_choice=False)
AS_DOCUMENTED: Final = Reading(nullable_stream_options=True, untagged_tool_choice=True)


@frozen
class Shapes:
    """The bodies of the routes that take one."""

    generate: Shape
    compat_generate: Shape
    chat: Shape
    completion: Shape
    sagemaker: Shape
    vertex: Shape


def shapes(reading: Reading) -> Shapes:
    """The bodies as a router reads them."""
    chat = _chat(reading)
    return Shapes(
        GENERATE,
        COMPAT_GENERATE,
        chat,
        COMPLETION,
        Untagged("SagemakerRequest", (COMPAT_GENERATE, chat, COMPLETION)),
        _vertex(chat),
    )


def _tool_choice(reading: Reading) -> Shape:
    named = _FUNCTION_CHOICE if reading.untagged_tool_choice else _TYPED_CHOICE
    return Untagged("ToolTypeDeserializer", (Null(ToolChoice()), Converted(STRING, _named_choice), named))


def _stream_options(reading: Reading) -> Field:
    shape = Struct("StreamOptions", StreamOptions, (_flag("include_usage"),))
    if reading.nullable_stream_options:
        return Field("stream_options", Optional(shape), default=None)
    return Field("stream_options", shape, default=StreamOptions)


def _chat(reading: Reading) -> Shape:
    return Struct(
        "ChatRequest",
        ChatRequest,
        (
            Field("model", Optional(STRING)),
            Field("messages", Sequence(_MESSAGE)),
            _optional("frequency_penalty", F32),
            _optional("logit_bias", Sequence(F32)),
            _optional("logprobs", BOOLEAN),
            _optional("top_logprobs", U32),
            _optional("max_tokens", U32, "max_completion_tokens"),
            _optional("n", U32),
            _optional("presence_penalty", F32),
            _optional("stop", Sequence(STRING)),
            _flag("stream"),
            _optional("seed", U64),
            _optional("temperature", F32),
            _optional("top_p", F32),
            _optional("tools", Sequence(_TOOL)),
            _optional("tool_prompt", STRING),
            Field("tool_choice", _tool_choice(reading), default=ToolChoice),
            _optional("response_format", GRAMMAR),
            _stream_options(reading),
        ),
    )


def _vertex(chat: Shape) -> Shape:
    instance = Untagged(
        "VertexInstance",
        (
            Struct(
                "GenerateVertexInstance",
                VertexInstance,
                (_INPUTS, Field("parameters", Optional(GENERATE_PARAMETERS))),
            ),
            chat,
        ),
    )
    return Struct("VertexRequest", VertexRequest, (Field("instances", Sequence(instance)),))
