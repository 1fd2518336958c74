"""The model `OpenAiErrorEvent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class OpenAiErrorEvent:
    """An event of a stream that tells of an error. `[DONE]` follows.

    Attributes:
        error (OpenAiErrorDetails)
        additional_properties (dict[str, Any]): What the document does not name.
    """

    error: OpenAiErrorDetails
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"error"})
    _required: ClassVar[frozenset[str]] = frozenset({"error"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> OpenAiErrorEvent:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "OpenAiErrorEvent")
        try:
            _self = object.__new__(cls)
            _self.error = OpenAiErrorDetails.from_dict(src_dict["error"])
            _self.additional_properties = {} if len(src_dict) == 1 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("OpenAiErrorEvent", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["error"] = self.error.to_dict()
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= OpenAiErrorEvent._required:
            return False
        _value = value["error"]
        if not (OpenAiErrorDetails._fits(_value, exact)):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .open_ai_error_details import OpenAiErrorDetails  # noqa: E402
