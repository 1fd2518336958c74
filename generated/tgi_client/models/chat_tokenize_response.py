"""The model `ChatTokenizeResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class ChatTokenizeResponse:
    """A conversation as the model would read it.

    Attributes:
        templated_text (str): The conversation after the chat template, with its special tokens and
            the assistant's opening.
        tokenize_response (list[SimpleToken]): Tokens of `templated_text`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    templated_text: str
    tokenize_response: list[SimpleToken]
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"templated_text", "tokenize_response"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatTokenizeResponse:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "ChatTokenizeResponse")
        try:
            _self = object.__new__(cls)
            _self.templated_text = src_dict["templated_text"]
            _tokenize_response = src_dict["tokenize_response"]
            _self.tokenize_response = (
                [SimpleToken.from_dict(_tokenize_response[0])]
                if type(_tokenize_response) is list and len(_tokenize_response) == 1
                else list(
                    map(
                        SimpleToken.from_dict,
                        items_of(_tokenize_response, "ChatTokenizeResponse.tokenize_response"),
                    )
                )
            )
            _self.additional_properties = {} if len(src_dict) == 2 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("ChatTokenizeResponse", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["templated_text"] = self.templated_text
        _d["tokenize_response"] = [_item.to_dict() for _item in self.tokenize_response]
        return _d


# Models may refer to each other in circles, so others are imported once this one is there.
from .simple_token import SimpleToken  # noqa: E402
