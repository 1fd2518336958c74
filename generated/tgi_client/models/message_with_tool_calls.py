"""The model `MessageWithToolCalls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class MessageWithToolCalls:
    """MessageWithToolCalls.

    Attributes:
        tool_calls (list[ToolCall]): The calls in their order; `arguments` may be an object or a
            string that holds JSON.
        role (str): Part of the speaker: `system`, `user`, `assistant` or `tool`. Any string is
            accepted; the chat template decides what becomes of it.
        name (str | None | Unset): Name of the speaker, for templates that tell speakers of one role
            apart. Null or absent: none.
        tool_call_id (str | None | Unset): For messages of role `tool`, the call that this answers.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    tool_calls: list[ToolCall]
    role: str
    name: str | None | Unset = UNSET
    tool_call_id: str | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"tool_calls", "role", "name", "tool_call_id"})
    _required: ClassVar[frozenset[str]] = frozenset({"tool_calls", "role"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> MessageWithToolCalls:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "MessageWithToolCalls")
        try:
            _self = object.__new__(cls)
            _tool_calls = src_dict["tool_calls"]
            _self.tool_calls = (
                [ToolCall.from_dict(_tool_calls[0])]
                if type(_tool_calls) is list and len(_tool_calls) == 1
                else list(map(ToolCall.from_dict, items_of(_tool_calls, "MessageWithToolCalls.tool_calls")))
            )
            _self.role = src_dict["role"]
            _self.name = src_dict.get("name", UNSET)
            _self.tool_call_id = src_dict.get("tool_call_id", UNSET)
            _self.additional_properties = (
                {}
                if len(src_dict) == 2 + ("name" in src_dict) + ("tool_call_id" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("MessageWithToolCalls", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["tool_calls"] = [_item.to_dict() for _item in self.tool_calls]
        _d["role"] = self.role
        if self.name is not UNSET:
            _d["name"] = self.name
        if self.tool_call_id is not UNSET:
            _d["tool_call_id"] = self.tool_call_id
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= MessageWithToolCalls._required:
            return False
        _value = value["tool_calls"]
        if not (isinstance(_value, list) and all(ToolCall._fits(_item, exact) for _item in _value)):
            return False
        _value = value["role"]
        if not (isinstance(_value, str)):
            return False
        if "name" in value:
            _value = value["name"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "tool_call_id" in value:
            _value = value["tool_call_id"]
            if not (isinstance(_value, str) or _value is None):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .tool_call import ToolCall  # noqa: E402
