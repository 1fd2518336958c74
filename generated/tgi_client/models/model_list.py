"""The model `ModelList`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing

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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ModelList:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        _d = src_dict.copy() if type(src_dict) is dict else members_of(src_dict, "ModelList")
        try:
            _self = object.__new__(cls)
            _self.data = list(map(ModelInfo.from_dict, items_of(_d.pop("data"), "ModelList.data")))
            _self.object_ = _d.pop("object", "list")
            _self.additional_properties = _d
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
