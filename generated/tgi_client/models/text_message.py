"""The model `TextMessage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class TextMessage:
    """A message that is text.

    Attributes:
        content (str): The text; in a stream the text of one token.
        role (str): Role of the author; in answers always `assistant`.
        tool_call_id (str | None | Unset): Call that a tool's message answers; absent in the
            assistant's answers.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    content: str
    role: str
    tool_call_id: str | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"content", "role", "tool_call_id"})
    _required: ClassVar[frozenset[str]] = frozenset({"content", "role"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> TextMessage:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "TextMessage")
        try:
            _self = object.__new__(cls)
            _self.content = src_dict["content"]
            _self.role = src_dict["role"]
            _self.tool_call_id = src_dict.get("tool_call_id", UNSET)
            _self.additional_properties = (
                {}
                if len(src_dict) == 2 + ("tool_call_id" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("TextMessage", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["content"] = self.content
        _d["role"] = self.role
        if self.tool_call_id is not UNSET:
            _d["tool_call_id"] = self.tool_call_id
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= TextMessage._required:
            return False
        _value = value["content"]
        if not (isinstance(_value, str)):
            return False
        _value = value["role"]
        if not (isinstance(_value, str)):
            return False
        if "tool_call_id" in value:
            _value = value["tool_call_id"]
            if not (isinstance(_value, str) or _value is None):
                return False
        return True
