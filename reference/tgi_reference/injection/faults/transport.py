"""Connections that hang, break, crawl, burst or never end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from attrs import evolve

from tgi_reference.generation.errors import CutOffError
from tgi_reference.injection.call import GENERATION, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call, Head
    from tgi_reference.settings import Settings

ENDLESS_PIECE: Final = b": still here\n\n"
MEGABYTE: Final = b" " * (1 << 20)
_BURST: Final = 8
_TOKEN_SECONDS: Final = 0.02  # seconds


def _is_start(message: Message) -> bool:
    return bool(message["type"] == "http.response.start")


async def _hang(call: Call) -> None:
    await call.until_client_leaves()
    raise CutOffError


@FAULT.send("tokenize")
async def tokenizing_hangs(_: Message, call: Call, __: Send) -> None:
    """`/tokenize` never answers."""
    await _hang(call)


@FAULT.send("health")
async def health_hangs(_: Message, call: Call, __: Send) -> None:
    """`/health` never answers."""
    await _hang(call)


@FAULT.send("health")
async def health_is_slow(message: Message, _: Call, send: Send) -> None:
    """`/health` takes six seconds."""
    if _is_start(message):
        await asyncio.sleep(6)
    await send(message)


@FAULT.send(*GENERATION)
async def refusals_hang(message: Message, call: Call, send: Send) -> None:
    """A request that should be refused is never answered."""
    if _is_start(message) and message["status"] in range(400, 500):
        await _hang(call)
    await send(message)


@FAULT.send(*GENERATION)
async def streams_hang_after_their_first_event(message: Message, call: Call, send: Send) -> None:
    """A stream stalls after its first events, and the connection stays open."""
    await send({**message, "more_body": True} if not _is_start(message) else message)
    if call.streams and message.get("body"):
        await _hang(call)
    if not _is_start(message) and not message.get("more_body"):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@FAULT.send(*GENERATION)
async def streams_hang_at_their_end(message: Message, call: Call, send: Send) -> None:
    """A stream is complete, and the connection stays open."""
    if _is_start(message) or message.get("more_body") or not call.streams:
        await send(message)
        return
    await send({**message, "more_body": True})
    await _hang(call)


@FAULT.send(*GENERATION)
async def streams_are_cut_off(message: Message, call: Call, send: Send) -> None:
    """The connection breaks before the end of a stream."""
    if _is_start(message) or not call.streams:
        await send(message)
        return
    await send({**message, "body": message["body"][: len(message["body"]) // 2], "more_body": True})
    raise CutOffError


@FAULT.send(*GENERATION)
async def answers_are_cut_off(message: Message, call: Call, send: Send) -> None:
    """The connection breaks in the middle of an unstreamed answer."""
    if _is_start(message) or call.streams:
        await send(message)
        return
    await send({**message, "body": message["body"][: len(message["body"]) // 2], "more_body": True})
    raise CutOffError


@FAULT.send("models")
async def connection_breaks_without_an_answer(_: Message, __: Call, ___: Send) -> None:
    """`/v1/models` breaks the connection without an answer."""
    raise CutOffError


@FAULT.send("chat-tokenize")
async def answers_trickle(message: Message, _: Call, send: Send) -> None:
    """`/chat_tokenize` answers a byte a second."""
    if _is_start(message):
        await send(message)
        return
    for byte in message["body"]:
        await send({**message, "body": bytes([byte]), "more_body": True})
        await asyncio.sleep(1)
    await send({**message, "body": b""})


@FAULT.send(*GENERATION)
async def streams_never_end(message: Message, call: Call, send: Send) -> None:
    """After its last event a stream sends comments forever."""
    if _is_start(message) or message.get("more_body") or not call.streams:
        await send(message)
        return
    await send({**message, "more_body": True})
    leaving = asyncio.ensure_future(call.until_client_leaves())
    while not leaving.done():
        await send({"type": "http.response.body", "body": ENDLESS_PIECE, "more_body": True})
        await asyncio.sleep(0.05)
    raise CutOffError


@FAULT.head("info")
def info_is_endless(head: Head, _: Call) -> None:
    """`/info` answers with gigabytes."""
    del head.headers["content-length"]


@FAULT.send("info", also=info_is_endless)
async def _gigabytes(message: Message, call: Call, send: Send) -> None:
    await send({**message, "more_body": True} if not _is_start(message) else message)
    if _is_start(message):
        return
    leaving = asyncio.ensure_future(call.until_client_leaves())
    for _ in range(10_000):
        if leaving.done():
            break
        await send({"type": "http.response.body", "body": MEGABYTE, "more_body": True})
    raise CutOffError


@FAULT.head("tokenize")
def length_is_too_large(head: Head, _: Call) -> None:
    """`content-length` is larger than the body."""
    head.headers["content-length"] = str(int(head.headers.get("content-length", "0")) + 10)


@FAULT.send("tokenize", also=length_is_too_large)
async def _too_short(message: Message, _: Call, send: Send) -> None:
    if _is_start(message):
        await send(message)
        return
    await send({**message, "more_body": True})
    raise CutOffError


@FAULT.reply(*GENERATION)
def some_requests_are_server_errors(call: Call) -> Reply | None:
    """One request in ten is a server error, by chance."""
    return Reply(500, b"Internal Server Error", "text/plain") if call.random.random() < 0.1 else None  # noqa: PLR2004


@FAULT.reply(*GENERATION)
def some_connections_break(call: Call) -> Reply | None:
    """One request in ten breaks the connection, by chance."""
    if call.random.random() < 0.1:  # noqa: PLR2004
        raise CutOffError
    return None


@FAULT.reply(*GENERATION)
def some_answers_are_of_the_proxy(call: Call) -> Reply | None:
    """One request in ten is answered by a proxy's page, with 200, by chance."""
    page = b"<html><title>Please wait</title></html>"
    return Reply(200, page, "text/html") if call.random.random() < 0.1 else None  # noqa: PLR2004


@FAULT.settings()
def streams_come_in_bursts(settings: Settings) -> Settings:
    """A stream is sent eight events at a time."""
    return evolve(settings, token_latency=_TOKEN_SECONDS)


@FAULT.send(*GENERATION, also=streams_come_in_bursts)
async def _send_bursts(message: Message, call: Call, send: Send) -> None:
    if not call.streams or message["type"] == "http.response.start":
        await send(message)
        return
    waiting: bytes = call.here.pop("burst", b"") + message.get("body", b"")
    if message.get("more_body") and waiting.count(b"\n\n") < _BURST:
        call.here["burst"] = waiting
    else:
        await send({**message, "body": waiting})
