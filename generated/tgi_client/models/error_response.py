"""The model `ErrorResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ErrorResponse:
    """Why a request failed. Only validation and the engine report errors in this form; a body that
    cannot be read is refused in plain text, and streams under `/v1` carry an `error` object
    instead.

    Attributes:
        error (str): What went wrong, for people; the wording may change between releases.
        error_type (str): What went wrong, for programs: `validation`, `generation`, `overloaded`,
            `incomplete_generation`, `tool_error`, `healthcheck`, `batch size exceeded`, `suffix not
            supported`; others may come.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    error: str
    error_type: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"error", "error_type"})
    _required: ClassVar[frozenset[str]] = frozenset({"error", "error_type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ErrorResponse:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ErrorResponse")
        try:
            _self = object.__new__(cls)
            _self.error = src_dict["error"]
            _self.error_type = src_dict["error_type"]
            _self.additional_properties = {} if len(src_dict) == 2 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ErrorResponse", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["error"] = self.error
        _d["error_type"] = self.error_type
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= ErrorResponse._required:
            return False
        _value = value["error"]
        if not (isinstance(_value, str)):
            return False
        _value = value["error_type"]
        if not (isinstance(_value, str)):
            return False
        return True
