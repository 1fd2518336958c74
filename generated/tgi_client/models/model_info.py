"""The model `ModelInfo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ModelInfo:
    """A model as OpenAI's list of models shows it.

    Attributes:
        created (int): When the model was made, in whole seconds since 1970-01-01 UTC; the server
            knows no such time and says 0.
        id (str): Name of the model, as in `model_id` of `/info`.
        object_ (str): Kind of the entry; always `model`.
        owned_by (str): Owner of the model; the server repeats the name of the model.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    created: int
    id: str
    object_: str
    owned_by: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"created", "id", "object", "owned_by"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ModelInfo:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ModelInfo")
        try:
            _self = object.__new__(cls)
            _self.created = src_dict["created"]
            _self.id = src_dict["id"]
            _self.object_ = src_dict["object"]
            _self.owned_by = src_dict["owned_by"]
            _self.additional_properties = {} if len(src_dict) == 4 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ModelInfo", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["created"] = self.created
        _d["id"] = self.id
        _d["object"] = self.object_
        _d["owned_by"] = self.owned_by
        return _d
