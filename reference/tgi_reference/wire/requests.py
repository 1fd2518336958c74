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
    """The body of ``/v1/completions``; ``prompt`` is a list of one prompt or more."""

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


def optional(name: str, shape: Shape, *aliases: str) -> Field:
    """A member that may be null or left out, also in an array."""
    return Field(name, Optional(shape), default=None, aliases=aliases)


def flag(name: str) -> Field:
    """A member that is true or false, and false when left out."""
    return Field(name, BOOLEAN, default=False)


_SCHEMA_CONFIG: Final = Struct(
    "JsonSchemaConfig",
    lambda schema, name=None: {"name": name, "schema": schema},
    (Field("name", Optional(STRING)), Field("schema", ANYTHING)),
)


def grammar_shape(*types: str) -> Shape:
    """A grammar of one of these types."""
    values: dict[str, Shape] = {
        "json": ANYTHING,
        "json_object": ANYTHING,
        "regex": STRING,
        "json_schema": _SCHEMA_CONFIG,
    }
    return AdjacentlyTagged(
        "GrammarType",
        lambda tag, value: (
            GrammarRequest("json_schema", value["schema"])
            if tag == "json_schema"
            else GrammarRequest("regex" if tag == "regex" else "json", value)
        ),
        {one: values[one] for one in types},
    )


GRAMMAR: Final = grammar_shape("json", "json_object", "regex", "json_schema")


def parameters_shape(grammar: Shape, *, new_tokens: int | None, has_adapter: bool = True) -> Struct:
    """GenerateParameters; ``new_tokens`` is the limit of a request that names none."""
    fields = (
        optional("best_of", USIZE),
        optional("temperature", F32),
        optional("repetition_penalty", F32),
        optional("frequency_penalty", F32),
        optional("top_k", I32),
        optional("top_p", F32),
        optional("typical_p", F32),
        flag("do_sample"),
        Field("max_new_tokens", Optional(U32), default=new_tokens),
        optional("return_full_text", BOOLEAN),
        Field("stop", Sequence(STRING), default=list),
        optional("truncate", USIZE),
        flag("watermark"),
        flag("details"),
        flag("decoder_input_details"),
        optional("seed", U64),
        optional("top_n_tokens", U32),
        optional("grammar", grammar),
    )
    adapter = (optional("adapter_id", STRING),) if has_adapter else ()
    return Struct("GenerateParameters", GenerateParameters, fields + adapter)


_INPUTS: Final = Field("inputs", STRING)


def generate_shapes(parameters: Struct, *, new_tokens: int | None) -> tuple[Struct, Struct]:
    """GenerateRequest and CompatGenerateRequest.

    A request without ``parameters`` samples, unlike one whose ``parameters`` are empty.
    """

    def left_out() -> GenerateParameters:
        return GenerateParameters(do_sample=True, max_new_tokens=new_tokens)

    fields = (_INPUTS, Field("parameters", parameters, default=left_out))
    return Struct("GenerateRequest", GenerateRequest, fields), Struct(
        "CompatGenerateRequest", CompatGenerateRequest, (*fields, flag("stream"))
    )


GENERATE_PARAMETERS: Final = parameters_shape(GRAMMAR, new_tokens=None)
GENERATE, COMPAT_GENERATE = generate_shapes(GENERATE_PARAMETERS, new_tokens=None)


def _prompts(value: str | list[str]) -> list[str]:
    if value == []:
        raise ValueError("Empty array detected. Do not use an empty array for the prompt.")
    return [value] if isinstance(value, str) else value


_PROMPT: Final = Converted(Untagged("PromptDeserializer", (STRING, Sequence(STRING))), _prompts)
MODEL: Final = Field("model", Optional(STRING))
SEED: Final = Field("seed", Optional(U64))  # unlike other optional members not to be left out of an array


