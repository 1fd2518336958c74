"""The model `ChatCompletionComplete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members, pick
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatCompletionComplete:
    """The one choice of an unstreamed chat answer.

    Attributes:
        finish_reason (str): `length` (token limit), `stop` (end token, or a tool was called) or
            `stop_sequence`.
        index (int): Position of the choice; always 0.
        message (TextMessage | ToolCallMessage): What the assistant said, or the tool call it made.
        logprobs (ChatCompletionLogprobs | None | Unset): Log-probabilities of the answer's tokens;
            null unless `logprobs` was true.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    finish_reason: str
    index: int
    message: TextMessage | ToolCallMessage
    logprobs: ChatCompletionLogprobs | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"finish_reason", "index", "message", "logprobs"})
    _required: ClassVar[frozenset[str]] = frozenset({"finish_reason", "index", "message"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatCompletionComplete:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatCompletionComplete")
        try:
            _self = object.__new__(cls)
            _self.finish_reason = src_dict["finish_reason"]
            _self.index = src_dict["index"]
            _message = src_dict["message"]
            _self.message = (
                TextMessage.from_dict(_message)
                if type(_message) is dict
                and "content" in _message
                and "role" in _message
                and "tool_calls" not in _message
                else ToolCallMessage.from_dict(_message)
                if type(_message) is dict
                and "role" in _message
                and "tool_calls" in _message
                and "content" not in _message
                else pick(_message, "ChatCompletionComplete.message", (TextMessage, ToolCallMessage))
            )
            _logprobs = src_dict.get("logprobs", UNSET)
            _self.logprobs = (
                _logprobs
                if _logprobs is UNSET
                else _logprobs
                if _logprobs is None
                else ChatCompletionLogprobs.from_dict(_logprobs)
            )
            _self.additional_properties = (
                {} if len(src_dict) == 3 + ("logprobs" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("ChatCompletionComplete", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["finish_reason"] = self.finish_reason
        _d["index"] = self.index
        _d["message"] = self.message.to_dict()
        if self.logprobs is not UNSET:
            _d["logprobs"] = None if self.logprobs is None else self.logprobs.to_dict()
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ChatCompletionComplete._required:
            return False
        _value = value["finish_reason"]
        if not (isinstance(_value, str)):
            return False
        _value = value["index"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["message"]
        if not (TextMessage._fits(_value, exact) or ToolCallMessage._fits(_value, exact)):
            return False
        if "logprobs" in value:
            _value = value["logprobs"]
            if not (ChatCompletionLogprobs._fits(_value, exact) or _value is None):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .chat_completion_logprobs import ChatCompletionLogprobs  # noqa: E402
from .text_message import TextMessage  # noqa: E402
from .tool_call_message import ToolCallMessage  # noqa: E402
