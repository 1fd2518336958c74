"""The model `FunctionName`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class FunctionName:
    """The function that must be called.

    Attributes:
        name (str): Name of one of the request's tools; an unknown one is refused as `tool_error`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    name: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"name"})
    _required: ClassVar[frozenset[str]] = frozenset({"name"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> FunctionName:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "FunctionName")
        try:
            _self = object.__new__(cls)
            _self.name = src_dict["name"]
            _self.additional_properties = {} if len(src_dict) == 1 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("FunctionName", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["name"] = self.name
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= FunctionName._required:
            return False
        _value = value["name"]
        if not (isinstance(_value, str)):
            return False
        return True