def completion_shape(model: Field, prompt: Shape) -> Struct:
    """CompletionRequest."""
    return Struct(
        "CompletionRequest",
        CompletionRequest,
        (
            model,
            Field("prompt", prompt),
            optional("max_tokens", U32),
            optional("temperature", F32),
            optional("top_p", F32),
            flag("stream"),
            SEED,
            optional("suffix", STRING),
            optional("repetition_penalty", F32),
            optional("frequency_penalty", F32),
            optional("stop", Sequence(STRING)),
        ),
    )


COMPLETION: Final = completion_shape(MODEL, _PROMPT)

_FUNCTION: Final = Struct(
    "FunctionDefinition",
    FunctionDefinition,
    (
        optional("description", STRING),
        Field("name", STRING),
        Field("arguments", ANYTHING, aliases=("parameters",)),
    ),
)
_TOOL: Final = Struct("Tool", Tool, (Field("type", STRING), Field("function", _FUNCTION)))
_TOOL_CALL: Final = Struct(
    "ToolCall", ToolCall, (Field("id", STRING), Field("type", STRING), Field("function", _FUNCTION))
)

CHUNK: Final = InternallyTagged(
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


def content_shape(name: str) -> Shape:
    """A message's content: a text, or pieces of one."""
    return Untagged(name, (STRING, Converted(Sequence(CHUNK), "".join)))


_CONTENT: Final = content_shape("MessageContent")
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
    (Field("role", STRING), optional("name", STRING)),
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
        typed_vertex_shape(GENERATE_PARAMETERS, chat),
    )


def _tool_choice_as(named: Shape) -> Shape:
    return Untagged("ToolTypeDeserializer", (Null(ToolChoice()), Converted(STRING, _named_choice), named))


TOOL_CHOICE: Final = _tool_choice_as(_TYPED_CHOICE)


def _tool_choice(reading: Reading) -> Shape:
    return _tool_choice_as(_FUNCTION_CHOICE) if reading.untagged_tool_choice else TOOL_CHOICE


def _stream_options(reading: Reading) -> Field:
    shape = Struct("StreamOptions", StreamOptions, (flag("include_usage"),))
    if reading.nullable_stream_options:
        return Field("stream_options", Optional(shape), default=None)
    return Field("stream_options", shape, default=StreamOptions)


def _chat(reading: Reading) -> Struct:
    return chat_shape(
        MODEL,
        _MESSAGE,
        (
            optional("tool_prompt", STRING),
            Field("tool_choice", _tool_choice(reading), default=ToolChoice),
            optional("response_format", GRAMMAR),
            _stream_options(reading),
        ),
        limit_aliases=("max_completion_tokens",),
    )


def chat_shape(
    model: Field, message: Shape, last: tuple[Field, ...], *, limit_aliases: tuple[str, ...] = ()
) -> Struct:
    """ChatRequest; ``last`` are the members after ``tools``."""
    fields = (
        model,
        Field("messages", Sequence(message)),
        optional("frequency_penalty", F32),
        optional("logit_bias", Sequence(F32)),
        optional("logprobs", BOOLEAN),
        optional("top_logprobs", U32),
        optional("max_tokens", U32, *limit_aliases),
        optional("n", U32),
        optional("presence_penalty", F32),
        optional("stop", Sequence(STRING)),
        flag("stream"),
        SEED,
        optional("temperature", F32),
        optional("top_p", F32),
        optional("tools", Sequence(_TOOL)),
    )
    return Struct("ChatRequest", ChatRequest, fields + last)


def instance_shape(name: str, parameters: Shape) -> Struct:
    """An instance of ``/vertex`` in the form of ``/generate``."""
    return Struct(name, VertexInstance, (_INPUTS, Field("parameters", Optional(parameters))))


def vertex_shape(instance: Shape) -> Struct:
    """VertexRequest."""
    return Struct("VertexRequest", VertexRequest, (Field("instances", Sequence(instance)),))


def typed_vertex_shape(parameters: Shape, chat: Shape) -> Struct:
    """VertexRequest, whose instances may be chats."""
    return vertex_shape(
        Untagged("VertexInstance", (instance_shape("GenerateVertexInstance", parameters), chat))
    )
