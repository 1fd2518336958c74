"""The model `GrammarTypeRegex`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class GrammarTypeRegex:
    """The text as a whole matches a regular expression.

    Attributes:
        value (str): The expression. Only the model process compiles it, so a bad one is a 424
            instead of a 422.
        type_ (Literal['regex']): Marks a regular expression.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    value: str
    type_: Literal["regex"] = "regex"
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"value", "type"})
    _required: ClassVar[frozenset[str]] = frozenset({"value", "type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> GrammarTypeRegex:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "GrammarTypeRegex")
        try:
            _self = object.__new__(cls)
            _self.value = src_dict["value"]
            _self.type_ = src_dict.get("type", "regex")
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("type" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("GrammarTypeRegex", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["value"] = self.value
        _d["type"] = self.type_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= GrammarTypeRegex._required:
            return False
        _value = value["value"]
        if not (isinstance(_value, str)):
            return False
        _value = value["type"]
        if not (isinstance(_value, str) and (not exact or _value in {"regex"})):
            return False
        return True
