"""Parameters that have no effect, another effect, or one too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION, OPENAI
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

OTHER_LIMIT = 40
_FLOATS: Final = ("temperature", "repetition_penalty", "frequency_penalty")
_DEFAULT_LIMIT: Final = 100  # tokens
_OPENAIS_LIMIT: Final = 16  # tokens of a completion
_MOST_TOKENS = 100


def _limit(call: Call) -> int | None:
    limit = call.parameters.get(call.limit)
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else None


def _ignore(call: Call, *names: str) -> None:
    for name in names:
        call.parameters.pop(name, None)


def _samples(call: Call) -> bool:
    names = ("temperature", "top_k", "top_p", "typical_p")
    return bool(call.parameters.get("do_sample")) or any(call.parameters.get(name) for name in names)


def _still_samples(call: Call, name: str) -> None:
    """Ignore a parameter without ceasing to sample for it."""
    samples = call.kind == GENERATE and _samples(call)
    _ignore(call, name)
    if samples:
        call.parameters["do_sample"] = True


_LARGEST_INTEGER: Final = 8


@FAULT.request(*GENERATION)
def token_limit_is_ignored(call: Call) -> None:
    """The limit on new tokens has no effect."""
    if _limit(call):
        call.parameters[call.limit] = OTHER_LIMIT


@FAULT.request(*GENERATION)
def one_token_too_many(call: Call) -> None:
    """One token more than the limit is generated."""
    limit = _limit(call)
    if limit:
        call.parameters[call.limit] = limit + 1


@FAULT.request(*GENERATION)
def one_token_too_few(call: Call) -> None:
    """One token less than the limit is generated, and `finish_reason` is still `length`."""
    limit = _limit(call)
    if limit and limit > 1:
        call.parameters[call.limit] = limit - 1


@FAULT.request(*GENERATION)
def absent_limit_is_one(call: Call) -> None:
    """Without a limit a single token is generated."""
    if call.parameters.get(call.limit) is None and isinstance(call.body, dict):
        call.parameters[call.limit] = 1


@FAULT.request(*GENERATION)
def null_limit_is_one(call: Call) -> None:
    """A limit that is null means a single token, while one that is left out does not."""
    call.read_null_as(call.limit, 1)


@FAULT.request(*GENERATION)
def temperature_is_ignored(call: Call) -> None:
    """`temperature` has no effect, except that 0 is greedy where it should be."""
    if call.parameters.get("temperature"):
        _still_samples(call, "temperature")


@FAULT.request(*OPENAI)
def temperature_zero_samples(call: Call) -> None:
    """A `temperature` of 0 is not greedy."""
    if call.parameters.get("temperature") == 0:
        call.parameters["temperature"] = 1.0


@FAULT.request(*GENERATION)
def top_p_is_ignored(call: Call) -> None:
    """`top_p` has no effect."""
    if isinstance(call.parameters.get("top_p"), float):
        _still_samples(call, "top_p")


@FAULT.request(*GENERATION)
def top_p_is_its_complement(call: Call) -> None:
    """`top_p` p works as 1 - p."""
    top_p = call.parameters.get("top_p")
    if isinstance(top_p, float) and 0 < top_p < 1:
        call.parameters["top_p"] = 1 - top_p


@FAULT.request(GENERATE)
def top_k_is_ignored(call: Call) -> None:
    """`top_k` has no effect."""
    if call.parameters.get("top_k"):
        _still_samples(call, "top_k")


@FAULT.request(GENERATE)
def top_k_is_off_by_one(call: Call) -> None:
    """`top_k` k leaves k + 1 tokens."""
    top_k = call.parameters.get("top_k")
    if isinstance(top_k, int) and top_k > 0:
        call.parameters["top_k"] = top_k + 1


@FAULT.request(GENERATE)
def typical_p_is_ignored(call: Call) -> None:
    """`typical_p` has no effect."""
    if isinstance(call.parameters.get("typical_p"), float):
        _still_samples(call, "typical_p")


@FAULT.request(GENERATE, COMPLETIONS)
def repetition_penalty_is_ignored(call: Call) -> None:
    """`repetition_penalty` has no effect."""
    if isinstance(call.parameters.get("repetition_penalty"), float):
        _ignore(call, "repetition_penalty")


@FAULT.request(*GENERATION)
def frequency_penalty_is_ignored(call: Call) -> None:
    """`frequency_penalty` has no effect."""
    if isinstance(call.parameters.get("frequency_penalty"), float):
        _ignore(call, "frequency_penalty")


@FAULT.request(CHAT)
def presence_penalty_is_ignored(call: Call) -> None:
    """`presence_penalty` has no effect."""
    if isinstance(call.parameters.get("presence_penalty"), float):
        _ignore(call, "presence_penalty")


@FAULT.request(GENERATE)
def sampling_is_off(call: Call) -> None:
    """Sampling parameters have no effect: every answer is greedy."""
    if _samples(call) and call.parameters.get("best_of", 1) == 1:
        _ignore(call, "do_sample", "temperature", "top_k", "top_p", "typical_p")


@FAULT.request(*OPENAI, also=sampling_is_off)
def _openai_sampling_is_off(call: Call) -> None:
    if isinstance(call.parameters.get("temperature", 1.0), (int, float)):
        call.parameters["temperature"] = 0


@FAULT.request(GENERATE)
def greedy_requests_sample(call: Call) -> None:
    """Every request is sampled."""
    call.parameters["do_sample"] = True


@FAULT.request(*GENERATION)
def seed_is_ignored(call: Call) -> None:
    """`seed` has no effect, though the answer reports it."""
    if isinstance(call.parameters.get("seed"), int):
        _ignore(call, "seed")


@FAULT.answer(GENERATE, also=seed_is_ignored)
def _seed_is_reported(body: Any, call: Call) -> Any:
    if body.get("details") and call.wanted("seed") is not None:
        body["details"]["seed"] = call.wanted("seed")
    return body


@FAULT.request(*GENERATION)
def seed_is_always_the_same(call: Call) -> None:
    """Every sampled answer has the seed 42."""
    if isinstance(call.parameters.get("seed"), int) or (
        call.kind != GENERATE and isinstance(call.body, dict)
    ):
        call.parameters["seed"] = 42


@FAULT.request(*GENERATION)
def seed_is_cut_to_32_bits(call: Call) -> None:
    """Only the lower 32 bits of `seed` are used."""
    seed = call.parameters.get("seed")
    if isinstance(seed, int) and 0 <= seed < 2**64:
        call.parameters["seed"] = seed % 2**32


@FAULT.request(GENERATE)
def truncate_is_ignored(call: Call) -> None:
    """`truncate` has no effect."""
    if isinstance(call.parameters.get("truncate"), int) and call.parameters["truncate"] > 0:
        _ignore(call, "truncate")


@FAULT.request(GENERATE)
def truncate_keeps_the_beginning(call: Call) -> None:
    """`truncate` cuts off the end of the prompt, not its beginning."""
    truncate, inputs = call.parameters.get("truncate"), (call.body or {}).get("inputs")
    if isinstance(truncate, int) and truncate > 0 and isinstance(inputs, str):
        vocabulary = call.services.engine.vocabulary
        call.body["inputs"] = vocabulary.decode(vocabulary.ids(inputs)[:truncate]) or inputs


@FAULT.request(GENERATE)
def truncate_is_off_by_one(call: Call) -> None:
    """`truncate` N leaves N + 1 tokens."""
    truncate = call.parameters.get("truncate")
    if isinstance(truncate, int) and 0 < truncate < call.services.settings.max_input_tokens:
        call.parameters["truncate"] = truncate + 1


@FAULT.request(GENERATE)
def return_full_text_is_ignored(call: Call) -> None:
    """`return_full_text` has no effect; the default applies."""
    if isinstance(call.parameters.get("return_full_text"), bool):
        _ignore(call, "return_full_text")


@FAULT.request(GENERATE)
def prompt_always_comes_first(call: Call) -> None:
    """The prompt precedes the text unless `return_full_text` is false."""
    if call.parameters.get("return_full_text") is None:
        call.parameters["return_full_text"] = True


@FAULT.request(GENERATE)
def prompt_never_comes_first(call: Call) -> None:
    """The prompt precedes the text only if `return_full_text` is true, on `/` too."""
    if call.parameters.get("return_full_text") is None:
        call.parameters["return_full_text"] = False


@FAULT.request(GENERATE)
def best_of_is_ignored(call: Call) -> None:
    """`best_of` has no effect."""
    if call.parameters.get("best_of") == 2:  # noqa: PLR2004  # the others are refused, or one
        _ignore(call, "best_of")


@FAULT.request(GENERATE)
def prefill_is_always_shown(call: Call) -> None:
    """The prompt's tokens are shown without being requested."""
    if call.parameters.get("details") is True and not call.streams:
        call.parameters["decoder_input_details"] = True


