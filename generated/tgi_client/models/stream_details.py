"""The model `StreamDetails`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class StreamDetails:
    """How a streamed text came about.

    Attributes:
        finish_reason (FinishReason): Why the stream ended.
        generated_tokens (int): Number of generated tokens; equals the number of events.
        input_length (int): Number of tokens of the prompt, after truncation.
        seed (int | None | Unset): Seed the stream was sampled with, 0 to 2^64-1; null when greedy.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    finish_reason: FinishReason
    generated_tokens: int
    input_length: int
    seed: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {"finish_reason", "generated_tokens", "input_length", "seed"}
    )
    _required: ClassVar[frozenset[str]] = frozenset({"finish_reason", "generated_tokens", "input_length"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> StreamDetails:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "StreamDetails")
        try:
            _self = object.__new__(cls)
            _self.finish_reason = src_dict["finish_reason"]
            _self.generated_tokens = src_dict["generated_tokens"]
            _self.input_length = src_dict["input_length"]
            _self.seed = src_dict.get("seed", UNSET)
            _self.additional_properties = (
                {} if len(src_dict) == 3 + ("seed" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("StreamDetails", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["finish_reason"] = self.finish_reason
        _d["generated_tokens"] = self.generated_tokens
        _d["input_length"] = self.input_length
        if self.seed is not UNSET:
            _d["seed"] = self.seed
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= StreamDetails._required:
            return False
        _value = value["finish_reason"]
        if not (
            isinstance(_value, str) and (not exact or _value in {"length", "eos_token", "stop_sequence"})
        ):
            return False
        _value = value["generated_tokens"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["input_length"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        if "seed" in value:
            _value = value["seed"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .finish_reason import FinishReason  # noqa: E402
