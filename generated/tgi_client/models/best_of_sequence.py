"""The model `BestOfSequence`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import encoded, items_of, members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class BestOfSequence:
    """A sequence of a `best_of` request that lost against the one in the answer.

    Attributes:
        finish_reason (FinishReason): Why this sequence ended.
        generated_text (str): Text of this sequence, with the prompt before it if the full text was
            requested.
        generated_tokens (int): Number of tokens in this sequence.
        prefill (list[PrefillToken]): Tokens of the prompt; empty unless `decoder_input_details` was
            true.
        tokens (list[Token]): Tokens of this sequence in order.
        seed (int | None | Unset): Seed this sequence was sampled with, 0 to 2^64-1; each sequence
            has its own.
        top_tokens (list[list[Token]] | Unset): For each token the most likely candidates, best
            first; absent unless `top_n_tokens` was above 0.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    finish_reason: FinishReason
    generated_text: str
    generated_tokens: int
    prefill: list[PrefillToken]
    tokens: list[Token]
    seed: int | None | Unset = UNSET
    top_tokens: list[list[Token]] | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {"finish_reason", "generated_text", "generated_tokens", "prefill", "tokens", "seed", "top_tokens"}
    )
    _required: ClassVar[frozenset[str]] = frozenset(
        {"finish_reason", "generated_text", "generated_tokens", "prefill", "tokens"}
    )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> BestOfSequence:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "BestOfSequence")
        try:
            _self = object.__new__(cls)
            _self.finish_reason = src_dict["finish_reason"]
            _self.generated_text = src_dict["generated_text"]
            _self.generated_tokens = src_dict["generated_tokens"]
            _prefill = src_dict["prefill"]
            _self.prefill = (
                [PrefillToken.from_dict(_prefill[0])]
                if type(_prefill) is list and len(_prefill) == 1
                else list(map(PrefillToken.from_dict, items_of(_prefill, "BestOfSequence.prefill")))
            )
            _tokens = src_dict["tokens"]
            _self.tokens = (
                [Token.from_dict(_tokens[0])]
                if type(_tokens) is list and len(_tokens) == 1
                else list(map(Token.from_dict, items_of(_tokens, "BestOfSequence.tokens")))
            )
            _self.seed = src_dict.get("seed", UNSET)
            _top_tokens = src_dict.get("top_tokens", UNSET)
            _self.top_tokens = (
                _top_tokens
                if _top_tokens is UNSET
                else [
                    (
                        [Token.from_dict(_item[0])]
                        if type(_item) is list and len(_item) == 1
                        else list(map(Token.from_dict, items_of(_item, "BestOfSequence.top_tokens")))
                    )
                    for _item in items_of(_top_tokens, "BestOfSequence.top_tokens")
                ]
            )
            _self.additional_properties = (
                {}
                if len(src_dict) == 5 + ("seed" in src_dict) + ("top_tokens" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("BestOfSequence", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["finish_reason"] = self.finish_reason
        _d["generated_text"] = self.generated_text
        _d["generated_tokens"] = self.generated_tokens
        _d["prefill"] = [_item.to_dict() for _item in self.prefill]
        _d["tokens"] = [_item.to_dict() for _item in self.tokens]
        if self.seed is not UNSET:
            _d["seed"] = self.seed
        if self.top_tokens is not UNSET:
            _d["top_tokens"] = encoded(self.top_tokens)
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= BestOfSequence._required:
            return False
        _value = value["finish_reason"]
        if not (
            isinstance(_value, str) and (not exact or _value in {"length", "eos_token", "stop_sequence"})
        ):
            return False
        _value = value["generated_text"]
        if not (isinstance(_value, str)):
            return False
        _value = value["generated_tokens"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["prefill"]
        if not (isinstance(_value, list) and all(PrefillToken._fits(_item, exact) for _item in _value)):
            return False
        _value = value["tokens"]
        if not (isinstance(_value, list) and all(Token._fits(_item, exact) for _item in _value)):
            return False
        if "seed" in value:
            _value = value["seed"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "top_tokens" in value:
            _value = value["top_tokens"]
            if not (
                isinstance(_value, list)
                and all(
                    (isinstance(_item, list) and all(Token._fits(_item1, exact) for _item1 in _item))
                    for _item in _value
                )
            ):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .finish_reason import FinishReason  # noqa: E402
from .prefill_token import PrefillToken  # noqa: E402
from .token import Token  # noqa: E402
