"""The model `ModelList`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ModelList:
    """The models that the server has.

    Attributes:
        data (list[ModelInfo]): The models, the served one first.
        object_ (Literal['list']): Always `list`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    data: list[ModelInfo]
    object_: Literal["list"] = "list"
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"data", "object"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ModelList:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ModelList")
        try:
            _self = object.__new__(cls)
            _data = src_dict["data"]
            _self.data = (
                [ModelInfo.from_dict(_data[0])]
                if type(_data) is list and len(_data) == 1
                else list(map(ModelInfo.from_dict, items_of(_data, "ModelList.data")))
            )
            _self.object_ = src_dict.get("object", "list")
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("object" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("ModelList", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["data"] = [_item.to_dict() for _item in self.data]
        _d["object"] = self.object_
        return _d


# Models may refer to each other in circles, so others are imported once this one is there.
from .model_info import ModelInfo  # noqa: E402
