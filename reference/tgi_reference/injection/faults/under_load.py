"""What breaks only under load: rarely, or while many answers are generated at a time.

No requirement catches these, since none sends enough: `tgi-conformance load` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.injection.call import GENERATION, Event, Reply
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import swapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call
    from tgi_reference.settings import Settings

RARE: Final = 10_000  # answers
MANY: Final = 8  # generations at a time
LEAKING: Final = 50  # answers to each slot that leaks
SWAPPED: Final = 20  # streams to each that loses its order
ADVERTISED: Final = 16  # requests at a time
A_TOKEN: Final = 0.01  # seconds, as long as a small model takes
OVERLOADED: Final = Reply(429, encoded(error_body("Model is overloaded", "overloaded")), "application/json")


@FAULT.request(*GENERATION)
def one_answer_in_ten_thousand_is_anothers(call: Call) -> None:
    """One request in 10,000 gets the answer of the one before it."""
    last = f"last {call.path} {call.streams}"
    before, call.server[last] = call.server[last], call.asked
    call.server["asked"] += 1
    if before and call.server["asked"] % RARE == 0:
        call.body = before


def _begin(call: Call) -> None:
    call.server["running"] += 1
    call.here["running"] = True


def _end(message: Message, call: Call) -> bool:
    """Tell whether this message ends an answer that was counted, and count it no more."""
    last = message["type"] == "http.response.body" and not message.get("more_body")
    if not last or not call.here.pop("running", False):
        return False
    call.server["running"] -= 1
    return True


@FAULT.reply(*GENERATION)
def slots_leak_under_load(call: Call) -> Reply | None:
    """While more than eight answers are generated at a time, one slot in fifty is never freed."""
    taken = call.server["running"] + call.server["leaked"]
    return OVERLOADED if taken >= call.services.settings.max_concurrent_requests else None


@FAULT.request(*GENERATION, also=slots_leak_under_load)
def _take(call: Call) -> None:
    _begin(call)


@FAULT.send(*GENERATION, also=slots_leak_under_load)
async def _leak(message: Message, call: Call, send: Send) -> None:
    busy = call.server["running"] > MANY
    if _end(message, call) and busy:
        call.server["ended"] += 1
        call.server["leaked"] += call.server["ended"] % LEAKING == 0
    await send(message)


@FAULT.settings()
def the_limit_is_not_kept(settings: Settings) -> Settings:
    """A server that advertises sixteen requests at a time serves any number."""
    return evolve(settings, max_concurrent_requests=RARE, token_latency=A_TOKEN)


@FAULT.answer("info", also=the_limit_is_not_kept)
def _sixteen(body: Any, _: Call) -> Any:
    return {**body, "max_concurrent_requests": ADVERTISED}


@FAULT.request(*GENERATION)
def chunks_lose_their_order_under_load(call: Call) -> None:
    """While more than eight answers are generated at a time, one stream in twenty swaps two tokens."""
    _begin(call)
    if call.streams and call.server["running"] > MANY:
        call.server["streams"] += 1
        call.here["swaps"] = call.server["streams"] % SWAPPED == 0


@FAULT.event(*GENERATION, also=chunks_lose_their_order_under_load)
def _swap(event: Event, call: Call) -> Iterable[Event]:
    return swapped(event, call, 1) if call.here.get("swaps") else [event]


@FAULT.send(*GENERATION, also=chunks_lose_their_order_under_load)
async def _count(message: Message, call: Call, send: Send) -> None:
    _end(message, call)
    await send(message)
