"""The model `FunctionDefinition`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class FunctionDefinition:
    """A function: in a request what can be called, in an answer what was called.

    Attributes:
        name (str): Name of the function, unique among the tools of a request.
        arguments (Any | Unset): In a request the JSON Schema of the arguments, which may also be
            named `parameters`, as clients of OpenAI do. In an answer the arguments as a string that
            holds JSON.
        description (str | None | Unset): What the function does, for the model to read. Null or
            absent: nothing is said; null in answers.
        parameters (Any | Unset): In requests another name of `arguments`, a JSON Schema of them.
            Give one of the two.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    name: str
    arguments: Any | Unset = UNSET
    description: str | None | Unset = UNSET
    parameters: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"name", "arguments", "description", "parameters"})
    _required: ClassVar[frozenset[str]] = frozenset({"name"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> FunctionDefinition:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "FunctionDefinition")
        try:
            _self = object.__new__(cls)
            _self.name = src_dict["name"]
            _self.arguments = src_dict.get("arguments", UNSET)
            _self.description = src_dict.get("description", UNSET)
            _self.parameters = src_dict.get("parameters", UNSET)
            _self.additional_properties = (
                {}
                if len(src_dict)
                == 1 + ("arguments" in src_dict) + ("description" in src_dict) + ("parameters" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("FunctionDefinition", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["name"] = self.name
        if self.arguments is not UNSET:
            _d["arguments"] = self.arguments
        if self.description is not UNSET:
            _d["description"] = self.description
        if self.parameters is not UNSET:
            _d["parameters"] = self.parameters
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= FunctionDefinition._required:
            return False
        _value = value["name"]
        if not (isinstance(_value, str)):
            return False
        if "description" in value:
            _value = value["description"]
            if not (isinstance(_value, str) or _value is None):
                return False
        return True
