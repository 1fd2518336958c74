"""The model `ChatCompletionLogprob`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatCompletionLogprob:
    """Log-probability of one generated token.

    Attributes:
        logprob (float): Log-probability of the token: natural logarithm of its probability, at most
            0.
        token (str): Text of the token.
        top_logprobs (list[ChatCompletionTopLogprob]): The most likely candidates at this place,
            best first, as many as `top_logprobs` asked for; empty otherwise.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    logprob: float
    token: str
    top_logprobs: list[ChatCompletionTopLogprob]
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"logprob", "token", "top_logprobs"})
    _required: ClassVar[frozenset[str]] = frozenset({"logprob", "token", "top_logprobs"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatCompletionLogprob:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatCompletionLogprob")
        try:
            _self = object.__new__(cls)
            _self.logprob = src_dict["logprob"]
            _self.token = src_dict["token"]
            _top_logprobs = src_dict["top_logprobs"]
            _self.top_logprobs = (
                [ChatCompletionTopLogprob.from_dict(_top_logprobs[0])]
                if type(_top_logprobs) is list and len(_top_logprobs) == 1
                else list(
                    map(
                        ChatCompletionTopLogprob.from_dict,
                        items_of(_top_logprobs, "ChatCompletionLogprob.top_logprobs"),
                    )
                )
            )
            _self.additional_properties = {} if len(src_dict) == 3 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ChatCompletionLogprob", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["logprob"] = self.logprob
        _d["token"] = self.token
        _d["top_logprobs"] = [_item.to_dict() for _item in self.top_logprobs]
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ChatCompletionLogprob._required:
            return False
        _value = value["logprob"]
        if not (isinstance(_value, int | float) and not isinstance(_value, bool)):
            return False
        _value = value["token"]
        if not (isinstance(_value, str)):
            return False
        _value = value["top_logprobs"]
        if not (
            isinstance(_value, list) and all(ChatCompletionTopLogprob._fits(_item, exact) for _item in _value)
        ):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .chat_completion_top_logprob import ChatCompletionTopLogprob  # noqa: E402
