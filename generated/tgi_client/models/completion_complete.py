"""The model `CompletionComplete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class CompletionComplete:
    """Text for one prompt, or in a stream a piece of it.

    Attributes:
        finish_reason (str): `length` (token limit), `stop` (end token) or `stop_sequence`. In a
            stream an empty string until the last chunk of the choice.
        index (int): Position of the prompt in the request, from 0.
        text (str): The generated text, without the prompt; in a stream the text of one token.
        logprobs (list[float] | None | Unset): Always null: completions report no log-probabilities.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    finish_reason: str
    index: int
    text: str
    logprobs: list[float] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset({"finish_reason", "index", "text", "logprobs"})
    _required: ClassVar[frozenset[str]] = frozenset({"finish_reason", "index", "text"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> CompletionComplete:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "CompletionComplete")
        try:
            _self = object.__new__(cls)
            _self.finish_reason = src_dict["finish_reason"]
            _self.index = src_dict["index"]
            _self.text = src_dict["text"]
            _self.logprobs = src_dict.get("logprobs", UNSET)
            _self.additional_properties = (
                {} if len(src_dict) == 3 + ("logprobs" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("CompletionComplete", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["finish_reason"] = self.finish_reason
        _d["index"] = self.index
        _d["text"] = self.text
        if self.logprobs is not UNSET:
            _d["logprobs"] = self.logprobs
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= CompletionComplete._required:
            return False
        _value = value["finish_reason"]
        if not (isinstance(_value, str)):
            return False
        _value = value["index"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["text"]
        if not (isinstance(_value, str)):
            return False
        if "logprobs" in value:
            _value = value["logprobs"]
            if not (
                (
                    isinstance(_value, list)
                    and all(
                        (isinstance(_item, int | float) and not isinstance(_item, bool)) for _item in _value
                    )
                )
                or _value is None
            ):
                return False
        return True
