"""The model `ToolChoiceWithFunction`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ToolChoiceWithFunction:
    """The named tool is called.

    Attributes:
        function (FunctionName): Which tool.
        type_ (Literal['function']): Always `function`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    function: FunctionName
    type_: Literal["function"] = "function"
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"function", "type"})
    _required: ClassVar[frozenset[str]] = frozenset({"function", "type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ToolChoiceWithFunction:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ToolChoiceWithFunction")
        try:
            _self = object.__new__(cls)
            _self.function = FunctionName.from_dict(src_dict["function"])
            _self.type_ = src_dict.get("type", "function")
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("type" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("ToolChoiceWithFunction", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["function"] = self.function.to_dict()
        _d["type"] = self.type_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ToolChoiceWithFunction._required:
            return False
        _value = value["function"]
        if not (FunctionName._fits(_value, exact)):
            return False
        _value = value["type"]
        if not (isinstance(_value, str) and (not exact or _value in {"function"})):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .function_name import FunctionName  # noqa: E402
