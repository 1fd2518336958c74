"""The model `JsonSchemaConfig`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class JsonSchemaConfig:
    """A JSON Schema with an optional name.

    Attributes:
        schema (Any): A JSON Schema, which must have `properties` at its top.
        name (str | None | Unset): Name of the schema, for people; has no effect. Null or absent:
            none.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    schema: Any
    name: str | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"schema", "name"})
    _required: ClassVar[frozenset[str]] = frozenset({"schema"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> JsonSchemaConfig:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "JsonSchemaConfig")
        try:
            _self = object.__new__(cls)
            _self.schema = src_dict["schema"]
            _self.name = src_dict.get("name", UNSET)
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("name" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("JsonSchemaConfig", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["schema"] = self.schema
        if self.name is not UNSET:
            _d["name"] = self.name
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= JsonSchemaConfig._required:
            return False
        if "name" in value:
            _value = value["name"]
            if not (isinstance(_value, str) or _value is None):
                return False
        return True
