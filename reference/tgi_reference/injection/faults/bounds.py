"""Bounds of parameters: requests that should be refused and are not, and the other way round."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from attrs import evolve

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION, OPENAI, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call
    from tgi_reference.settings import Settings

ALL_BODIES: Final = (*GENERATION, "tokenize", "chat-tokenize")
_NUMBERS: Final = {
    "temperature": (1e-6, 1e6),
    "repetition_penalty": (1e-6, 1e6),
    "frequency_penalty": (-2.0, 2.0),
    "presence_penalty": (-1.99, 2.0),
    "top_p": (1e-6, 1 - 1e-6),
    "typical_p": (1e-6, 1 - 1e-6),
    "top_k": (1, 2**31 - 1),
    "best_of": (1, 2),
    "max_new_tokens": (1, 1000),
    "max_tokens": (1, 1000),
    "truncate": (1, 512),
    "seed": (0, 2**64 - 1),
    "top_n_tokens": (0, 5),
    "top_logprobs": (0, 5),
    "n": (0, 2**32 - 1),
}
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(_NUMBERS, (int, float)),
    **dict.fromkeys(
        ("do_sample", "watermark", "details", "decoder_input_details", "return_full_text", "logprobs"),
        (bool,),
    ),
    "adapter_id": (str,),
    "tool_prompt": (str,),
    "stop": (list,),
    "logit_bias": (list,),
    "tools": (list,),
    "grammar": (dict,),
    "response_format": (dict,),
    "stream_options": (dict,),
    "tool_choice": (str, dict),
}
_VALID: Final[dict[str, Any]] = {
    GENERATE: {"inputs": "Hello", "parameters": {"max_new_tokens": 1}},
    "tokenize": {"inputs": "Hello"},
    CHAT: {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1},
    "chat-tokenize": {"messages": [{"role": "user", "content": "Hello"}]},
    COMPLETIONS: {"prompt": ["Hello"], "max_tokens": 1},
}
_ONE_IS_REFUSED: Final = Reply(
    422,
    encoded(error_body("Input validation error: `best_of` must be > 1", "validation")),
    "application/json",
)
_CRASH: Final = Reply(500, b"Internal Server Error", "text/plain")
_EXCLUDED: Final = {"best_of": 0, "seed": 0, "top_n_tokens": 0, "frequency_penalty": -2}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _clamp(call: Call, *names: str) -> None:
    for name in names:
        value = call.parameters.get(name)
        low, high = _NUMBERS[name]
        if _is_number(value) and not low <= value <= high:
            call.parameters[name] = min(max(value, low), high)


def _refusal(text: str) -> Reply:
    return Reply(
        422, encoded(error_body(f"Input validation error: {text}", "validation")), "application/json"
    )


@FAULT.request(*GENERATION)
def bounds_are_not_enforced(call: Call) -> None:
    """A number outside its bounds is moved to the nearest bound instead of being refused."""
    _clamp(call, *_NUMBERS)
    if isinstance(call.parameters.get("stop"), list):
        call.parameters["stop"] = call.parameters["stop"][: call.services.settings.max_stop_sequences]


@FAULT.request(*GENERATION)
def negative_numbers_are_left_out(call: Call) -> None:
    """A negative number is treated as absent, and a negative seed as drawn."""
    for name in _NUMBERS:
        value = call.parameters.get(name)
        if name not in ("frequency_penalty", "presence_penalty") and _is_number(value) and value < 0:
            call.parameters.pop(name)


@FAULT.request(*GENERATION)
def temperature_of_nothing_is_taken(call: Call) -> None:
    """A `temperature` of 0 or below is treated as greedy, and should be refused."""
    temperature = call.parameters.get("temperature")
    if _is_number(temperature) and (temperature < 0 or (temperature == 0 and call.kind == GENERATE)):
        call.parameters.pop("temperature")


@FAULT.request(*GENERATION)
def top_p_above_one_is_taken(call: Call) -> None:
    """A `top_p` above 1 is treated as no limit."""
    top_p = call.parameters.get("top_p")
    if _is_number(top_p) and top_p > 1:
        call.parameters.pop("top_p")


@FAULT.request(GENERATE)
def typical_p_above_one_is_taken(call: Call) -> None:
    """A `typical_p` above 1 is treated as no limit."""
    typical_p = call.parameters.get("typical_p")
    if _is_number(typical_p) and typical_p > 1:
        call.parameters.pop("typical_p")


@FAULT.request(GENERATE)
def top_k_of_zero_is_taken(call: Call) -> None:
    """A `top_k` of 0 is treated as no limit, as other servers do."""
    if call.parameters.get("top_k") == 0:
        call.parameters.pop("top_k")


@FAULT.request(*GENERATION)
def frequency_penalty_is_unbounded(call: Call) -> None:
    """A `frequency_penalty` of any size is accepted."""
    _clamp(call, "frequency_penalty")


@FAULT.request(GENERATE, COMPLETIONS)
def repetition_penalty_of_zero_is_taken(call: Call) -> None:
    """A `repetition_penalty` of 0 is treated as none."""
    penalty = call.parameters.get("repetition_penalty")
    if _is_number(penalty) and penalty <= 0:
        call.parameters.pop("repetition_penalty")


@FAULT.request(*GENERATION)
def limit_of_zero_tokens_is_one(call: Call) -> None:
    """A negative limit on tokens is treated as 1."""
    limit = call.parameters.get(call.limit)
    if _is_number(limit) and limit < 0:
        call.parameters[call.limit] = 1


@FAULT.settings()
def one_stop_string_too_many(settings: Settings) -> Settings:
    """One stop string more than advertised is accepted."""
    return evolve(settings, max_stop_sequences=settings.max_stop_sequences + 1)


@FAULT.answer("info", also=one_stop_string_too_many)
def _advertised_stop_strings(body: Any, _: Call) -> Any:
    return {**body, "max_stop_sequences": body["max_stop_sequences"] - 1}


@FAULT.settings()
def one_stop_string_too_few(settings: Settings) -> Settings:
    """As many stop strings as advertised are refused."""
    return evolve(settings, max_stop_sequences=settings.max_stop_sequences - 1)


@FAULT.answer("info", also=one_stop_string_too_few)
def _advertised_stop_string_more(body: Any, _: Call) -> Any:
    return {**body, "max_stop_sequences": body["max_stop_sequences"] + 1}


@FAULT.settings()
def one_sequence_too_many(settings: Settings) -> Settings:
    """A `best_of` one above the advertised limit is accepted."""
    return evolve(settings, max_best_of=settings.max_best_of + 1)


@FAULT.answer("info", also=one_sequence_too_many)
def _advertised_best_of(body: Any, _: Call) -> Any:
    return {**body, "max_best_of": body["max_best_of"] - 1}


@FAULT.settings()
def one_prompt_too_many(settings: Settings) -> Settings:
    """One prompt more than advertised is accepted."""
    return evolve(settings, max_client_batch_size=settings.max_client_batch_size + 1)


@FAULT.answer("info", also=one_prompt_too_many)
def _advertised_batch_size(body: Any, _: Call) -> Any:
    return {**body, "max_client_batch_size": body["max_client_batch_size"] - 1}


@FAULT.settings()
def one_prompt_too_few(settings: Settings) -> Settings:
    """As many prompts as advertised are refused."""
    return evolve(settings, max_client_batch_size=settings.max_client_batch_size - 1)


@FAULT.answer("info", also=one_prompt_too_few)
def _advertised_batch_size_more(body: Any, _: Call) -> Any:
    return {**body, "max_client_batch_size": body["max_client_batch_size"] + 1}


@FAULT.settings()
def total_limit_is_one_more(settings: Settings) -> Settings:
    """Prompt and answer together may be one token longer than advertised."""
    return evolve(settings, max_total_tokens=settings.max_total_tokens + 1)


@FAULT.answer("info", also=total_limit_is_one_more)
def _advertised_total(body: Any, _: Call) -> Any:
    return {**body, "max_total_tokens": body["max_total_tokens"] - 1}


@FAULT.settings()
def input_limit_is_one_more(settings: Settings) -> Settings:
    """A prompt may be one token longer than advertised."""
    return evolve(settings, max_input_tokens=settings.max_input_tokens + 1)


@FAULT.answer("info", also=input_limit_is_one_more)
def _advertised_input(body: Any, _: Call) -> Any:
    return {**body, "max_input_tokens": body["max_input_tokens"] - 1}


@FAULT.request(*GENERATION)
def too_many_tokens_are_cut_silently(call: Call) -> None:
    """A token limit beyond what is left is silently lowered."""
    limit = call.parameters.get(call.limit)
    if _is_number(limit) and limit > call.services.settings.max_input_tokens:
        call.parameters[call.limit] = 1


@FAULT.request(GENERATE)
def long_prompts_are_cut_silently(call: Call) -> None:
    """A prompt that is too long silently loses its beginning."""
    if isinstance(call.body, dict):
        call.parameters.setdefault("truncate", call.services.settings.max_input_tokens)


@FAULT.request(COMPLETIONS)
def suffix_is_ignored(call: Call) -> None:
    """A `suffix` is accepted and ignored."""
    (call.body or {}).pop("suffix", None)


@FAULT.reply(COMPLETIONS)
def single_prompt_is_refused(call: Call) -> Reply | None:
    """An array with a single prompt is refused."""
    prompt = (call.body or {}).get("prompt")
    return _refusal("`prompt` must be a string") if isinstance(prompt, list) and len(prompt) == 1 else None


@FAULT.request(*GENERATION)
def streamed_requests_are_not_validated(call: Call) -> None:
    """What is refused unstreamed is accepted when it is streamed."""
    if call.streams:
        _clamp(call, *_NUMBERS)
        for name in ("truncate", "top_k", "repetition_penalty"):
            if call.parameters.get(name) == 0:
                call.parameters.pop(name)


@FAULT.request(*ALL_BODIES)
def types_are_not_checked(call: Call) -> None:
    """A member of a wrong type is treated as absent."""
    for name, types in _TYPES.items():
        value = call.parameters.get(name)
        wrong = not isinstance(value, types) or (isinstance(value, bool) and bool not in types)
        if value is not None and wrong:
            call.parameters.pop(name)


@FAULT.request(*GENERATION)
def floats_are_cut_to_integers(call: Call) -> None:
    """Numbers lose their fractional part."""
    for name in ("temperature", "top_p", "typical_p", "repetition_penalty"):
        value = call.parameters.get(name)
        if isinstance(value, float) and 0 < value < 1:
            call.parameters[name] = 0
    if call.kind != GENERATE and call.parameters.get("temperature") == 0 and call.wanted("temperature"):
        call.parameters["temperature"] = -1


@FAULT.reply(*GENERATION)
def lowest_values_are_refused(call: Call) -> Reply | None:
    """The lowest allowed number of a range is refused."""
    for name in ("seed", "top_k", "best_of", "top_n_tokens", "n", "top_logprobs"):
        if call.wanted(name) in (0, 1):
            return _refusal(f"`{name}` must be > 1")
    for name in ("frequency_penalty", "presence_penalty"):
        value = call.wanted(name)
        if _is_number(value) and value < 0:
            return _refusal(f"`{name}` must be >= 0")
    return None


@FAULT.reply(*GENERATION)
def zero_crashes(call: Call) -> Reply | None:
    """A limit of 0 tokens, or a `truncate` of 0, is a server error."""
    is_zero = any(call.wanted(name) == 0 for name in (call.limit, "truncate"))
    return Reply(500, b"Internal Server Error", "text/plain") if is_zero else None


@FAULT.reply(*GENERATION)
def highest_values_are_refused(call: Call) -> Reply | None:
    """The highest allowed numbers of ranges are refused."""
    limits = {"top_logprobs": 5, "frequency_penalty": 2.0, "n": 2}
    for name, highest in limits.items():
        value = call.wanted(name)
        if _is_number(value) and value >= highest:
            return _refusal(f"`{name}` must be < {highest}")
    return None


@FAULT.request(*ALL_BODIES)
def missing_members_are_made_up(call: Call) -> None:
    """A body without its required member is answered."""
    required = next(iter(_VALID[call.kind]))
    if isinstance(call.body, dict) and required not in call.body:
        call.body = dict(_VALID[call.kind])


@FAULT.request(*ALL_BODIES)
def any_json_is_taken(call: Call) -> None:
    """A JSON body that is not an object is answered as if it were one."""
    if call.body is None and _is_json(call.raw):
        call.raw = encoded(_VALID[call.kind])


@FAULT.request(*ALL_BODIES)
def malformed_bodies_are_taken(call: Call) -> None:
    """A body that is not JSON is answered as if it were valid."""
    if not _is_json(call.raw) and call.method == "POST":
        call.raw = encoded(_VALID[call.kind])


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw.decode().encode())
    except (ValueError, RecursionError):
        return False
    return b"\\ud800" not in raw


@FAULT.reply(*ALL_BODIES)
def unknown_members_are_refused(call: Call) -> Reply | None:
    """A member that the document does not name is refused."""
    known = {*_TYPES, *_VALID[GENERATE], *_VALID[CHAT], *_VALID[COMPLETIONS], "stream", "model", "suffix"}
    unknown = {*(call.body or {}), *call.parameters} - known - {"add_special_tokens"}
    return _refusal(f"unknown field `{min(unknown)}`") if unknown else None


@FAULT.reply(*GENERATION)
def null_is_refused(call: Call) -> Reply | None:
    """A parameter that is null is refused."""
    parameters = call.parameters if isinstance(call.body, dict) else {}
    nulls = [name for name, value in parameters.items() if value is None]
    return _refusal(f"`{nulls[0]}` must not be null") if nulls else None


@FAULT.reply(*OPENAI)
def model_names_are_refused(call: Call) -> Reply | None:
    """A request that names a model is refused."""
    return _refusal("unknown model") if (call.body or {}).get("model") else None


@FAULT.settings()
def advertised_context_is_too_large(settings: Settings) -> Settings:
    """The limits on tokens are half of those that are advertised."""
    return evolve(
        settings,
        max_total_tokens=settings.max_total_tokens // 2,
        max_input_tokens=settings.max_input_tokens // 2,
    )


@FAULT.answer("info", also=advertised_context_is_too_large)
def _advertised_context(body: Any, _: Call) -> Any:
    doubled = {name: body[name] * 2 for name in ("max_total_tokens", "max_input_tokens")}
    return {**body, **doubled}


@FAULT.reply(GENERATE)
def one_sequence_is_refused(call: Call) -> Reply | None:
    """A `best_of` of 1 is refused, as if it were none."""
    return _ONE_IS_REFUSED if call.wanted("best_of") == 1 else None


@FAULT.reply(GENERATE)
def values_beside_the_document_crash(call: Call) -> Reply | None:
    """A value that the document excludes, and TGI accepts, is a server error."""
    crashes = any(call.wanted(name) == value for name, value in _EXCLUDED.items())
    return _CRASH if crashes else None
