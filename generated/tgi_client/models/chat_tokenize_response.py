"""The model `ChatTokenizeResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing

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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> ChatTokenizeResponse:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        _d = src_dict.copy() if type(src_dict) is dict else members_of(src_dict, "ChatTokenizeResponse")
        try:
            _self = object.__new__(cls)
            _self.templated_text = _d.pop("templated_text")
            _self.tokenize_response = list(
                map(
                    SimpleToken.from_dict,
                    items_of(_d.pop("tokenize_response"), "ChatTokenizeResponse.tokenize_response"),
                )
            )
            _self.additional_properties = _d
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
