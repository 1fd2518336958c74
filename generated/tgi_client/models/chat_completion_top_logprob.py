"""The model `ChatCompletionTopLogprob`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatCompletionTopLogprob:
    """A candidate token and its log-probability.

    Attributes:
        logprob (float): Log-probability of the candidate: natural logarithm of its probability, at
            most 0.
        token (str): Text of the candidate.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    logprob: float
    token: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"logprob", "token"})
    _required: ClassVar[frozenset[str]] = frozenset({"logprob", "token"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatCompletionTopLogprob:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatCompletionTopLogprob")
        try:
            _self = object.__new__(cls)
            _self.logprob = src_dict["logprob"]
            _self.token = src_dict["token"]
            _self.additional_properties = {} if len(src_dict) == 2 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ChatCompletionTopLogprob", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["logprob"] = self.logprob
        _d["token"] = self.token
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ChatCompletionTopLogprob._required:
            return False
        _value = value["logprob"]
        if not (isinstance(_value, int | float) and not isinstance(_value, bool)):
            return False
        _value = value["token"]
        if not (isinstance(_value, str)):
            return False
        return True
