"""The model `CompletionWithUsage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import define as _define
from attrs import field as _field

from ..codec import items_of, members_of, missing, other_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class CompletionWithUsage:
    """The whole answer, or the last chunk of a choice, with `usage`.

    Attributes:
        choices (list[CompletionComplete]): A choice for each prompt, in any order; in a stream one
            choice.
        created (int): When the answer was made, in whole seconds since 1970-01-01 UTC.
        id (str): Always an empty string: the server gives no identifiers.
        model (str): The served model's name.
        system_fingerprint (str): Version of the server and kind of build, joined by a hyphen, such
            as `3.3.6-dev0-native`.
        usage (Usage): Tokens of all choices together; in a stream those of this choice.
        object_ (Literal['text_completion']): Says that the answer is a completion; constant.
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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> CompletionWithUsage:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "CompletionWithUsage")
        try:
            _self = object.__new__(cls)
            _choices = src_dict["choices"]
            _self.choices = (
                [CompletionComplete.from_dict(_choices[0])]
                if type(_choices) is list and len(_choices) == 1
                else list(
                    map(CompletionComplete.from_dict, items_of(_choices, "CompletionWithUsage.choices"))
                )
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
            raise missing("CompletionWithUsage", _missing) from None

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


# Models may refer to each other in circles, so others are imported once this one is there.
from .completion_complete import CompletionComplete  # noqa: E402
from .usage import Usage  # noqa: E402
