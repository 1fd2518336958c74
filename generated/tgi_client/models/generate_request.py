"""The model `GenerateRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import encoded, members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class GenerateRequest:
    """A prompt to be continued. Members that are not listed are ignored.

    Attributes:
        inputs (str): The prompt. Must not be empty, except for `/tokenize`.
        parameters (GenerateParameters | Unset): How to generate. Absent: the defaults of each
            member. Null is refused.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    inputs: str
    parameters: GenerateParameters | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"inputs", "parameters"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> GenerateRequest:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "GenerateRequest")
        try:
            _self = object.__new__(cls)
            _self.inputs = src_dict["inputs"]
            _parameters = src_dict.get("parameters", UNSET)
            _self.parameters = (
                _parameters if _parameters is UNSET else GenerateParameters.from_dict(_parameters)
            )
            _self.additional_properties = (
                {}
                if len(src_dict) == 1 + ("parameters" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("GenerateRequest", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["inputs"] = self.inputs
        if self.parameters is not UNSET:
            _d["parameters"] = encoded(self.parameters)
        return _d


# Models may refer to each other in circles, so others are imported once this one is there.
from .generate_parameters import GenerateParameters  # noqa: E402
