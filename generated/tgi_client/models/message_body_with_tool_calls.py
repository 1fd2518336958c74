"""The model `MessageBodyWithToolCalls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing

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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> MessageBodyWithToolCalls:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        _d = src_dict.copy() if type(src_dict) is dict else members_of(src_dict, "MessageBodyWithToolCalls")
        try:
            _self = object.__new__(cls)
            _self.tool_calls = list(
                map(ToolCall.from_dict, items_of(_d.pop("tool_calls"), "MessageBodyWithToolCalls.tool_calls"))
            )
            _self.additional_properties = _d
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
