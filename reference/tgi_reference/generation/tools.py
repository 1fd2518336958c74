"""Tools as a grammar, and what a model wrote under it as a call.

The answer is an object with one member, ``function``, whose ``_name`` says which tool is meant; the other
members are its arguments. With the choice "auto" one more function, ``no_tool``, stands for a plain answer.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen

from tgi_reference.generation.errors import ToolError
from tgi_reference.wire.complaints import DecodeError
from tgi_reference.wire.containers import ANYTHING
from tgi_reference.wire.extract import parse_json
from tgi_reference.wire.requests import ChatRequest, FunctionDefinition, Tool, ToolChoice
from tgi_reference.wire.scalars import STRING
from tgi_reference.wire.structs import Field, Flattened, Struct

NO_TOOL: Final = "no_tool"


def plain_words_tool(parameters: dict[str, Any]) -> Tool:
    """The tool that stands for a plain answer.

    Its description is part of the prompt, and so of what ``/chat_tokenize`` answers (recorded).
    """
    description = "Open ended response with no specific tool selected"
    return Tool("function", FunctionDefinition(NO_TOOL, parameters, description))


@frozen
class Call:
    """A call that a model wrote."""

    name: str
    arguments: dict[str, Any]


@frozen
class _Remaining:
    """The members of an object that no field took, as a dictionary."""

    expected: str = "a map"

    def read(self, reader: Any) -> dict[str, Any]:
        return dict(ANYTHING.read(reader))

    def take(self, value: Any) -> dict[str, Any]:
        return dict(ANYTHING.take(value))


_FUNCTION: Final = Flattened(
    "ToolCall",
    lambda arguments, **name: Call(name["_name"], arguments),
    (Field("_name", STRING),),
    rest="arguments",
    rest_shape=_Remaining(),
)
_CALL: Final = Struct("Call", lambda function: function, (Field("function", _FUNCTION),))


def usable_tools(tools: list[Tool], choice: ToolChoice, no_tool: Tool) -> list[Tool]:
    """The tools that the model may choose from; none where the choice says so.

    Raises:
        ToolError: the chosen tool is not there.
    """
    if choice.mode == "none":
        return []
    if choice.mode == "required":
        return tools
    if choice.mode == "auto":
        return [*tools, no_tool]
    return [named_tool(tools, choice.name)]


def named_tool(tools: list[Tool], name: str | None) -> Tool:
    """The first tool of a name.

    Raises:
        ToolError: there is none.
    """
    for tool in tools:
        if tool.function.name == name:
            return tool
    raise ToolError(f"Tool with name {name} not found")


def tools_schema(tools: list[Tool], *, by_reference: bool) -> dict[str, Any]:
    """The JSON schema that an answer calling one of these tools keeps to.

    TGI refers to each function by its name as it stands, so that a name with a ``/`` or a ``#`` is not found
    (``by_reference``). It does without ``required``: its models may write ``{}``, which ours never does.
    """
    schemas = {tool.function.name: _function_schema(tool.function) for tool in tools}
    if by_reference:
        choices = [{"$ref": f"#/$functions/{tool.function.name}"} for tool in tools]
        return {
            "$functions": schemas,
            "properties": {"function": {"anyOf": choices}},
            "required": ["function"],
        }
    return {"properties": {"function": {"anyOf": [*schemas.values()]}}, "required": ["function"]}


def _function_schema(function: FunctionDefinition) -> dict[str, Any]:
    properties: dict[str, Any] = {"_name": {"type": "string", "const": function.name}}
    required = ["_name"]
    whole: dict[str, Any] = {"description": function.description or ""}
    if isinstance(function.arguments, dict):
        if isinstance(function.arguments.get("properties"), dict):
            properties |= function.arguments["properties"]
        if isinstance(function.arguments.get("required"), list):
            required += function.arguments["required"]
        whole["additionalProperties"] = function.arguments.get("additionalProperties") == "true"
    return {**whole, "properties": properties, "required": required}


def parse_call(text: str) -> Call:
    """The call in an answer.

    Raises:
        DecodeError: the text is no call; the error says where.
    """
    call: Call = parse_json(text, _CALL)
    return call


def answered_call(text: str) -> Call | None:
    """The call in a whole answer, or none where the model chose plain words.

    Raises:
        ToolError: the answer is no call.
    """
    try:
        call = parse_call(text)
    except DecodeError as error:
        raise ToolError.unreadable(str(error), text) from None
    return None if call.name == NO_TOOL else call


def next_call_id(chat: ChatRequest) -> str:
    """The id of the next call: one more than the highest number among the earlier ones."""
    earlier = [call.id for message in chat.messages for call in message.tool_calls or ()]
    if all(one.isascii() and one.isdigit() for one in earlier):
        return str(max((int(one) + 1 for one in earlier), default=0))
    from uuid import uuid4  # noqa: PLC0415  # only where ids are no numbers

    return str(uuid4())
