"""The model `Tool`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class Tool:
    """A tool that the model may call.

    Attributes:
        function (FunctionDefinition): The function behind the tool.
        type_ (str): Kind of the tool; `function`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    function: FunctionDefinition
    type_: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"function", "type"})
    _required: ClassVar[frozenset[str]] = frozenset({"function", "type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> Tool:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "Tool")
        try:
            _self = object.__new__(cls)
            _self.function = FunctionDefinition.from_dict(src_dict["function"])
            _self.type_ = src_dict["type"]
            _self.additional_properties = {} if len(src_dict) == 2 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("Tool", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["function"] = self.function.to_dict()
        _d["type"] = self.type_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= Tool._required:
            return False
        _value = value["function"]
        if not (FunctionDefinition._fits(_value, exact)):
            return False
        _value = value["type"]
        if not (isinstance(_value, str)):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .function_definition import FunctionDefinition  # noqa: E402
