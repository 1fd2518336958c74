"""The model `ChatRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import encoded, items_of, members_of, missing, other_members, pick
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatRequest:
    """A conversation to be answered. Members that are not listed are ignored.

    Attributes:
        messages (list[MessageWithContent | MessageWithToolCalls]): The conversation so far, oldest
            first. When the last message is the assistant's, the model continues it. An empty array
            is accepted.
        frequency_penalty (float | None | Unset): Lowers the chance of tokens by how often they
            came, from -2 to 2, both included; negative values raise it. Null or absent: none.
        logit_bias (list[float] | None | Unset): Accepted and without effect. An array, not OpenAI's
            map of token ids.
        logprobs (bool | None | Unset): True asks for the log-probability of each generated token.
            Null or absent: false.
        max_tokens (int | None | Unset): Maximum number of tokens to generate, at least 1. Null or
            absent: as many as `max_total_tokens` leaves after the prompt, which the documented
            default of 1024 does not say.
        model (str | None | Unset): Echoed in the answer; the served model answers whatever is
            named. Null, absent or `tgi`: the served model's name.
        n (int | None | Unset): Accepted and without effect: there is always one choice.
        presence_penalty (float | None | Unset): Becomes the native repetition penalty
            `presence_penalty` + 2, so it must be above -2. Null or absent: none.
        response_format (GrammarTypeJson | GrammarTypeRegex | GrammarTypeJsonSchema |
            GrammarTypeJsonObject | None | Unset): Grammar that the answer must follow; not OpenAI's
            form, as `value` is required and type `text` is refused. Not together with `tools`. Null
            or absent: free text.
        seed (int | None | Unset): Makes sampling repeatable, 0 to 2^64-1. Null or absent: drawn at
            random.
        stop (list[str] | None | Unset): Generation ends after the first of these strings, which
            stays in the text; at most `max_stop_sequences` of them. A bare string is refused. Null
            or absent: none.
        stream (bool | Unset): True asks for an event stream. Absent: false.
        stream_options (StreamOptions | Unset): What a stream reports besides the text; without
            effect when not streaming. Null or absent: nothing.
        temperature (float | None | Unset): Flattens the distribution before sampling, above 0; 0
            means greedy here. Null or absent: 1.
        tool_choice (Literal['auto', 'none', 'required'] | str | ToolChoiceWithFunction | None |
            Unset): Which of `tools` the model may or must call. Null or absent: `auto`. Without
            effect where there are no tools. Default: "auto".
        tool_prompt (str | None | Unset): Sentence that introduces the tools to the model. Null or
            absent: the server's own.
        tools (list[Tool] | None | Unset): Functions that the model may call. They become a grammar,
            so a call always has the declared form. Null or absent: none.
        top_logprobs (int | None | Unset): How many candidates to list for each token, up to the
            server's limit (5 unless set otherwise). Only with `logprobs` true. Null or absent:
            none.
        top_p (float | None | Unset): Samples only from the most likely tokens whose probabilities
            add up to this share; above 0 and below 1, so 1 is refused. Null or absent: all tokens.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    messages: list[MessageWithContent | MessageWithToolCalls]
    frequency_penalty: float | None | Unset = UNSET
    logit_bias: list[float] | None | Unset = UNSET
    logprobs: bool | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    model: str | None | Unset = UNSET
    n: int | None | Unset = UNSET
    presence_penalty: float | None | Unset = UNSET
    response_format: (
        GrammarTypeJson | GrammarTypeRegex | GrammarTypeJsonSchema | GrammarTypeJsonObject | None | Unset
    ) = UNSET
    seed: int | None | Unset = UNSET
    stop: list[str] | None | Unset = UNSET
    stream: bool | Unset = UNSET
    stream_options: StreamOptions | Unset = UNSET
    temperature: float | None | Unset = UNSET
    tool_choice: Literal["auto", "none", "required"] | str | ToolChoiceWithFunction | None | Unset = UNSET
    tool_prompt: str | None | Unset = UNSET
    tools: list[Tool] | None | Unset = UNSET
    top_logprobs: int | None | Unset = UNSET
    top_p: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {
            "messages",
            "frequency_penalty",
            "logit_bias",
            "logprobs",
            "max_tokens",
            "model",
            "n",
            "presence_penalty",
            "response_format",
            "seed",
            "stop",
            "stream",
            "stream_options",
            "temperature",
            "tool_choice",
            "tool_prompt",
            "tools",
            "top_logprobs",
            "top_p",
        }
    )
    _required: ClassVar[frozenset[str]] = frozenset({"messages"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatRequest:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatRequest")
        try:
            _self = object.__new__(cls)
            _self.messages = [
                MessageWithContent.from_dict(_item)
                if type(_item) is dict
                and "content" in _item
                and "role" in _item
                and "tool_calls" not in _item
                else MessageWithToolCalls.from_dict(_item)
                if type(_item) is dict
                and "tool_calls" in _item
                and "role" in _item
                and "content" not in _item
                else pick(_item, "ChatRequest.messages", (MessageWithContent, MessageWithToolCalls))
                for _item in items_of(src_dict["messages"], "ChatRequest.messages")
            ]
            _self.frequency_penalty = src_dict.get("frequency_penalty", UNSET)
            _self.logit_bias = src_dict.get("logit_bias", UNSET)
            _self.logprobs = src_dict.get("logprobs", UNSET)
            _self.max_tokens = src_dict.get("max_tokens", UNSET)
            _self.model = src_dict.get("model", UNSET)
            _self.n = src_dict.get("n", UNSET)
            _self.presence_penalty = src_dict.get("presence_penalty", UNSET)
            _response_format = src_dict.get("response_format", UNSET)
            _self.response_format = (
                _response_format
                if _response_format is UNSET
                else _response_format
                if _response_format is None
                else pick(
                    _response_format,
                    "ChatRequest.response_format",
                    (GrammarTypeJson, GrammarTypeRegex, GrammarTypeJsonSchema, GrammarTypeJsonObject),
                )
            )
            _self.seed = src_dict.get("seed", UNSET)
            _self.stop = src_dict.get("stop", UNSET)
            _self.stream = src_dict.get("stream", UNSET)
            _stream_options = src_dict.get("stream_options", UNSET)
            _self.stream_options = (
                _stream_options if _stream_options is UNSET else StreamOptions.from_dict(_stream_options)
            )
            _self.temperature = src_dict.get("temperature", UNSET)
            _tool_choice = src_dict.get("tool_choice", UNSET)
            _self.tool_choice = (
                _tool_choice
                if _tool_choice is UNSET
                else _tool_choice
                if isinstance(_tool_choice, str) or isinstance(_tool_choice, str) or _tool_choice is None
                else ToolChoiceWithFunction.from_dict(_tool_choice)
            )
            _self.tool_prompt = src_dict.get("tool_prompt", UNSET)
            _tools = src_dict.get("tools", UNSET)
            _self.tools = (
                _tools
                if _tools is UNSET
                else _tools
                if _tools is None
                else (
                    [Tool.from_dict(_tools[0])]
                    if type(_tools) is list and len(_tools) == 1
                    else list(map(Tool.from_dict, items_of(_tools, "ChatRequest.tools")))
                )
            )
            _self.top_logprobs = src_dict.get("top_logprobs", UNSET)
            _self.top_p = src_dict.get("top_p", UNSET)
            _self.additional_properties = other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ChatRequest", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["messages"] = [_item.to_dict() for _item in self.messages]
        if self.frequency_penalty is not UNSET:
            _d["frequency_penalty"] = self.frequency_penalty
        if self.logit_bias is not UNSET:
            _d["logit_bias"] = self.logit_bias
        if self.logprobs is not UNSET:
            _d["logprobs"] = self.logprobs
        if self.max_tokens is not UNSET:
            _d["max_tokens"] = self.max_tokens
        if self.model is not UNSET:
            _d["model"] = self.model
        if self.n is not UNSET:
            _d["n"] = self.n
        if self.presence_penalty is not UNSET:
            _d["presence_penalty"] = self.presence_penalty
        if self.response_format is not UNSET:
            _d["response_format"] = None if self.response_format is None else self.response_format.to_dict()
        if self.seed is not UNSET:
            _d["seed"] = self.seed
        if self.stop is not UNSET:
            _d["stop"] = self.stop
        if self.stream is not UNSET:
            _d["stream"] = self.stream
        if self.stream_options is not UNSET:
            _d["stream_options"] = encoded(self.stream_options)
        if self.temperature is not UNSET:
            _d["temperature"] = self.temperature
        if self.tool_choice is not UNSET:
            _d["tool_choice"] = encoded(self.tool_choice)
        if self.tool_prompt is not UNSET:
            _d["tool_prompt"] = self.tool_prompt
        if self.tools is not UNSET:
            _d["tools"] = None if self.tools is None else [_item.to_dict() for _item in self.tools]
        if self.top_logprobs is not UNSET:
            _d["top_logprobs"] = self.top_logprobs
        if self.top_p is not UNSET:
            _d["top_p"] = self.top_p
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ChatRequest._required:
            return False
        _value = value["messages"]
        if not (
            isinstance(_value, list)
            and all(
                (MessageWithContent._fits(_item, exact) or MessageWithToolCalls._fits(_item, exact))
                for _item in _value
            )
        ):
            return False
        if "frequency_penalty" in value:
            _value = value["frequency_penalty"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "logit_bias" in value:
            _value = value["logit_bias"]
            if not (
                (
                    isinstance(_value, list)
                    and all(
                        (isinstance(_item, int | float) and not isinstance(_item, bool)) for _item in _value
                    )
                )
                or _value is None
            ):
                return False
        if "logprobs" in value:
            _value = value["logprobs"]
            if not (isinstance(_value, bool) or _value is None):
                return False
        if "max_tokens" in value:
            _value = value["max_tokens"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "model" in value:
            _value = value["model"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "n" in value:
            _value = value["n"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "presence_penalty" in value:
            _value = value["presence_penalty"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "response_format" in value:
            _value = value["response_format"]
            if not (
                GrammarTypeJson._fits(_value, exact)
                or GrammarTypeRegex._fits(_value, exact)
                or GrammarTypeJsonSchema._fits(_value, exact)
                or GrammarTypeJsonObject._fits(_value, exact)
                or _value is None
            ):
                return False
        if "seed" in value:
            _value = value["seed"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "stop" in value:
            _value = value["stop"]
            if not (
                (isinstance(_value, list) and all(isinstance(_item, str) for _item in _value))
                or _value is None
            ):
                return False
        if "stream" in value:
            _value = value["stream"]
            if not (isinstance(_value, bool)):
                return False
        if "stream_options" in value:
            _value = value["stream_options"]
            if not (StreamOptions._fits(_value, exact)):
                return False
        if "temperature" in value:
            _value = value["temperature"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "tool_choice" in value:
            _value = value["tool_choice"]
            if not (isinstance(_value, str) or ToolChoiceWithFunction._fits(_value, exact) or _value is None):
                return False
        if "tool_prompt" in value:
            _value = value["tool_prompt"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "tools" in value:
            _value = value["tools"]
            if not (
                (isinstance(_value, list) and all(Tool._fits(_item, exact) for _item in _value))
                or _value is None
            ):
                return False
        if "top_logprobs" in value:
            _value = value["top_logprobs"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "top_p" in value:
            _value = value["top_p"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .grammar_type_json import GrammarTypeJson  # noqa: E402
from .grammar_type_json_object import GrammarTypeJsonObject  # noqa: E402
from .grammar_type_json_schema import GrammarTypeJsonSchema  # noqa: E402
from .grammar_type_regex import GrammarTypeRegex  # noqa: E402
from .message_with_content import MessageWithContent  # noqa: E402
from .message_with_tool_calls import MessageWithToolCalls  # noqa: E402
from .stream_options import StreamOptions  # noqa: E402
from .tool import Tool  # noqa: E402
from .tool_choice_with_function import ToolChoiceWithFunction  # noqa: E402
