"""The OpenAI-style routes of TGI 2.4, where they differ from those of 3.3. Source: recordings of 2.4.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from tgi_reference.api.answers import json_string
from tgi_reference.api.openai.v3_3 import OpenAi
from tgi_reference.api.streams import ChatEvents, encode, plain
from tgi_reference.generation.chat import ChatRules
from tgi_reference.generation.errors import ToolError
from tgi_reference.generation.tools import NO_TOOL, plain_words_tool
from tgi_reference.wire.complaints import DecodeError
from tgi_reference.wire.containers import in_order
from tgi_reference.wire.extract import parse_json
from tgi_reference.wire.requests import StreamOptions
from tgi_reference.wire.requests_2_4 import NEW_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.api.streams import Events
    from tgi_reference.engine import Step
    from tgi_reference.generation.generation import Generation
    from tgi_reference.wire.requests import ChatRequest

_CONTENT: Final = {"type": "string", "description": "The response content"}
RULES: Final = ChatRules(
    plain_words_tool({"type": "object", "properties": {"content": _CONTENT}, "required": ["content"]}),
    arguments_are_text=False,
    continues_assistant=False,
    new_tokens=NEW_TOKENS,
)


class OpenAi24(OpenAi):
    """Arguments of tools are objects; the served model is named; usage comes with the last token."""

    new_tokens = NEW_TOKENS
    rules = RULES

    def model(self, chat: ChatRequest) -> str:
        """The model to name: always the served one."""
        del chat
        return self._settings.model_id

    def tool_message(self, text: str) -> dict[str, Any] | None:
        """What an answer under the grammar of tools says."""
        call = read_call(text)
        if call.name == NO_TOOL:
            content = call.arguments.get("content")
            if not isinstance(content, str):
                raise ToolError("No `content` found in generated text")
            return {"content": content}
        return object_message(call)

    def chat_events(self, generation: Generation, chat: ChatRequest, *, using_tools: bool) -> Events:
        """The events of a streamed chat."""
        chunks = ChatEvents24(
            self._settings,
            generation,
            self._settings.model_id,
            logprobs=bool(chat.logprobs),
            include_usage=(chat.stream_options or StreamOptions()).include_usage,
        )
        return ToolEvents24(chunks) if using_tools else chunks


@frozen
class Called:
    """A call as it was read: its arguments are whatever stood there."""

    name: str
    arguments: Any


def read_call(text: str) -> Called:
    """The call in an answer.

    Raises:
        ToolError: the answer is no call.
    """
    try:
        value = parse_json(text)
    except DecodeError as error:
        raise ToolError.unreadable(str(error), text) from None
    function = value.get("function") if isinstance(value, dict) else None
    if not isinstance(value, dict) or "function" not in value:
        raise ToolError("No function found in generated text")
    name = function.get("_name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str):
        raise ToolError("No _name found in generated text")
    return Called(name, without_name(function))


def without_name(function: dict[str, Any]) -> dict[str, Any]:
    """The arguments beside ``_name``."""
    return {key: value for key, value in in_order(function).items() if key != "_name"}


def object_message(call: Called) -> dict[str, Any]:
    """The message of an answer that calls a tool; the arguments are an object."""
    function = {"description": None, "name": call.name, "arguments": call.arguments}
    return {"tool_calls": [{"id": "0", "type": "function", "function": function}]}


class ChatEvents24(ChatEvents):
    """Chunks of which the last that has a token carries the usage, where that was asked for."""

    def render(self, step: Step) -> bytes:
        """The event of one step."""
        return self.chunk(step, f'"content":{plain(step.token)}')

    def chunk(self, step: Step, delta: str) -> bytes:
        """A chunk whose delta has the member ``delta``."""
        return encode(f'{self.head()}{self.choices(step, delta)},"usage":{self.usage(step)}}}\n\n')


def object_delta(text: str) -> str:
    """The ``tool_calls`` of a delta: one object, and nothing is named but the text."""
    return (
        '"tool_calls":{"index":0,"id":"","type":"function",'
        f'"function":{{"name":null,"arguments":{json_string(text)}}}}}'
    )


class ToolEvents24:
    """The events of a chat that may call a tool.

    Once the text, its spaces aside, names a function, all tokens come as arguments: those before, those
    after, the end token too. Where it names the one that stands for plain words, its ``content`` is the
    answer, up to the first quote, which ends the stream without a reason.
    """

    _NAMED: Final = re.compile(r'\{"function":\{"_name":"([^"]+)"')
    _CONTENT_BEGINS: Final = '"content":"'

    def __init__(self, chunks: ChatEvents24) -> None:
        self._chunks = chunks
        self._text = ""
        self._waiting: list[Step] = []
        self._render: Callable[[Step], bytes] = self._buffered

    def render(self, step: Step) -> bytes:
        """The events of one step; often none."""
        return self._render(step)

    def _buffered(self, step: Step) -> bytes:
        self._text += step.token.text.replace(" ", "")
        self._waiting.append(step)
        found = self._NAMED.search(self._text)
        if found is None:
            return b""
        if found[1] == NO_TOOL:
            self._text = ""
            self._render = self._before_content
            return b""
        self._render = self._called
        return b"".join(map(self._called, self._waiting))

    def _called(self, step: Step) -> bytes:
        return self._chunks.chunk(step, object_delta(step.token.text))

    def _before_content(self, step: Step) -> bytes:
        self._text += step.token.text.replace(" ", "")
        _, found, rest = self._text.partition(self._CONTENT_BEGINS)
        if not found:
            return b""
        self._render = self._content
        if not rest:
            return b""
        # This chunk tells nothing but the text, whatever was asked for.
        choice = f'"choices":[{{"index":0,"delta":{{"role":"assistant","content":{json_string(rest)}}},'
        return encode(
            f'{self._chunks.head()}{choice}"logprobs":null,"finish_reason":null}}],"usage":null}}\n\n'
        )

    def _content(self, step: Step) -> bytes:
        if '"' in step.token.text:
            self._render = self._over
            return b""
        return self._chunks.render(step)

    def _over(self, _: Step) -> bytes:
        return b""
