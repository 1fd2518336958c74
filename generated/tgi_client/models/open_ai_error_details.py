"""The model `OpenAiErrorDetails`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class OpenAiErrorDetails:
    """What went wrong.

    Attributes:
        message (str): What happened, in a sentence.
        http_status_code (int): 422, whatever the kind of the error.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    message: str
    http_status_code: int
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"message", "http_status_code"})
    _required: ClassVar[frozenset[str]] = frozenset({"message", "http_status_code"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> OpenAiErrorDetails:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "OpenAiErrorDetails")
        try:
            _self = object.__new__(cls)
            _self.message = src_dict["message"]
            _self.http_status_code = src_dict["http_status_code"]
            _self.additional_properties = {} if len(src_dict) == 2 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("OpenAiErrorDetails", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["message"] = self.message
        _d["http_status_code"] = self.http_status_code
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= OpenAiErrorDetails._required:
            return False
        _value = value["message"]
        if not (isinstance(_value, str)):
            return False
        _value = value["http_status_code"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        return True
