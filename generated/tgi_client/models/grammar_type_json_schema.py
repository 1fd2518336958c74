"""The model `GrammarTypeJsonSchema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class GrammarTypeJsonSchema:
    """The text is JSON that a named schema accepts.

    Attributes:
        value (JsonSchemaConfig): The schema and its name.
        type_ (Literal['json_schema']): Marks a JSON Schema with a name.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    value: JsonSchemaConfig
    type_: Literal["json_schema"] = "json_schema"
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"value", "type"})
    _required: ClassVar[frozenset[str]] = frozenset({"value", "type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> GrammarTypeJsonSchema:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "GrammarTypeJsonSchema")
        try:
            _self = object.__new__(cls)
            _self.value = JsonSchemaConfig.from_dict(src_dict["value"])
            _self.type_ = src_dict.get("type", "json_schema")
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("type" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("GrammarTypeJsonSchema", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["value"] = self.value.to_dict()
        _d["type"] = self.type_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= GrammarTypeJsonSchema._required:
            return False
        _value = value["value"]
        if not (JsonSchemaConfig._fits(_value, exact)):
            return False
        _value = value["type"]
        if not (isinstance(_value, str) and (not exact or _value in {"json_schema"})):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .json_schema_config import JsonSchemaConfig  # noqa: E402
