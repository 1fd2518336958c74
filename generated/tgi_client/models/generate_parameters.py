"""The model `GenerateParameters`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, other_members, pick
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class GenerateParameters:
    """How to generate. Every member may be absent, and members that are not listed are ignored. Given
    at least one of `temperature`, `top_k`, `top_p`, `typical_p`, or `do_sample` true, the server
    samples; otherwise it is greedy.

    Attributes:
        adapter_id (str | None | Unset): LoRA adapter to generate with, by the name the server
            loaded it under. Null or absent: the base model.
        best_of (int | None | Unset): Generate this many sequences, from 1 to `max_best_of`, and
            answer with the most likely. Above 1 only with sampling, without `seed` and unstreamed.
            Null or absent: 1.
        decoder_input_details (bool | Unset): True asks for the tokens of the prompt in
            `details.prefill`, and so for `details`. Refused in streams. Absent: false. Default:
            false.
        details (bool | Unset): True asks for tokens, seed and finish reason beside the text.
            Absent: false in fact, though true is documented. Default: false.
        do_sample (bool | Unset): True samples even where no sampling member is given. Absent:
            false. Default: false.
        frequency_penalty (float | None | Unset): Lowers the chance of tokens by how often they
            came, from -2 to 2, both included; negative values raise it. Null or absent: none.
        grammar (GrammarTypeJson | GrammarTypeRegex | GrammarTypeJsonSchema | GrammarTypeJsonObject
            | None | Unset): What the text must follow. A server may refuse all grammars. Null or
            absent: free text.
        max_new_tokens (int | None | Unset): Maximum number of tokens to generate, at least 1; with
            the prompt at most `max_total_tokens`. Null or absent: as many as that leaves, which the
            documented default of 1024 does not say.
        repetition_penalty (float | None | Unset): Divides the chance of tokens that came before,
            above 0; 1 changes nothing, more penalizes. Null or absent: none.
        return_full_text (bool | None | Unset): True puts the prompt before the text. Null or
            absent: false on `/generate`, true on `/` and `/invocations`.
        seed (int | None | Unset): Makes sampling repeatable, 0 to 2^64-1 (0 is accepted, against
            the document). Without effect when greedy. Null or absent: drawn at random when
            sampling.
        stop (list[str] | Unset): Generation ends after the first of these strings, which stays in
            the text; at most `max_stop_sequences` of `/info`. An empty string stops after one
            token. Absent: none.
        temperature (float | None | Unset): Flattens the distribution before sampling, above 0. Null
            or absent: 1.
        top_k (int | None | Unset): Samples only from this many of the most likely tokens, at least
            1. Null or absent: all.
        top_n_tokens (int | None | Unset): How many candidates to list for each token, from 0 to the
            server's limit (5 unless set otherwise, and not shown by `/info`). Null, absent or 0:
            none.
        top_p (float | None | Unset): Samples only from the most likely tokens whose probabilities
            add up to this share; above 0 and below 1, so the documented maximum of 1 is refused.
            Null or absent: all.
        truncate (int | None | Unset): Keep only this many tokens at the end of the prompt, from 1
            to `max_input_tokens`. Null or absent: nothing is cut.
        typical_p (float | None | Unset): Samples only from the tokens nearest to the expected
            information, up to this share of probability; above 0 and below 1. Null or absent: all.
        watermark (bool | Unset): True marks the text so that a detector can recognize it as
            generated. Absent: false. Default: false.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    adapter_id: str | None | Unset = UNSET
    best_of: int | None | Unset = UNSET
    decoder_input_details: bool | Unset = UNSET
    details: bool | Unset = UNSET
    do_sample: bool | Unset = UNSET
    frequency_penalty: float | None | Unset = UNSET
    grammar: (
        GrammarTypeJson | GrammarTypeRegex | GrammarTypeJsonSchema | GrammarTypeJsonObject | None | Unset
    ) = UNSET
    max_new_tokens: int | None | Unset = UNSET
    repetition_penalty: float | None | Unset = UNSET
    return_full_text: bool | None | Unset = UNSET
    seed: int | None | Unset = UNSET
    stop: list[str] | Unset = UNSET
    temperature: float | None | Unset = UNSET
    top_k: int | None | Unset = UNSET
    top_n_tokens: int | None | Unset = UNSET
    top_p: float | None | Unset = UNSET
    truncate: int | None | Unset = UNSET
    typical_p: float | None | Unset = UNSET
    watermark: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {
            "adapter_id",
            "best_of",
            "decoder_input_details",
            "details",
            "do_sample",
            "frequency_penalty",
            "grammar",
            "max_new_tokens",
            "repetition_penalty",
            "return_full_text",
            "seed",
            "stop",
            "temperature",
            "top_k",
            "top_n_tokens",
            "top_p",
            "truncate",
            "typical_p",
            "watermark",
        }
    )
    _required: ClassVar[frozenset[str]] = frozenset({})

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> GenerateParameters:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "GenerateParameters")
        _self = object.__new__(cls)
        _self.adapter_id = src_dict.get("adapter_id", UNSET)
        _self.best_of = src_dict.get("best_of", UNSET)
        _self.decoder_input_details = src_dict.get("decoder_input_details", UNSET)
        _self.details = src_dict.get("details", UNSET)
        _self.do_sample = src_dict.get("do_sample", UNSET)
        _self.frequency_penalty = src_dict.get("frequency_penalty", UNSET)
        _grammar = src_dict.get("grammar", UNSET)
        _self.grammar = (
            _grammar
            if _grammar is UNSET
            else _grammar
            if _grammar is None
            else pick(
                _grammar,
                "GenerateParameters.grammar",
                (GrammarTypeJson, GrammarTypeRegex, GrammarTypeJsonSchema, GrammarTypeJsonObject),
            )
        )
        _self.max_new_tokens = src_dict.get("max_new_tokens", UNSET)
        _self.repetition_penalty = src_dict.get("repetition_penalty", UNSET)
        _self.return_full_text = src_dict.get("return_full_text", UNSET)
        _self.seed = src_dict.get("seed", UNSET)
        _self.stop = src_dict.get("stop", UNSET)
        _self.temperature = src_dict.get("temperature", UNSET)
        _self.top_k = src_dict.get("top_k", UNSET)
        _self.top_n_tokens = src_dict.get("top_n_tokens", UNSET)
        _self.top_p = src_dict.get("top_p", UNSET)
        _self.truncate = src_dict.get("truncate", UNSET)
        _self.typical_p = src_dict.get("typical_p", UNSET)
        _self.watermark = src_dict.get("watermark", UNSET)
        _self.additional_properties = other_members(src_dict, cls._members)
        return _self

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        if self.adapter_id is not UNSET:
            _d["adapter_id"] = self.adapter_id
        if self.best_of is not UNSET:
            _d["best_of"] = self.best_of
        if self.decoder_input_details is not UNSET:
            _d["decoder_input_details"] = self.decoder_input_details
        if self.details is not UNSET:
            _d["details"] = self.details
        if self.do_sample is not UNSET:
            _d["do_sample"] = self.do_sample
        if self.frequency_penalty is not UNSET:
            _d["frequency_penalty"] = self.frequency_penalty
        if self.grammar is not UNSET:
            _d["grammar"] = None if self.grammar is None else self.grammar.to_dict()
        if self.max_new_tokens is not UNSET:
            _d["max_new_tokens"] = self.max_new_tokens
        if self.repetition_penalty is not UNSET:
            _d["repetition_penalty"] = self.repetition_penalty
        if self.return_full_text is not UNSET:
            _d["return_full_text"] = self.return_full_text
        if self.seed is not UNSET:
            _d["seed"] = self.seed
        if self.stop is not UNSET:
            _d["stop"] = self.stop
        if self.temperature is not UNSET:
            _d["temperature"] = self.temperature
        if self.top_k is not UNSET:
            _d["top_k"] = self.top_k
        if self.top_n_tokens is not UNSET:
            _d["top_n_tokens"] = self.top_n_tokens
        if self.top_p is not UNSET:
            _d["top_p"] = self.top_p
        if self.truncate is not UNSET:
            _d["truncate"] = self.truncate
        if self.typical_p is not UNSET:
            _d["typical_p"] = self.typical_p
        if self.watermark is not UNSET:
            _d["watermark"] = self.watermark
        return _d

    @staticmethod
    def _fits(value: Any, exact: bool, /) -> bool:
        """Tell whether a JSON value may be this model; `exact` asks constants to be the known ones."""
        if not isinstance(value, dict) or not value.keys() >= GenerateParameters._required:
            return False
        if "adapter_id" in value:
            _value = value["adapter_id"]
            if not (isinstance(_value, str) or _value is None):
                return False
        if "best_of" in value:
            _value = value["best_of"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "decoder_input_details" in value:
            _value = value["decoder_input_details"]
            if not (isinstance(_value, bool)):
                return False
        if "details" in value:
            _value = value["details"]
            if not (isinstance(_value, bool)):
                return False
        if "do_sample" in value:
            _value = value["do_sample"]
            if not (isinstance(_value, bool)):
                return False
        if "frequency_penalty" in value:
            _value = value["frequency_penalty"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "grammar" in value:
            _value = value["grammar"]
            if not (
                GrammarTypeJson._fits(_value, exact)
                or GrammarTypeRegex._fits(_value, exact)
                or GrammarTypeJsonSchema._fits(_value, exact)
                or GrammarTypeJsonObject._fits(_value, exact)
                or _value is None
            ):
                return False
        if "max_new_tokens" in value:
            _value = value["max_new_tokens"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "repetition_penalty" in value:
            _value = value["repetition_penalty"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "return_full_text" in value:
            _value = value["return_full_text"]
            if not (isinstance(_value, bool) or _value is None):
                return False
        if "seed" in value:
            _value = value["seed"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "stop" in value:
            _value = value["stop"]
            if not (isinstance(_value, list) and all(isinstance(_item, str) for _item in _value)):
                return False
        if "temperature" in value:
            _value = value["temperature"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "top_k" in value:
            _value = value["top_k"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "top_n_tokens" in value:
            _value = value["top_n_tokens"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "top_p" in value:
            _value = value["top_p"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "truncate" in value:
            _value = value["truncate"]
            if not ((isinstance(_value, int) and not isinstance(_value, bool)) or _value is None):
                return False
        if "typical_p" in value:
            _value = value["typical_p"]
            if not ((isinstance(_value, int | float) and not isinstance(_value, bool)) or _value is None):
                return False
        if "watermark" in value:
            _value = value["watermark"]
            if not (isinstance(_value, bool)):
                return False
        return True


# Models may refer to each other in circles, so others are imported once this one is there.
from .grammar_type_json import GrammarTypeJson  # noqa: E402
from .grammar_type_json_object import GrammarTypeJsonObject  # noqa: E402
from .grammar_type_json_schema import GrammarTypeJsonSchema  # noqa: E402
from .grammar_type_regex import GrammarTypeRegex  # noqa: E402
