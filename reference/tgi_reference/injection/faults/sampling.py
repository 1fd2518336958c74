"""Sampling: seeds, temperatures, and what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import GENERATE, GENERATION, OPENAI, Event
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call

SEED = 7
WARM = 1.0
_SIGN: Final = 2**63


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
def temperatures_above_one_are_one(call: Call) -> None:
    """A temperature above 1 is silently lowered to 1."""
    value = call.wanted("temperature")
    if isinstance(value, float) and value > WARM:
        call.parameters["temperature"] = WARM


@FAULT.request(*GENERATION)
def null_seeds_are_zero(call: Call) -> None:
    """A `seed` of null is read as 0."""
    call.read_null_as("seed", 0)


@FAULT.request(*GENERATION)
def temperatures_near_zero_are_raised(call: Call) -> None:
    """A temperature between 0 and 1 is silently raised to 1."""
    value = call.wanted("temperature")
    if isinstance(value, float) and 0 < value < WARM:
        call.parameters["temperature"] = WARM


@FAULT.request(GENERATE)
def top_k_above_one_is_ignored(call: Call) -> None:
    """A `top_k` above 1 is accepted and ignored."""
    value = call.wanted("top_k")
    if isinstance(value, int) and value > 1:
        call.parameters.pop("top_k")
        call.parameters["do_sample"] = True


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


@FAULT.answer(GENERATE)
def large_seeds_have_a_sign(body: Any, _: Call) -> Any:
    """A seed whose highest bit is set is reported as a negative number."""
    return _signed(body)


@FAULT.event(GENERATE, also=large_seeds_have_a_sign)
def _signed_streams(event: Event, _: Call) -> Iterable[Event]:
    return [Event.of(_signed(event.json))] if event.is_final else [event]


def _signed(body: Any) -> Any:
    details = body.get("details")
    if isinstance(details, dict) and isinstance(details.get("seed"), int) and details["seed"] >= _SIGN:
        details["seed"] -= 2 * _SIGN
    return body
