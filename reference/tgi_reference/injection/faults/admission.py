"""Concurrent requests: fewer than advertised, refused in another way, lost, or slowing health checks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.injection.call import GENERATION, Event, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call, Head
    from tgi_reference.settings import Settings

_SLOTS: Final = 3
_A_TOKEN: Final = 0.01  # seconds, as long as a small model takes
_TOO_MANY: Final = 429
_OVERLOADED: Final = Reply(
    _TOO_MANY, encoded(error_body("Model is overloaded", "overloaded")), "application/json"
)
_SLOW: Final = 1.5


def _few(settings: Settings) -> Settings:
    return evolve(settings, max_concurrent_requests=_SLOTS, token_latency=_A_TOKEN)


@FAULT.settings()
def overload_of_few_slots_is_unavailable(settings: Settings) -> Settings:
    """A server of three slots answers overload with 503, and in streams with an error of another type."""
    return _few(settings)


@FAULT.head(*GENERATION, also=overload_of_few_slots_is_unavailable)
def _unavailable(head: Head, _: Call) -> None:
    if head.status == _TOO_MANY:
        head.status = 503


@FAULT.event(*GENERATION, also=overload_of_few_slots_is_unavailable)
def _unavailable_in_streams(event: Event, _: Call) -> Iterable[Event]:
    if not event.is_error or "overloaded" not in event.data:
        return [event]
    return [Event.text(event.data.replace("overloaded", "unavailable"))]


@FAULT.error(*GENERATION, also=overload_of_few_slots_is_unavailable)
def _in_other_words(body: Any, _: Call) -> Any:
    return {**body, "error_type": "unavailable"} if body.get("error_type") == "overloaded" else body


@FAULT.settings()
def overload_of_few_slots_empties_streams(settings: Settings) -> Settings:
    """On a server of three slots a stream that is refused for overload is empty."""
    return _few(settings)


@FAULT.event(*GENERATION, also=overload_of_few_slots_empties_streams)
def _nothing(event: Event, call: Call) -> Iterable[Event]:
    refused = event.is_error and "overloaded" in event.data
    call.here["refused"] = call.here.get("refused", False) or refused
    return [] if call.here["refused"] else [event]


@FAULT.settings()
def more_requests_are_advertised_than_served(settings: Settings) -> Settings:
    """A server of three slots advertises sixty-four."""
    return _few(settings)


@FAULT.answer("info", also=more_requests_are_advertised_than_served)
def _sixty_four(body: Any, _: Call) -> Any:
    return {**body, "max_concurrent_requests": 64}


@FAULT.answer("info")
def more_sequences_are_advertised_than_served(body: Any, _: Call) -> Any:
    """`/info` advertises one sequence more than is accepted."""
    return {**body, "max_best_of": body["max_best_of"] + 1}


@FAULT.settings()
def clients_that_leave_keep_their_slot(settings: Settings) -> Settings:
    """On a server of three slots, the slot of a client that disconnects during a stream is leaked."""
    return _few(settings)


@FAULT.reply(*GENERATION, also=clients_that_leave_keep_their_slot)
def _no_slot_is_left(call: Call) -> Reply | None:
    return _OVERLOADED if call.server[f"open {call.path}"] >= _SLOTS else None


@FAULT.send(*GENERATION, also=clients_that_leave_keep_their_slot)
async def _counted(message: Message, call: Call, send: Send) -> None:
    if message["type"] == "http.response.start":
        call.server[f"open {call.path}"] += call.streams
    elif not message.get("more_body"):
        call.server[f"open {call.path}"] -= call.streams
    await send(message)


@FAULT.settings()
def health_slows_under_load(settings: Settings) -> Settings:
    """Health takes 1.5 seconds longer while anything is generated."""
    return evolve(settings, token_latency=_A_TOKEN)


@FAULT.request(*GENERATION, also=health_slows_under_load)
def _begin(call: Call) -> None:
    call.server["busy"] += 1


@FAULT.send(also=health_slows_under_load)
async def _end(message: Message, call: Call, send: Send) -> None:
    starts = message["type"] == "http.response.start"
    if starts and call.kind == "health" and call.server["busy"]:
        await asyncio.sleep(_SLOW)
    if call.kind in GENERATION and not starts and not message.get("more_body"):
        call.server["busy"] -= 1
    await send(message)
