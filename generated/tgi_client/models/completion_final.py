"""The model `CompletionFinal`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class CompletionFinal:
    """Answer of an unstreamed completion request, and the form of the last chunk of each choice in a
    stream. Served with one more, undocumented member: `object`, always `text_completion`.

    Attributes:
        choices (list[CompletionComplete]): A choice for each prompt, in any order; in a stream one
            choice.
        created (int): When the answer was made, in whole seconds since 1970-01-01 UTC.
        id (str): Always an empty string: the server gives no identifiers.
        model (str): The served model's name.
        system_fingerprint (str): Version of the server and kind of build, joined by a hyphen, such
            as `3.3.6-dev0-native`.
        usage (Usage): Tokens of all choices together; in a stream those of this choice.
        object_ (Literal['text_completion']): Always `text_completion`.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    choices: list[CompletionComplete]
    created: int
    id: str
    model: str
    system_fingerprint: str
    usage: Usage
    object_: Literal["text_completion"] = "text_completion"
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {"choices", "created", "id", "model", "system_fingerprint", "usage", "object"}
    )
    _required: ClassVar[frozenset[str]] = frozenset(
        {"choices", "created", "id", "model", "system_fingerprint", "usage", "object"}
    )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> CompletionFinal:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "CompletionFinal")
        try:
            _self = object.__new__(cls)
            _choices = src_dict["choices"]
            _self.choices = (
                [CompletionComplete.from_dict(_choices[0])]
                if type(_choices) is list and len(_choices) == 1
                else list(map(CompletionComplete.from_dict, items_of(_choices, "CompletionFinal.choices")))
            )
            _self.created = src_dict["created"]
            _self.id = src_dict["id"]
            _self.model = src_dict["model"]
            _self.system_fingerprint = src_dict["system_fingerprint"]
            _self.usage = Usage.from_dict(src_dict["usage"])
            _self.object_ = src_dict.get("object", "text_completion")
            _self.additional_properties = (
                {} if len(src_dict) == 6 + ("object" in src_dict) else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("CompletionFinal", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["choices"] = [_item.to_dict() for _item in self.choices]
        _d["created"] = self.created
        _d["id"] = self.id
        _d["model"] = self.model
        _d["system_fingerprint"] = self.system_fingerprint
        _d["usage"] = self.usage.to_dict()
        _d["object"] = self.object_
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= CompletionFinal._required:
            return False
        _value = value["choices"]
        if not (isinstance(_value, list) and all(CompletionComplete._fits(_item, exact) for _item in _value)):
            return False
        _value = value["created"]
        if not (isinstance(_value, int) and not isinstance(_value, bool)):
            return False
        _value = value["id"]
        if not (isinstance(_value, str)):
            return False
        _value = value["model"]
        if not (isinstance(_value, str)):
            return False
        _value = value["system_fingerprint"]
        if not (isinstance(_value, str)):
            return False
        _value = value["usage"]
        if not (Usage._fits(_value, exact)):
            return False
        _value = value["object"]
        if not (isinstance(_value, str) and (not exact or _value in {"text_completion"})):
            return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .completion_complete import CompletionComplete  # noqa: E402
from .usage import Usage  # noqa: E402
