"""The model `Usage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class Usage:
    """Tokens that a request took.

    Attributes:
        completion_tokens (int): Tokens generated.
        prompt_tokens (int): Tokens of the prompt, the chat template's included.
        total_tokens (int): Sum of `prompt_tokens` and `completion_tokens`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"completion_tokens", "prompt_tokens", "total_tokens"})
    _required: ClassVar[frozenset[str]] = frozenset({"completion_tokens", "prompt_tokens", "total_tokens"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> Usage:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "Usage")
        try:
            _self = object.__new__(cls)
            _self.completion_tokens = src_dict["completion_tokens"]
            _self.prompt_tokens = src_dict["prompt_tokens"]
            _self.total_tokens = src_dict["total_tokens"]
            _self.additional_properties = {} if len(src_dict) == 3 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("Usage", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["completion_tokens"] = self.completion_tokens
        _d["prompt_tokens"] = self.prompt_tokens
        _d["total_tokens"] = self.total_tokens
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= Usage._required:
            return False
        _value = value["completion_tokens"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["prompt_tokens"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["total_tokens"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        return True