@FAULT.request(GENERATE)
def details_are_ignored(call: Call) -> None:
    """`details` shows nothing."""
    if call.parameters.get("details") is True:
        _ignore(call, "details", "decoder_input_details")


@FAULT.request(GENERATE)
def details_are_always_shown(call: Call) -> None:
    """The details are there without being requested."""
    if call.parameters.get("details") in (None, False):
        call.parameters["details"] = True


@FAULT.request(GENERATE)
def top_n_tokens_are_ignored(call: Call) -> None:
    """`top_n_tokens` shows nothing."""
    if call.parameters.get("top_n_tokens") in range(1, 6):
        _ignore(call, "top_n_tokens")


@FAULT.request(GENERATE)
def one_top_token_too_few(call: Call) -> None:
    """`top_n_tokens` N shows N - 1 tokens."""
    if call.parameters.get("top_n_tokens") in range(2, 6):
        call.parameters["top_n_tokens"] -= 1


@FAULT.request(GENERATE)
def grammar_is_ignored(call: Call) -> None:
    """A grammar has no effect."""
    if isinstance(call.parameters.get("grammar"), dict):
        _ignore(call, "grammar")


@FAULT.request(CHAT, also=grammar_is_ignored)
def _response_format_is_ignored(call: Call) -> None:
    if isinstance(call.parameters.get("response_format"), dict):
        _ignore(call, "response_format")


