"""The model `MessageBodyWithToolCalls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class MessageBodyWithToolCalls:
    """An earlier answer of the assistant that called tools.

    Attributes:
        tool_calls (list[ToolCall]): The calls in their order; `arguments` may be an object or a
            string that holds JSON.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    tool_calls: list[ToolCall]
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"tool_calls"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> MessageBodyWithToolCalls:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "MessageBodyWithToolCalls")
        try:
            _self = object.__new__(cls)
            _tool_calls = src_dict["tool_calls"]
            _self.tool_calls = (
                [ToolCall.from_dict(_tool_calls[0])]
                if type(_tool_calls) is list and len(_tool_calls) == 1
                else list(
                    map(ToolCall.from_dict, items_of(_tool_calls, "MessageBodyWithToolCalls.tool_calls"))
                )
            )
            _self.additional_properties = {} if len(src_dict) == 1 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("MessageBodyWithToolCalls", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["tool_calls"] = [_item.to_dict() for _item in self.tool_calls]
        return _d


# Models may refer to each other in circles, so others are imported once this one is there.
from .tool_call import ToolCall  # noqa: E402
