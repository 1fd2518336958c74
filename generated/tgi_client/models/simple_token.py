"""The model `SimpleToken`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

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

    _members: ClassVar[frozenset[str]] = frozenset({"id", "start", "stop", "text"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> SimpleToken:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "SimpleToken")
        try:
            _self = object.__new__(cls)
            _self.id = src_dict["id"]
            _self.start = src_dict["start"]
            _self.stop = src_dict["stop"]
            _self.text = src_dict["text"]
            _self.additional_properties = {} if len(src_dict) == 4 else other_members(src_dict, cls._members)
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
