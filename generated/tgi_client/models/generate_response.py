"""The model `GenerateResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class GenerateResponse:
    """Answer of an unstreamed native request.

    Attributes:
        generated_text (str): The generated text without special tokens, with the prompt before it
            if the full text was requested.
        details (Details | None | Unset): How the text came about; absent unless `details` or
            `decoder_input_details` was true.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    generated_text: str
    details: Details | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"generated_text", "details"})
    _required: ClassVar[frozenset[str]] = frozenset({"generated_text"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> GenerateResponse:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "GenerateResponse")
        try:
            _self = object.__new__(cls)
            _self.generated_text = src_dict["generated_text"]
            _details = src_dict.get("details", UNSET)
            _self.details = (
                _details
                if _details is UNSET
                else _details
                if _details is None
                else Details.from_dict(_details)
            )
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("details" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("GenerateResponse", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["generated_text"] = self.generated_text
        if self.details is not UNSET:
            _d["details"] = None if self.details is None else self.details.to_dict()
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= GenerateResponse._required:
            return False
        _value = value["generated_text"]
        if not (isinstance(_value, str)):
            return False
        if "details" in value:
            _value = value["details"]
            if not (Details._fits(_value, exact) or _value is None):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .details import Details  # noqa: E402
