"""The model `CompatGenerateRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import encoded, members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class CompatGenerateRequest:
    """A native request that says itself whether to stream.

    Attributes:
        inputs (str): The prompt. Must not be empty.
        parameters (GenerateParameters | Unset): How to generate. Absent: the defaults of each
            member, with `return_full_text` true. Null is refused.
        stream (bool | Unset): True asks for an event stream. Absent: false. Null is refused.
            Default: false.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    inputs: str
    parameters: GenerateParameters | Unset = UNSET
    stream: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"inputs", "parameters", "stream"})
    _required: ClassVar[frozenset[str]] = frozenset({"inputs"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> CompatGenerateRequest:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "CompatGenerateRequest")
        try:
            _self = object.__new__(cls)
            _self.inputs = src_dict["inputs"]
            _parameters = src_dict.get("parameters", UNSET)
            _self.parameters = (
                _parameters if _parameters is UNSET else GenerateParameters.from_dict(_parameters)
            )
            _self.stream = src_dict.get("stream", UNSET)
            _self.additional_properties = (
                {}
                if len(src_dict) == 1 + ("parameters" in src_dict) + ("stream" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("CompatGenerateRequest", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["inputs"] = self.inputs
        if self.parameters is not UNSET:
            _d["parameters"] = encoded(self.parameters)
        if self.stream is not UNSET:
            _d["stream"] = self.stream
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= CompatGenerateRequest._required:
            return False
        _value = value["inputs"]
        if not (isinstance(_value, str)):
            return False
        if "parameters" in value:
            _value = value["parameters"]
            if not (GenerateParameters._fits(_value, exact)):
                return False
        if "stream" in value:
            _value = value["stream"]
            if not (isinstance(_value, bool)):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .generate_parameters import GenerateParameters  # noqa: E402
