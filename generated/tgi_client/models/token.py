"""The model `Token`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class Token:
    """A generated token, or a candidate for one.

    Attributes:
        id (int): Number of the token in the model's vocabulary, from 0.
        logprob (float | None): Log-probability of the token: natural logarithm of its probability,
            at most 0.
        special (bool): True for a token that marks structure, such as the end; its text is no part
            of the generated text.
        text (str): Text of the token. Tokens inside a character have an empty text until the
            character is whole.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    id: int
    logprob: float | None
    special: bool
    text: str
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"id", "logprob", "special", "text"})
    _required: ClassVar[frozenset[str]] = frozenset({"id", "logprob", "special", "text"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> Token:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "Token")
        try:
            _self = object.__new__(cls)
            _self.id = src_dict["id"]
            _self.logprob = src_dict["logprob"]
            _self.special = src_dict["special"]
            _self.text = src_dict["text"]
            _self.additional_properties = {} if len(src_dict) == 4 else other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("Token", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["id"] = self.id
        _d["logprob"] = self.logprob
        _d["special"] = self.special
        _d["text"] = self.text
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= Token._required:
            return False
        _value = value["id"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["logprob"]
        if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
            return False
        _value = value["special"]
        if not (isinstance(_value, bool)):
            return False
        _value = value["text"]
        if not (isinstance(_value, str)):
            return False
        return True
