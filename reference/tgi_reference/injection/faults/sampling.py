"""Seeds, stop strings and memories that do not do what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, GENERATE, GENERATION, OPENAI
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults.tokens import changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Event

SEED = 7
WARM = 1.0


def _samples(call: Call) -> bool:
    return bool(call.wanted("do_sample") or call.wanted("temperature") or call.kind in OPENAI)


@FAULT.answer(GENERATE)
def drawn_seeds_are_misreported(body: Any, call: Call) -> Any:
    """A drawn seed is reported as the one after it."""
    details = body.get("details")
    if details and details.get("seed") is not None and call.wanted("seed") is None:
        details["seed"] = (details["seed"] + 1) % 2**64
    return body


@FAULT.event(GENERATE, also=drawn_seeds_are_misreported)
def _streamed(event: Event, call: Call) -> Iterable[Event]:
    def change(body: Any) -> None:
        details = body.get("details")
        if details and details.get("seed") is not None and call.wanted("seed") is None:
            details["seed"] = (details["seed"] + 1) % 2**64

    return changed(event, change)


@FAULT.request(*GENERATION)
def drawn_seeds_are_always_the_same(call: Call) -> None:
    """A sampled request without a seed gets the seed 7."""
    if call.wanted("seed") is None and _samples(call) and call.wanted("best_of") in (None, 1):
        call.parameters["seed"] = SEED


@FAULT.request(*GENERATION)
def sampled_answers_know_no_stop_strings(call: Call) -> None:
    """Stop strings are not looked for in sampled answers."""
    warm = call.wanted("temperature")
    if call.wanted("do_sample") or (isinstance(warm, float) and warm > 0):
        call.parameters.pop("stop", None)


@FAULT.request(*GENERATION)
def stop_strings_of_the_prompt_end_the_answer(call: Call) -> None:
    """An answer whose prompt holds a stop string ends with its first token."""
    body = call.body or {}
    prompt = str(body.get("inputs") or body.get("prompt") or body.get("messages"))
    stops = call.wanted("stop")
    if isinstance(stops, list) and any(isinstance(stop, str) and stop and stop in prompt for stop in stops):
        call.parameters[call.limit] = 1


@FAULT.request(*GENERATION)
def stop_strings_count_for_the_next_request(call: Call) -> None:
    """The stop strings of a request count for the next one too, if that has none."""
    stops = call.wanted("stop")
    kept = call.server.get("stops")
    if isinstance(stops, list) and stops:
        call.server["stops"] = stops
    elif stops is None and isinstance(kept, list):
        call.parameters["stop"] = kept
        call.server["stops"] = None


@FAULT.request(CHAT)
def a_systems_message_stays(call: Call) -> None:
    """A message of the system stays for the next conversation that has none."""
    messages = (call.body or {}).get("messages")
    if not isinstance(messages, list):
        return
    told = [one for one in messages if isinstance(one, dict) and one.get("role") == "system"]
    if told:
        call.server["told"] = told
    elif isinstance(call.server.get("told"), list):
        call.body["messages"] = [*call.server["told"], *messages]


@FAULT.request(*GENERATION)
def temperatures_above_one_are_one(call: Call) -> None:
    """A temperature above 1 is lowered to 1 without a word."""
    value = call.wanted("temperature")
    if isinstance(value, float) and value > WARM:
        call.parameters["temperature"] = WARM


@FAULT.request(GENERATE)
def top_k_above_one_is_ignored(call: Call) -> None:
    """A `top_k` above 1 is taken and ignored."""
    value = call.wanted("top_k")
    if isinstance(value, int) and value > 1:
        call.parameters.pop("top_k")
        call.parameters["do_sample"] = True


@FAULT.request(GENERATE)
def truncate_leaves_one_token_less(call: Call) -> None:
    """`truncate` N leaves one token less than N."""
    size = call.wanted("truncate")
    if isinstance(size, int) and 1 < size < call.services.settings.max_input_tokens:
        call.parameters["truncate"] = size - 1


@FAULT.answer(GENERATE)
def sequences_share_a_seed(body: Any, _: Call) -> Any:
    """The other sequences of `best_of` report the seed of the answer."""
    details = body.get("details") or {}
    for other in details.get("best_of_sequences") or ():
        other["seed"] = details["seed"]
    return body


@FAULT.answer(GENERATE)
def sampled_tokens_are_certain(body: Any, call: Call) -> Any:
    """The log-probability of every sampled token is 0."""
    for token in (body.get("details") or {}).get("tokens") or () if _samples(call) else ():
        token["logprob"] = 0.0
    return body
