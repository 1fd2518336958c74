"""The model `CompletionRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class CompletionRequest:
    """Prompts to be continued. Members that are not listed are ignored, `echo` and `n` among them.

    Attributes:
        prompt (str | list[str]): What to continue, at most `max_client_batch_size` prompts.
        frequency_penalty (float | None | Unset): Lowers the chance of tokens by how often they
            came, from -2 to 2, both included; negative values raise it. Null or absent: none.
        max_tokens (int | None | Unset): Maximum number of tokens to generate for each prompt, at
            least 1. Null or absent: as many as `max_total_tokens` leaves after the prompt, which
            the documented default of 1024 does not say.
        model (str | None | Unset): Accepted, and the served model answers whatever is named. Null
            or absent: the same.
        repetition_penalty (float | None | Unset): Divides the chance of tokens that came before,
            above 0; 1 changes nothing. Null or absent: none.
        seed (int | None | Unset): Makes sampling repeatable, 0 to 2^64-1. Null or absent: drawn at
            random.
        stop (list[str] | None | Unset): Generation ends after the first of these strings, which
            stays in the text; at most `max_stop_sequences` of them. A bare string is refused. Null
            or absent: none.
        stream (bool | Unset): True asks for an event stream. Absent: false.
        suffix (str | None | Unset): Refused with a 422 whenever it is given. Null or absent: no
            suffix.
        temperature (float | None | Unset): Flattens the distribution before sampling, above 0; 0
            means greedy here. Null or absent: 1.
        top_p (float | None | Unset): Samples only from the most likely tokens whose probabilities
            add up to this share; above 0 and below 1, so 1 is refused. Null or absent: all tokens.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    prompt: str | list[str]
    frequency_penalty: float | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    model: str | None | Unset = UNSET
    repetition_penalty: float | None | Unset = UNSET
    seed: int | None | Unset = UNSET
    stop: list[str] | None | Unset = UNSET
    stream: bool | Unset = UNSET
    suffix: str | None | Unset = UNSET
    temperature: float | None | Unset = UNSET
    top_p: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {
            "prompt",
            "frequency_penalty",
            "max_tokens",
            "model",
            "repetition_penalty",
            "seed",
            "stop",
            "stream",
            "suffix",
            "temperature",
            "top_p",
        }
    )
    _required: ClassVar[frozenset[str]] = frozenset({"prompt"})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> CompletionRequest:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "CompletionRequest")
        try:
            _self = object.__new__(cls)
            _self.prompt = src_dict["prompt"]
            _self.frequency_penalty = src_dict.get("frequency_penalty", UNSET)
            _self.max_tokens = src_dict.get("max_tokens", UNSET)
            _self.model = src_dict.get("model", UNSET)
            _self.repetition_penalty = src_dict.get("repetition_penalty", UNSET)
            _self.seed = src_dict.get("seed", UNSET)
            _self.stop = src_dict.get("stop", UNSET)
            _self.stream = src_dict.get("stream", UNSET)
            _self.suffix = src_dict.get("suffix", UNSET)
            _self.temperature = src_dict.get("temperature", UNSET)
            _self.top_p = src_dict.get("top_p", UNSET)
            _self.additional_properties = other_members(src_dict, cls._members)
            return _self
        except KeyError as _missing:
            raise missing("CompletionRequest", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["prompt"] = self.prompt
        if self.frequency_penalty is not UNSET:
            _d["frequency_penalty"] = self.frequency_penalty
        if self.max_tokens is not UNSET:
            _d["max_tokens"] = self.max_tokens
        if self.model is not UNSET:
            _d["model"] = self.model
        if self.repetition_penalty is not UNSET:
            _d["repetition_penalty"] = self.repetition_penalty
        if self.seed is not UNSET:
            _d["seed"] = self.seed
        if self.stop is not UNSET:
            _d["stop"] = self.stop
        if self.stream is not UNSET:
            _d["stream"] = self.stream
        if self.suffix is not UNSET:
            _d["suffix"] = self.suffix
        if self.temperature is not UNSET:
            _d["temperature"] = self.temperature
        if self.top_p is not UNSET:
            _d["top_p"] = self.top_p
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= CompletionRequest._required:
            return False
        _value = value["prompt"]
        if not (
            isinstance(_value, str)
            or (isinstance(_value, list) and all(isinstance(_item, str) for _item in _value))
        ):
            return False
        if "frequency_penalty" in value:
            _value = value["frequency_penalty"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "max_tokens" in value:
            _value = value["max_tokens"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "model" in value:
            _value = value["model"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "repetition_penalty" in value:
            _value = value["repetition_penalty"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "seed" in value:
            _value = value["seed"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "stop" in value:
            _value = value["stop"]
            if not (
                (isinstance(_value, list) and all(isinstance(_item, str) for _item in _value))
                or _value is None
            ):
                return False
        if "stream" in value:
            _value = value["stream"]
            if not (isinstance(_value, bool)):
                return False
        if "suffix" in value:
            _value = value["suffix"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "temperature" in value:
            _value = value["temperature"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "top_p" in value:
            _value = value["top_p"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        return True
