"""The model `StreamOptions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class StreamOptions:
    """What a chat stream reports besides the text.

    Attributes:
        include_usage (bool | Unset): True sends `usage` in one more chunk, with no choices, before
            `[DONE]`. Absent: false.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    include_usage: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"include_usage"})
    _required: ClassVar[frozenset[str]] = frozenset({})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> StreamOptions:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "StreamOptions")
        _self = object.__new__(cls)
        _self.include_usage = src_dict.get("include_usage", UNSET)
        _self.additional_properties = (
            {}
            if len(src_dict) == 0 + ("include_usage" in src_dict)
            else other_members(src_dict, cls._members)
        )
        return _self

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        if self.include_usage is not UNSET:
            _d["include_usage"] = self.include_usage
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= StreamOptions._required:
            return False
        if "include_usage" in value:
            _value = value["include_usage"]
            if not (isinstance(_value, bool)):
                return False
        return True
