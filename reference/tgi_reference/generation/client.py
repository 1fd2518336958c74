"""Whether the client of a request is still there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from starlette.types import Receive


class Client:
    """Watches a connection, once the request's body was read, as an asynchronous context."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    @property
    def has_left(self) -> bool:
        """Whether the connection was closed from the other side."""
        return self._left.is_set()

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until the client leaves."""
        try:
            await asyncio.wait_for(self._left.wait(), seconds)
        except asyncio.TimeoutError:
            return

    async def __aenter__(self) -> Client:  # noqa: PYI034  # typing has Self from 3.11 on
        """Start watching."""
        self._watch = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.cancel()

    async def _run(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left.set()
