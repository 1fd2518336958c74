"""The OpenAI-style routes of TGI 2.0, where they differ from those of 2.4. Source: recordings of 2.0.4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.api.answers import END_TOKEN, json_string, now
from tgi_reference.api.openai.v2_4 import Called, OpenAi24, object_delta, object_message, without_name
from tgi_reference.api.streams import ChatEvents, about, encode, error_event, plain
from tgi_reference.generation.chat import PreparedChat, chat_request, rendered
from tgi_reference.generation.errors import CutOffError, ToolError, UnreadableToolsError
from tgi_reference.generation.tools import named_tool
from tgi_reference.wire.complaints import DecodeError, json_text
from tgi_reference.wire.containers import in_order
from tgi_reference.wire.extract import parse_json
from tgi_reference.wire.requests import GrammarRequest
from tgi_reference.wire.requests_2_4 import NEW_TOKENS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.api.streams import Events
    from tgi_reference.engine import Step
    from tgi_reference.generation.errors import ApiError
    from tgi_reference.generation.generation import Generation
    from tgi_reference.settings import Settings
    from tgi_reference.wire.requests import ChatRequest, Tool

_ERROR: Final = "notify_error"
_OBJECT: Final = "text_completion"


def _offered(chat: ChatRequest) -> list[Tool]:
    """The tools that the model may choose from; none unless a choice was made.

    Raises:
        CutOffError: the chosen tool is not there. The router itself ends there.
    """
    if (not chat.tools and chat.tools is None) or chat.tool_choice.mode == "none":
        return []
    if chat.tool_choice.mode == "auto":
        return list(chat.tools or ())
    try:
        return [named_tool(chat.tools or [], chat.tool_choice.name)]
    except ToolError:
        raise CutOffError from None


def _tools_schema(tools: list[Tool]) -> dict[str, Any]:
    """The JSON schema of an answer that calls one of these tools, or the function that tells an error."""
    error = {
        "properties": {
            "error": {"type": "string", "description": "The error or issue to notify"},
            "_name": {"type": "string", "const": _ERROR},
        },
        "required": ["error", "_name"],
        "type": "object",
    }
    functions = {tool.function.name: _function_schema(tool) for tool in tools} | {_ERROR: error}
    names = [*(tool.function.name for tool in tools), _ERROR]
    choices = [{"$ref": f"#/$functions/{name}"} for name in names]
    return {"$functions": functions, "properties": {"function": {"anyOf": choices}}}


def _chosen(schema: dict[str, Any], count: int) -> dict[str, Any]:
    """Our grammar, which is narrower: our model tells no error where there is a tool, and never ``{}``."""
    choices = schema["properties"]["function"]["anyOf"][: count or 1]
    return {**schema, "properties": {"function": {"anyOf": choices}}, "required": ["function"]}


def _function_schema(tool: Tool) -> dict[str, Any]:
    """The JSON schema of a tool's call.

    Raises:
        CutOffError: `properties` is no object, or `required` no array. The router itself ends there.
    """
    given = tool.function.arguments
    schema = dict(given) if isinstance(given, dict) else {}
    schema["description"] = tool.function.description or ""
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise CutOffError
    named = {"_name": {"type": "string", "const": tool.function.name}}
    schema["properties"] = {**properties, **named}
    schema["required"] = required if "_name" in required else [*required, "_name"]
    return schema


def _reason(reason: str) -> str:
    return reason


def _in_order(body: dict[str, Any]) -> dict[str, Any]:
    """A body whose ``id`` comes first, and which is a text completion, whatever it is."""
    del body["object"]
    return {"id": body.pop("id"), "object": _OBJECT, **body}


class OpenAi20(OpenAi24):
    """No ``[DONE]``, errors as on other routes, and every object is a ``text_completion``."""

    end = b""

    def error(self, error: ApiError) -> bytes:
        """The event of an error."""
        return error_event(error)

    def prepare(self, chat: ChatRequest) -> PreparedChat:
        """The request that a chat stands for; tools are told in the last message."""
        messages = [{"role": one.role, "content": one.content} for one in chat.messages]
        has_tools = chat.tools is not None and chat.tool_choice.mode != "none"
        grammar = None
        if has_tools:
            tools = _offered(chat)
            schema = _tools_schema(tools)
            grammar = GrammarRequest("json", _chosen(schema, len(tools)))
            if messages:
                messages[-1]["content"] = (
                    f"{messages[-1]['content']}\n---\n{chat.tool_prompt or ''}\n{json_text(in_order(schema))}"
                )
        inputs = rendered(self._engine, messages, None, None, continues_assistant=False)
        return PreparedChat(chat_request(chat, inputs, grammar, NEW_TOKENS), using_tools=has_tools)

    def tool_message(self, text: str) -> dict[str, Any] | None:
        """What an answer under the grammar of tools says; whatever is missing has a default."""
        try:
            value = parse_json(text)
        except DecodeError as error:
            raise UnreadableToolsError(str(error)) from None
        function = value.get("function") if isinstance(value, dict) else None
        name = function.get("_name") if isinstance(function, dict) else None
        arguments = without_name(function) if isinstance(function, dict) and "_name" in function else function
        return object_message(Called(name if isinstance(name, str) else "default_function_name", arguments))

    def chat_body(  # an answer has so many independent parts
        self,
        model: str,
        generation: Generation,
        *,
        message: dict[str, Any],
        prompt_tokens: int,
        logprobs: bool,
    ) -> dict[str, Any]:
        """A ChatCompletion."""
        body = super().chat_body(
            model, generation, message=message, prompt_tokens=prompt_tokens, logprobs=logprobs
        )
        for choice in body["choices"]:
            choice["finish_reason"] = generation.finish.reason if generation.finish else END_TOKEN
        return {
            "id": "",
            "object": _OBJECT,
            **{key: one for key, one in body.items() if key not in ("id", "object")},
        }

    def completion_body(self, generations: Sequence[Generation]) -> dict[str, Any]:
        """A Completion, with one choice a prompt."""
        body = super().completion_body(generations)
        for choice, generation in zip(body["choices"], generations, strict=True):
            choice["finish_reason"] = generation.finish.reason if generation.finish else END_TOKEN
        return {
            "id": "",
            "object": _OBJECT,
            **{key: one for key, one in body.items() if key not in ("id", "object")},
        }

    def chat_events(self, generation: Generation, chat: ChatRequest, *, using_tools: bool) -> Events:
        """The events of a streamed chat."""
        chunks = ChatEvents20(
            self._settings,
            generation,
            self._settings.model_id,
            logprobs=bool(chat.logprobs),
            include_usage=False,
        )
        return ToolEvents20(chunks) if using_tools else chunks

    def completion_events(self, generation: Generation, index: int) -> Events:
        """The events of one prompt of a streamed completion."""
        del generation
        return CompletionEvents20(self._settings, index)


class ChatEvents20(ChatEvents):
    """Chunks without usage, whose reasons to finish are those of tokens."""

    def render(self, step: Step) -> bytes:
        """The event of one step."""
        return self.chunk(step, f'"content":{plain(step.token)}')

    def chunk(self, step: Step, delta: str) -> bytes:
        """A chunk whose delta has the member ``delta``."""
        head = f'data: {{"id":"","object":"{_OBJECT}","created":{now()},{self.about}'
        return encode(f"{head},{self.choices(step, delta, _reason)}}}\n\n")


class ToolEvents20:
    """The events of a chat that calls a tool: every token is a piece of the arguments."""

    def __init__(self, chunks: ChatEvents20) -> None:
        self._chunks = chunks

    def render(self, step: Step) -> bytes:
        """The event of one step."""
        return self._chunks.chunk(step, object_delta(step.token.text))


class CompletionEvents20:
    """Chunks that tell no reason to finish, and no usage."""

    def __init__(self, settings: Settings, index: int) -> None:
        self._index = index
        self._about = about(settings.model_id, settings)

    def render(self, step: Step) -> bytes:
        """The event of one step."""
        text = json_string(step.token.text)
        choice = f'{{"index":{self._index},"text":{text},"logprobs":null,"finish_reason":""}}'
        head = f'data: {{"id":"","object":"{_OBJECT}","created":{now()}'
        return encode(f'{head},"choices":[{choice}],{self._about}}}\n\n')
