"""The model `DeltaToolCall`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class DeltaToolCall:
    """A piece of a tool call in a chat stream.

    Attributes:
        function (Function): Name and arguments, piece by piece.
        id (str): Identifier of the call, the same in each piece.
        index (int): Position of the call in the answer, from 0; pieces with the same index belong
            together.
        type_ (str): Kind of the tool; always `function`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    function: Function
    id: str
    index: int
    type_: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"function", "id", "index", "type"})
    _required: ClassVar[frozenset[str]] = frozenset({"function", "id", "index", "type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> DeltaToolCall:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "DeltaToolCall")
        try:
            _self = object.__new__(cls)
            _self.function = Function.from_dict(src_dict["function"])
            _self.id = src_dict["id"]
            _self.index = src_dict["index"]
            _self.type_ = src_dict["type"]
            _self.additional_properties = {} if len(src_dict) == 4 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("DeltaToolCall", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["function"] = self.function.to_dict()
        _d["id"] = self.id
        _d["index"] = self.index
        _d["type"] = self.type_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= DeltaToolCall._required:
            return False
        _value = value["function"]
        if not (Function._fits(_value, exact)):
            return False
        _value = value["id"]
        if not (isinstance(_value, str)):
            return False
        _value = value["index"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["type"]
        if not (isinstance(_value, str)):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .function import Function  # noqa: E402
