"""The model `MessageChunkImageUrl`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class MessageChunkImageUrl:
    """A part that is an image, for vision models.

    Attributes:
        image_url (Url): Where the image is.
        type_ (Literal['image_url']): Marks a part that is an image.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    image_url: Url
    type_: Literal["image_url"] = "image_url"
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"image_url", "type"})
    _required: ClassVar[frozenset[str]] = frozenset({"image_url", "type"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> MessageChunkImageUrl:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "MessageChunkImageUrl")
        try:
            _self = object.__new__(cls)
            _self.image_url = Url.from_dict(src_dict["image_url"])
            _self.type_ = src_dict.get("type", "image_url")
            _self.additional_properties = (
                {} if len(src_dict) == 1 + ("type" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("MessageChunkImageUrl", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["image_url"] = self.image_url.to_dict()
        _d["type"] = self.type_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= MessageChunkImageUrl._required:
            return False
        _value = value["image_url"]
        if not (Url._fits(_value, exact)):
            return False
        _value = value["type"]
        if not (isinstance(_value, str) and (not exact or _value in {"image_url"})):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .url import Url  # noqa: E402
