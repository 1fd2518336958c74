"""The model `ChatCompletionLogprobs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatCompletionLogprobs:
    """Log-probabilities of a chat answer or of one chunk of it.

    Attributes:
        content (list[ChatCompletionLogprob]): One entry per generated token, in order; in a chunk,
            the one token of this chunk.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    content: list[ChatCompletionLogprob]
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"content"})
    _required: ClassVar[frozenset[str]] = frozenset({"content"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatCompletionLogprobs:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatCompletionLogprobs")
        try:
            _self = object.__new__(cls)
            _content = src_dict["content"]
            _self.content = (
                [ChatCompletionLogprob.from_dict(_content[0])]
                if type(_content) is list and len(_content) == 1
                else list(
                    map(ChatCompletionLogprob.from_dict, items_of(_content, "ChatCompletionLogprobs.content"))
                )
            )
            _self.additional_properties = {} if len(src_dict) == 1 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ChatCompletionLogprobs", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["content"] = [_item.to_dict() for _item in self.content]
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ChatCompletionLogprobs._required:
            return False
        _value = value["content"]
        if not (
            isinstance(_value, list) and all(ChatCompletionLogprob._fits(_item, exact) for _item in _value)
        ):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .chat_completion_logprob import ChatCompletionLogprob  # noqa: E402
