"""The model `Function`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class Function:
    """Piece of a called function in a chat stream.

    Attributes:
        arguments (str): Next piece of the arguments; the pieces joined are one JSON text.
        name (str | None | Unset): Name of the function in the first piece, null in all later ones.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    arguments: str
    name: str | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"arguments", "name"})
    _required: ClassVar[frozenset[str]] = frozenset({"arguments"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> Function:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "Function")
        try:
            _self = object.__new__(cls)
            _self.arguments = src_dict["arguments"]
            _self.name = src_dict.get("name", UNSET)
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("name" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("Function", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["arguments"] = self.arguments
        if self.name is not UNSET:
            _d["name"] = self.name
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= Function._required:
            return False
        _value = value["arguments"]
        if not (isinstance(_value, str)):
            return False
        if "name" in value:
            _value = value["name"]
            if not (isinstance(_value, str) or _value is None):
                return False
        return True
