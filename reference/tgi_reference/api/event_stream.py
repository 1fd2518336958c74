"""Sends events as they come, and stops making them when nobody listens."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Final

from attrs import frozen
from starlette.responses import Response

from tgi_reference.generation.client import Client
from tgi_reference.generation.errors import ApiError
from tgi_reference.generation.generator import ClientGoneError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from starlette.types import Receive, Scope, Send

    Source = Callable[[Client], AsyncGenerator[list[bytes], None]]

SILENCE: Final = 15.0  # seconds after which a comment keeps the connection alive
_COMMENT: Final = b":\n\n"
MEDIA_TYPE: Final = "text/event-stream"


@frozen
class Dialect:
    """How a route's stream says that it failed, and that it is over.

    Attributes:
        error: The event of an error.
        terminator: The last event of every stream; empty for none.
        spaced: A space follows ``data:``.
        refusal: The answer instead of a stream that fails before its first event, where the server's
            fidelity gives such errors a status.
    """

    error: Callable[[ApiError], bytes]
    terminator: bytes
    refusal: Callable[[ApiError], Response]
    spaced: bool

    def joined(self, events: Iterable[bytes]) -> bytes:
        """Events as they go over the wire."""
        return b"".join(events if self.spaced else (one.replace(b"data: ", b"data:", 1) for one in events))


def stream_headers(compute_characters: int) -> dict[str, str]:
    """The headers of a stream, as the router names them."""
    return {
        "cache-control": "no-cache",
        "x-compute-type": "gpu+optimized",
        "x-compute-characters": str(compute_characters),
        "x-accel-buffering": "no",
    }


class EventStream(Response):
    """An answer whose body is a stream of events. ``source`` gives those that are ready, a list at a time."""

    def __init__(
        self, source: Source, dialect: Dialect, headers: dict[str, str], *, waits_for_first: bool
    ) -> None:
        super().__init__(headers=headers, media_type=MEDIA_TYPE)
        # Its length is not known beforehand; and the media type carries no charset.
        self.raw_headers = [
            (name, MEDIA_TYPE.encode() if name == b"content-type" else value)
            for name, value in self.raw_headers
            if name != b"content-length"
        ]
        self._source = source
        self._dialect = dialect
        self._waits_for_first = waits_for_first
        self._has_begun = False
        self._last_sent = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        async with Client(receive) as client:
            with suppress(ClientGoneError):
                refused = await self._stream(client, send)
                if refused is not None:
                    await self._dialect.refusal(refused)(scope, receive, send)

    async def _stream(self, client: Client, send: Send) -> ApiError | None:
        """Send all events; the error of a stream that did not begin."""
        if not self._waits_for_first:
            await self._start(send)
        comments = asyncio.create_task(self._comment(send))
        try:
            async with aclosing(self._source(client)) as source:
                async for events in source:
                    if not self._has_begun:
                        await self._start(send)
                    await self._send(send, self._dialect.joined(events))
        except ApiError as error:
            if not self._has_begun:
                return error
            await self._send(send, self._dialect.joined([self._dialect.error(error)]))
        finally:
            comments.cancel()
        await self._finish(send)
        return None

    async def _start(self, send: Send) -> None:
        self._has_begun = True
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})

    async def _send(self, send: Send, body: bytes) -> None:
        if body:
            self._last_sent = asyncio.get_running_loop().time()
            await send({"type": "http.response.body", "body": body, "more_body": True})

    async def _finish(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": self._dialect.terminator, "more_body": False})

    async def _comment(self, send: Send) -> None:
        """Send a comment whenever the stream has been silent for long."""
        loop = asyncio.get_running_loop()
        self._last_sent = loop.time()
        while True:
            await asyncio.sleep(max(self._last_sent + SILENCE - loop.time(), 0.01))
            if self._has_begun and loop.time() - self._last_sent >= SILENCE:
                await self._send(send, _COMMENT)
