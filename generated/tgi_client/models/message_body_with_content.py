"""The model `MessageBodyWithContent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import encoded, items_of, members_of, missing, other_members, pick

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class MessageBodyWithContent:
    """A message of text or parts.

    Attributes:
        content (str | list[MessageChunkText | MessageChunkImageUrl]): What is said. Null is
            refused; an empty string is not.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    content: str | list[MessageChunkText | MessageChunkImageUrl]
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"content"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> MessageBodyWithContent:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "MessageBodyWithContent")
        try:
            _self = object.__new__(cls)
            _content = src_dict["content"]
            _self.content = (
                _content
                if isinstance(_content, str)
                else [
                    MessageChunkText.from_dict(_item)
                    if type(_item) is dict
                    and "text" in _item
                    and "type" in _item
                    and "image_url" not in _item
                    else MessageChunkImageUrl.from_dict(_item)
                    if type(_item) is dict
                    and "image_url" in _item
                    and "type" in _item
                    and "text" not in _item
                    else pick(
                        _item, "MessageBodyWithContent.content", (MessageChunkText, MessageChunkImageUrl)
                    )
                    for _item in items_of(_content, "MessageBodyWithContent.content")
                ]
            )
            _self.additional_properties = {} if len(src_dict) == 1 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("MessageBodyWithContent", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["content"] = encoded(self.content)
        return _d


# Models may refer to each other in circles, so others are imported once this one is there.
from .message_chunk_image_url import MessageChunkImageUrl  # noqa: E402
from .message_chunk_text import MessageChunkText  # noqa: E402