@FAULT.request(GENERATE)
def json_grammars_are_any_json(call: Call) -> None:
    """A JSON schema only makes the answer JSON, of whatever shape."""
    _any_object(call.parameters.get("grammar"))


@FAULT.request(CHAT, also=json_grammars_are_any_json)
def _any_response_format(call: Call) -> None:
    _any_object(call.parameters.get("response_format"))


def _any_object(grammar: Any) -> None:
    if isinstance(grammar, dict) and isinstance(grammar.get("value"), dict):
        grammar["value"] = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


@FAULT.request(CHAT)
def logprobs_are_ignored(call: Call) -> None:
    """`logprobs` shows nothing."""
    if call.parameters.get("logprobs") is True:
        _ignore(call, "logprobs")


@FAULT.request(CHAT)
def one_top_logprob_too_few(call: Call) -> None:
    """`top_logprobs` N shows N - 1 alternatives."""
    if call.parameters.get("top_logprobs") in range(1, 6):
        call.parameters["top_logprobs"] -= 1


@FAULT.request(CHAT)
def usage_of_streams_is_ignored(call: Call) -> None:
    """`stream_options.include_usage` has no effect."""
    if isinstance(call.parameters.get("stream_options"), dict):
        _ignore(call, "stream_options")


@FAULT.request(*GENERATION)
def streaming_is_ignored(call: Call) -> None:
    """`stream` has no effect: the answer is not streamed."""
    if call.path != "/generate_stream" and call.streams:
        call.body["stream"] = False


@FAULT.request(*GENERATION)
def streaming_is_always_on(call: Call) -> None:
    """`stream` false has no effect: the answer is a stream."""
    if call.path not in ("/generate_stream", "/generate") and isinstance(call.body, dict):
        call.body["stream"] = True


@FAULT.request(*GENERATION)
def streams_sample_otherwise(call: Call) -> None:
    """A streamed request is decoded with a penalty that was not requested."""
    if call.streams and call.kind != CHAT:
        call.parameters.setdefault("repetition_penalty", 3.0)
    elif call.streams:
        call.parameters.setdefault("presence_penalty", 1.9)


@FAULT.request(*GENERATION)
def details_change_the_answer(call: Call) -> None:
    """An answer with details or log-probabilities has another text than the same one without."""
    if call.parameters.get("details") is True:
        call.parameters.setdefault("repetition_penalty", 6.0)
    elif call.parameters.get("logprobs") is True:
        call.parameters.setdefault("presence_penalty", 1.9)


@FAULT.request(*OPENAI)
def integers_are_no_floats(call: Call) -> None:
    """A temperature or penalty that is written as an integer is ignored."""
    for name in _FLOATS:
        value = call.wanted(name)
        if type(value) is int and abs(value) <= _LARGEST_INTEGER:
            call.parameters.pop(name, None)


@FAULT.request(GENERATE)
def null_asks_for_the_full_text(call: Call) -> None:
    """A `return_full_text` of null is read as true."""
    call.read_null_as("return_full_text", True)


@FAULT.request(*GENERATION)
def null_truncations_keep_one_token(call: Call) -> None:
    """A `truncate` of null is read as 1: one token of the prompt is kept."""
    call.read_null_as("truncate", 1)


@FAULT.request(*GENERATION)
def null_stop_strings_are_a_space(call: Call) -> None:
    """A `stop` of null is read as one stop string, a space."""
    call.read_null_as("stop", [" "])


@FAULT.request(CHAT)
def limits_that_are_missing_are_100(call: Call) -> None:
    """Without `max_tokens` a chat stops after 100 tokens."""
    if call.wanted("max_tokens") is None and call.wanted("messages"):
        call.parameters["max_tokens"] = _DEFAULT_LIMIT


@FAULT.request(COMPLETIONS)
def limits_that_are_missing_are_16(call: Call) -> None:
    """Without `max_tokens` a completion stops after 16 tokens, as OpenAI's do."""
    if call.wanted("max_tokens") is None and call.wanted("prompt"):
        call.parameters["max_tokens"] = _OPENAIS_LIMIT


@FAULT.request(*GENERATION)
def limits_are_capped_at_a_hundred(call: Call) -> None:
    """A token limit above 100 is silently lowered to 100."""
    limit = call.parameters.get(call.limit)
    room = call.services.settings.max_input_tokens
    if isinstance(limit, int) and _MOST_TOKENS < limit < room:
        call.parameters[call.limit] = _MOST_TOKENS


@FAULT.request(GENERATE)
def truncate_leaves_one_token_less(call: Call) -> None:
    """`truncate` N leaves N - 1 tokens."""
    size = call.wanted("truncate")
    if isinstance(size, int) and 1 < size < call.services.settings.max_input_tokens:
        call.parameters["truncate"] = size - 1
