"""Event streams, framed in other ways that the standard allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tgi_reference.injection.call import Event
from tgi_reference.injection.variants import VARIANTS as VARIANT

if TYPE_CHECKING:
    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call

SMALL = 4096  # bytes of an answer that may be cut into tiny pieces


@VARIANT.frame()
def data_without_a_space(wire: bytes, _: Call) -> bytes:
    """No space follows `data:`."""
    return wire.replace(b"data: ", b"data:", 1)


@VARIANT.frame()
def crlf_line_ends(wire: bytes, _: Call) -> bytes:
    """Lines end with carriage return and line feed."""
    return wire.replace(b"\n", b"\r\n")


@VARIANT.frame()
def cr_line_ends(wire: bytes, _: Call) -> bytes:
    """Lines end with a carriage return."""
    return wire.replace(b"\n", b"\r")


@VARIANT.frame()
def comment_lines(wire: bytes, _: Call) -> bytes:
    """There are comments between events and within them."""
    return b": still here\n\n:\n" + wire


@VARIANT.frame()
def numbered_events(wire: bytes, call: Call) -> bytes:
    """Each event has an `id`."""
    call.here["id"] = call.here.get("id", 0) + 1
    return f"id: {call.here['id']}\n".encode() + wire


@VARIANT.frame()
def message_events(wire: bytes, _: Call) -> bytes:
    """Each event names the default type, `message`."""
    return b"event: message\n" + wire


@VARIANT.frame()
def unknown_fields(wire: bytes, _: Call) -> bytes:
    """Each event has a field that the standard does not name, which readers ignore."""
    return b"trace: 7f3a\n" + wire


@VARIANT.frame()
def reconnection_times(wire: bytes, _: Call) -> bytes:
    """Each event says how long to wait before connecting again."""
    return b"retry: 3000\n" + wire


@VARIANT.frame()
def data_in_several_lines(wire: bytes, _: Call) -> bytes:
    """The JSON of an event runs over several lines of data."""
    body = Event.read(wire).json
    if not body:
        return wire
    lines = json.dumps(body, indent=1, ensure_ascii=False).split("\n")
    return "".join(f"data: {line}\n" for line in lines).encode() + b"\n"


@VARIANT.frame()
def byte_order_mark(wire: bytes, call: Call) -> bytes:
    """A stream begins with a byte order mark."""
    is_first = not call.here.get("marked")
    call.here["marked"] = True
    return b"\xef\xbb\xbf" + wire if is_first else wire


@VARIANT.send()
async def tiny_chunks(message: Message, _: Call, send: Send) -> None:
    """Bodies are sent in chunks of few bytes, which split characters."""
    body = message.get("body", b"")
    size = 3 if len(body) < SMALL else 1021
    while len(body) > size:
        await send({"type": "http.response.body", "body": body[:size], "more_body": True})
        body = body[size:]
    await send({**message, "body": body} if "body" in message else message)
