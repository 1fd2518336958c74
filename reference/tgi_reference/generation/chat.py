"""From a chat to what is generated: the prompt, the sampling, and the grammar of tools or a format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from jinja2 import TemplateError

from tgi_reference.generation.errors import ChatTemplateError, ToolError
from tgi_reference.generation.tools import tools_schema, usable_tools
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


@frozen
class PreparedChat:
    """A chat as a request to generate; ``using_tools`` when the answer will be a tool call."""

    request: GenerateRequest
    using_tools: bool


@frozen
class ChatRules:
    """What releases do otherwise when they make a prompt of a chat.

    Attributes:
        no_tool: The function that stands for plain words, where the model may choose.
        arguments_are_text: Prompts show the schema of a function, and the arguments of an earlier call, as
            JSON in a string.
        continues_assistant: A conversation that ends with the assistant's words is continued there.
        new_tokens: The limit of a request that names none.
    """

    no_tool: Tool
    arguments_are_text: bool
    continues_assistant: bool
    new_tokens: int | None


def prepare_chat(chat: ChatRequest, engine: Engine, rules: ChatRules, *, by_reference: bool) -> PreparedChat:
    """The request that a chat stands for. ``by_reference`` is about its tools (see ``tools_schema``).

    Raises:
        ToolError: tools contradict the format or the choice.
        ChatTemplateError: the template refuses the messages.
    """
    if chat.response_format is not None and chat.tools is not None:
        raise ToolError("Grammar and tools are mutually exclusive")
    grammar = chat.response_format
    tools = usable_tools(chat.tools, chat.tool_choice, rules.no_tool) if chat.tools is not None else []
    if tools:
        grammar = GrammarRequest("json", tools_schema(tools, by_reference=by_reference))
    inputs = rendered(
        engine,
        [_message(one, rules) for one in chat.messages],
        [{"type": tool.type, "function": _function(tool.function, rules)} for tool in tools] or None,
        chat.tool_prompt,
        continues_assistant=rules.continues_assistant,
    )
    return PreparedChat(chat_request(chat, inputs, grammar, rules.new_tokens), using_tools=bool(tools))


def without_tools(chat: ChatRequest) -> ChatRequest:
    """The same chat, once the model chose to answer in plain words."""
    return evolve(chat, tools=None, response_format=None)


def rendered(
    engine: Engine,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]] | None,
    tool_prompt: str | None,
    *,
    continues_assistant: bool,
) -> str:
    """The prompt that the chat template makes of messages.

    Raises:
        ChatTemplateError: the template refuses them.
    """
    try:
        return engine.render_chat(messages, tools, tool_prompt, continues_assistant=continues_assistant)
    except TemplateError as error:
        raise ChatTemplateError(str(error)) from None


def _message(message: Message, rules: ChatRules) -> dict[str, Any]:
    if message.tool_calls is None:
        return {"role": message.role, "content": message.content}
    return {"role": message.role, "tool_calls": [_call(one, rules) for one in message.tool_calls]}


def _call(call: ToolCall, rules: ChatRules) -> dict[str, Any]:
    return {"id": call.id, "type": call.type, "function": _function(call.function, rules)}


def _function(function: FunctionDefinition, rules: ChatRules) -> dict[str, Any]:
    """A function as prompts show it."""
    arguments = function.arguments
    return {
        "description": function.description,
        "name": function.name,
        "arguments": json_text(arguments) if rules.arguments_are_text else arguments,
    }


def chat_request(
    chat: ChatRequest, inputs: str, grammar: GrammarRequest | None, new_tokens: int | None
) -> GenerateRequest:
    """The request for a prompt, sampled as the chat says; ``new_tokens`` unless it has a limit of its own."""
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
            max_new_tokens=new_tokens if chat.max_tokens is None else chat.max_tokens,
            stop=chat.stop or [],
            details=True,
            seed=chat.seed,
            top_n_tokens=chat.top_logprobs,
            grammar=grammar,
            adapter_id=chat.model if chat.model != "tgi" else None,
        ),
    )
