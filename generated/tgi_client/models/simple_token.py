"""The model `SimpleToken`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class SimpleToken:
    """A token of a text and where it stands.

    Attributes:
        id (int): Number of the token in the model's vocabulary, from 0.
        start (int): Where the token begins, in bytes of the UTF-8 text, from 0.
        stop (int): Where the token ends, in bytes of the UTF-8 text, itself excluded. Neighbours
            may overlap inside a character.
        text (str): The part of the text that the token covers, widened to whole characters.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    id: int
    start: int
    stop: int
    text: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> SimpleToken:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        _d = src_dict.copy() if type(src_dict) is dict else members_of(src_dict, "SimpleToken")
        try:
            _self = object.__new__(cls)
            _self.id = _d.pop("id")
            _self.start = _d.pop("start")
            _self.stop = _d.pop("stop")
            _self.text = _d.pop("text")
            _self.additional_properties = _d
            return _self
        except KeyError as _missing:
            raise missing("SimpleToken", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["id"] = self.id
        _d["start"] = self.start
        _d["stop"] = self.stop
        _d["text"] = self.text
        return _d
