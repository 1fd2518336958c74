"""The model `StreamResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import encoded, items_of, members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class StreamResponse:
    """One event of a native stream: a token, and in the last event the result.

    Attributes:
        index (int): Number of the token in the stream, from 1.
        token (Token): The token that this event brings.
        details (StreamDetails | None | Unset): How the text came about, in the last event and only
            if `details` was true; null otherwise.
        generated_text (str | None | Unset): The whole text in the last event, with the prompt
            before it if the full text was requested; null before.
        top_tokens (list[Token] | Unset): The most likely candidates at this place, best first;
            absent unless `top_n_tokens` was above 0.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    index: int
    token: Token
    details: StreamDetails | None | Unset = UNSET
    generated_text: str | None | Unset = UNSET
    top_tokens: list[Token] | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {"index", "token", "details", "generated_text", "top_tokens"}
    )
    _required: ClassVar[frozenset[str]] = frozenset({"index", "token"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> StreamResponse:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "StreamResponse")
        try:
            _self = object.__new__(cls)
            _self.index = src_dict["index"]
            _self.token = Token.from_dict(src_dict["token"])
            _details = src_dict.get("details", UNSET)
            _self.details = (
                _details
                if _details is UNSET
                else _details
                if _details is None
                else StreamDetails.from_dict(_details)
            )
            _self.generated_text = src_dict.get("generated_text", UNSET)
            _top_tokens = src_dict.get("top_tokens", UNSET)
            _self.top_tokens = (
                _top_tokens
                if _top_tokens is UNSET
                else (
                    [Token.from_dict(_top_tokens[0])]
                    if type(_top_tokens) is list and len(_top_tokens) == 1
                    else list(map(Token.from_dict, items_of(_top_tokens, "StreamResponse.top_tokens")))
                )
            )
            _self.additional_properties = (
                {}
                if len(src_dict)
                == 2 + ("details" in src_dict) + ("generated_text" in src_dict) + ("top_tokens" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("StreamResponse", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["index"] = self.index
        _d["token"] = self.token.to_dict()
        if self.details is not UNSET:
            _d["details"] = None if self.details is None else self.details.to_dict()
        if self.generated_text is not UNSET:
            _d["generated_text"] = self.generated_text
        if self.top_tokens is not UNSET:
            _d["top_tokens"] = encoded(self.top_tokens)
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= StreamResponse._required:
            return False
        _value = value["index"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["token"]
        if not (Token._fits(_value, exact)):
            return False
        if "details" in value:
            _value = value["details"]
            if not (StreamDetails._fits(_value, exact) or _value is None):
                return False
        if "generated_text" in value:
            _value = value["generated_text"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "top_tokens" in value:
            _value = value["top_tokens"]
            if not (isinstance(_value, list) and all(Token._fits(_item, exact) for _item in _value)):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .stream_details import StreamDetails  # noqa: E402
from .token import Token  # noqa: E402
