"""From a chat to what is generated: the prompt, the sampling, and the grammar of tools or a format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from jinja2 import TemplateError

from tgi_reference.errors import ChatTemplateError, ToolError
from tgi_reference.tools import tools_schema, usable_tools
from tgi_reference.wire.complaints import json_text
from tgi_reference.wire.requests import (
    ChatRequest,
    FunctionDefinition,
    GenerateParameters,
    GenerateRequest,
    GrammarRequest,
    Message,
    Tool,
    ToolCall,
)

if TYPE_CHECKING:
    from tgi_reference.engine import Engine
    from tgi_reference.services import Services


@frozen
class PreparedChat:
    """A chat as a request to generate; ``using_tools`` when the answer will be a tool call."""

    request: GenerateRequest
    using_tools: bool


def prepare_chat(chat: ChatRequest, services: Services) -> PreparedChat:
    """The request that a chat stands for.

    Raises:
        ToolError: tools contradict the format or the choice.
        ChatTemplateError: the template refuses the messages.
    """
    if chat.response_format is not None and chat.tools is not None:
        raise ToolError("Grammar and tools are mutually exclusive")
    grammar = chat.response_format
    tools = usable_tools(chat.tools, chat.tool_choice) if chat.tools is not None else []
    if tools:
        by_reference = services.settings.character.schemas_become_patterns
        grammar = GrammarRequest("json", tools_schema(tools, by_reference=by_reference))
    inputs = _render(chat, tools, services.engine)
    return PreparedChat(_request(chat, inputs, grammar), using_tools=bool(tools))


def without_tools(chat: ChatRequest) -> ChatRequest:
    """The same chat, once the model chose to answer in plain words."""
    return evolve(chat, tools=None, response_format=None)


def _render(chat: ChatRequest, tools: list[Tool], engine: Engine) -> str:
    messages = [_message(one) for one in chat.messages]
    offered = [{"type": tool.type, "function": _function(tool.function)} for tool in tools] or None
    try:
        return engine.render_chat(messages, offered, chat.tool_prompt)
    except TemplateError as error:
        raise ChatTemplateError(str(error)) from None


def _message(message: Message) -> dict[str, Any]:
    if message.tool_calls is None:
        return {"role": message.role, "content": message.content}
    return {"role": message.role, "tool_calls": [_call(one) for one in message.tool_calls]}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": call.type, "function": _function(call.function)}


def _function(function: FunctionDefinition) -> dict[str, Any]:
    """A function as prompts show it: arguments are JSON in a string."""
    return {
        "description": function.description,
        "name": function.name,
        "arguments": json_text(function.arguments),
    }


def _request(chat: ChatRequest, inputs: str, grammar: GrammarRequest | None) -> GenerateRequest:
    greedy = chat.temperature == 0
    penalty = chat.presence_penalty
    return GenerateRequest(
        inputs,
        GenerateParameters(
            temperature=None if greedy else chat.temperature,
            # OpenAI's neutral 0 is no penalty here, and 1 would be neutral: kept as the router has it.
            repetition_penalty=None if penalty is None else penalty + 2.0,
            frequency_penalty=chat.frequency_penalty,
            top_p=chat.top_p,
            do_sample=not greedy,
            max_new_tokens=chat.max_tokens,
            stop=chat.stop or [],
            details=True,
            seed=chat.seed,
            top_n_tokens=chat.top_logprobs,
            grammar=grammar,
            adapter_id=chat.model if chat.model != "tgi" else None,
        ),
    )
