"""Streams whose events are made one by one and sent several at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve

from tgi_reference.injection.call import GENERATION
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call
    from tgi_reference.settings import Settings

_TOGETHER: Final = 8
_A_TOKEN: Final = 0.02  # seconds


@FAULT.settings()
def streams_come_in_bursts(settings: Settings) -> Settings:
    """A stream is sent eight events at a time."""
    return evolve(settings, token_latency=_A_TOKEN)


@FAULT.send(*GENERATION, also=streams_come_in_bursts)
async def _together(message: Message, call: Call, send: Send) -> None:
    if not call.streams or message["type"] == "http.response.start":
        await send(message)
        return
    held: bytes = call.here.pop("burst", b"") + message.get("body", b"")
    if message.get("more_body") and held.count(b"\n\n") < _TOGETHER:
        call.here["burst"] = held
    else:
        await send({**message, "body": held})
