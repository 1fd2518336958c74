"""The model `PrefillToken`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class PrefillToken:
    """A token of the prompt.

    Attributes:
        id (int): Number of the token in the model's vocabulary, from 0.
        logprob (float | None): Log-probability of the token after those before it: natural
            logarithm of its probability, at most 0. Null for the first, which follows nothing.
        text (str): Text of the token; bytes that are not a whole character show as U+FFFD.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    id: int
    logprob: float | None
    text: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"id", "logprob", "text"})
    _required: ClassVar[frozenset[str]] = frozenset({"id", "logprob", "text"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> PrefillToken:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "PrefillToken")
        try:
            _self = object.__new__(cls)
            _self.id = src_dict["id"]
            _self.logprob = src_dict["logprob"]
            _self.text = src_dict["text"]
            _self.additional_properties = {} if len(src_dict) == 3 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("PrefillToken", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["id"] = self.id
        _d["logprob"] = self.logprob
        _d["text"] = self.text
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= PrefillToken._required:
            return False
        _value = value["id"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["logprob"]
        if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
            return False
        _value = value["text"]
        if not (isinstance(_value, str)):
            return False
        return True
