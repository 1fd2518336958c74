"""The model `ToolCallDelta`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ToolCallDelta:
    """A piece of an answer that calls tools.

    Attributes:
        role (str): Who calls; always `assistant`, and repeated in each piece.
        tool_calls (list[DeltaToolCall]): Pieces of calls, one entry per call.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    role: str
    tool_calls: list[DeltaToolCall]
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"role", "tool_calls"})
    _required: ClassVar[frozenset[str]] = frozenset({"role", "tool_calls"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ToolCallDelta:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ToolCallDelta")
        try:
            _self = object.__new__(cls)
            _self.role = src_dict["role"]
            _tool_calls = src_dict["tool_calls"]
            _self.tool_calls = (
                [DeltaToolCall.from_dict(_tool_calls[0])]
                if type(_tool_calls) is list and len(_tool_calls) == 1
                else list(map(DeltaToolCall.from_dict, items_of(_tool_calls, "ToolCallDelta.tool_calls")))
            )
            _self.additional_properties = {} if len(src_dict) == 2 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ToolCallDelta", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["role"] = self.role
        _d["tool_calls"] = [_item.to_dict() for _item in self.tool_calls]
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ToolCallDelta._required:
            return False
        _value = value["role"]
        if not (isinstance(_value, str)):
            return False
        _value = value["tool_calls"]
        if not (isinstance(_value, list) and all(DeltaToolCall._fits(_item, exact) for _item in _value)):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .delta_tool_call import DeltaToolCall  # noqa: E402
