"""Parameters that lose their effect in combination with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, OPENAI
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

NARROWING = ("top_k", "top_p", "typical_p")


def _asks(call: Call, *names: str) -> bool:
    return any(call.wanted(name) for name in names)


def _forget(call: Call, *names: str) -> None:
    for name in names:
        call.parameters.pop(name, None)


@FAULT.request(GENERATE)
def grammars_are_ignored_with_top_tokens(call: Call) -> None:
    """A grammar is ignored where `top_n_tokens` is requested."""
    if _asks(call, "top_n_tokens"):
        _forget(call, "grammar")


@FAULT.request(GENERATE)
def stop_strings_are_ignored_without_details(call: Call) -> None:
    """Stop strings are ignored unless `details` are requested."""
    if not _asks(call, "details") and isinstance(call.wanted("stop"), list) and len(call.wanted("stop")) == 1:
        _forget(call, "stop")


@FAULT.request(GENERATE)
def prompts_are_not_cut_when_sampling(call: Call) -> None:
    """`truncate` is ignored by requests that sample."""
    if _asks(call, "do_sample", "temperature", *NARROWING) and isinstance(call.wanted("truncate"), int):
        _forget(call, "truncate")


@FAULT.request(GENERATE)
def top_tokens_are_not_shown_under_a_grammar(call: Call) -> None:
    """`top_n_tokens` is ignored under a grammar."""
    if _asks(call, "grammar"):
        _forget(call, "top_n_tokens")


@FAULT.request(GENERATE)
def sampling_needs_do_sample(call: Call) -> None:
    """`top_k`, `top_p` and `typical_p` do nothing without `do_sample` or `temperature`."""
    if not _asks(call, "do_sample", "temperature"):
        for name in NARROWING:
            value = call.wanted(name)
            if isinstance(value, (int, float)) and value > 0:
                _forget(call, name)


@FAULT.request(GENERATE, *OPENAI)
def seed_zero_is_no_seed(call: Call) -> None:
    """A `seed` of 0 is treated as absent."""
    if call.wanted("seed") == 0:
        _forget(call, "seed")


@FAULT.request(GENERATE)
def limit_is_ignored_under_a_grammar(call: Call) -> None:
    """`max_new_tokens` is ignored under a grammar."""
    if _asks(call, "grammar") and isinstance(call.wanted("max_new_tokens"), int):
        call.parameters["max_new_tokens"] = 64


@FAULT.request(GENERATE)
def repetition_penalty_is_for_greedy_answers(call: Call) -> None:
    """`repetition_penalty` is ignored by requests that sample."""
    penalty = call.wanted("repetition_penalty")
    if _asks(call, "do_sample", "temperature", *NARROWING) and isinstance(penalty, float) and penalty > 0:
        _forget(call, "repetition_penalty")


@FAULT.request(GENERATE)
def temperature_is_ignored_with_top_k(call: Call) -> None:
    """`temperature` is ignored where `top_k` is requested."""
    warm = call.wanted("temperature")
    if _asks(call, "top_k") and isinstance(warm, float) and warm > 0:
        _forget(call, "temperature")
        call.parameters["do_sample"] = True


@FAULT.request(CHAT)
def response_formats_are_ignored_with_logprobs(call: Call) -> None:
    """A `response_format` is ignored where `logprobs` are requested."""
    if _asks(call, "logprobs"):
        _forget(call, "response_format")


@FAULT.request(CHAT)
def stop_strings_are_ignored_in_longer_chats(call: Call) -> None:
    """Stop strings are ignored once the conversation has an assistant message."""
    messages: Any = call.wanted("messages")
    if isinstance(messages, list) and {"assistant"} <= {
        one.get("role") for one in messages if isinstance(one, dict)
    }:
        _forget(call, "stop")


@FAULT.request(COMPLETIONS)
def penalties_are_ignored_in_batches(call: Call) -> None:
    """Penalties are ignored for several prompts."""
    if _is_batch(call):
        _forget(call, "repetition_penalty", "frequency_penalty")


@FAULT.request(COMPLETIONS)
def seeds_are_ignored_in_streamed_batches(call: Call) -> None:
    """`seed` is ignored for several prompts in a stream."""
    if _is_batch(call) and call.streams:
        _forget(call, "seed")


def _is_batch(call: Call) -> bool:
    prompts = call.wanted("prompt")
    return isinstance(prompts, list) and len(prompts) > 1
