"""The model `ChatCompletionChoice`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members, pick
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatCompletionChoice:
    """What one chunk of a chat stream adds to a choice.

    Attributes:
        delta (TextMessage | ToolCallDelta): The addition: a piece of text, or a piece of a tool
            call.
        index (int): Position of the choice; 0, as there is only one.
        finish_reason (str | None | Unset): Null until the last chunk with content. Then `length`
            (token limit), `stop` (end token, or a tool call is complete) or `stop_sequence`.
        logprobs (ChatCompletionLogprobs | None | Unset): Log-probabilities of this chunk's token;
            null unless `logprobs` was true.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    delta: TextMessage | ToolCallDelta
    index: int
    finish_reason: str | None | Unset = UNSET
    logprobs: ChatCompletionLogprobs | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"delta", "index", "finish_reason", "logprobs"})
    _required: ClassVar[frozenset[str]] = frozenset({"delta", "index"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatCompletionChoice:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatCompletionChoice")
        try:
            _self = object.__new__(cls)
            _delta = src_dict["delta"]
            _self.delta = (
                TextMessage.from_dict(_delta)
                if type(_delta) is dict
                and "content" in _delta
                and "role" in _delta
                and "tool_calls" not in _delta
                else ToolCallDelta.from_dict(_delta)
                if type(_delta) is dict
                and "role" in _delta
                and "tool_calls" in _delta
                and "content" not in _delta
                else pick(_delta, "ChatCompletionChoice.delta", (TextMessage, ToolCallDelta))
            )
            _self.index = src_dict["index"]
            _self.finish_reason = src_dict.get("finish_reason", UNSET)
            _logprobs = src_dict.get("logprobs", UNSET)
            _self.logprobs = (
                _logprobs
                if _logprobs is UNSET
                else _logprobs
                if _logprobs is None
                else ChatCompletionLogprobs.from_dict(_logprobs)
            )
            _self.additional_properties = (
                {}
                if len(src_dict) == 2 + ("finish_reason" in src_dict) + ("logprobs" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("ChatCompletionChoice", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["delta"] = self.delta.to_dict()
        _d["index"] = self.index
        if self.finish_reason is not UNSET:
            _d["finish_reason"] = self.finish_reason
        if self.logprobs is not UNSET:
            _d["logprobs"] = None if self.logprobs is None else self.logprobs.to_dict()
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ChatCompletionChoice._required:
            return False
        _value = value["delta"]
        if not (TextMessage._fits(_value, exact) or ToolCallDelta._fits(_value, exact)):
            return False
        _value = value["index"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        if "finish_reason" in value:
            _value = value["finish_reason"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "logprobs" in value:
            _value = value["logprobs"]
            if not (ChatCompletionLogprobs._fits(_value, exact) or _value is None):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .chat_completion_logprobs import ChatCompletionLogprobs  # noqa: E402
from .text_message import TextMessage  # noqa: E402
from .tool_call_delta import ToolCallDelta  # noqa: E402
