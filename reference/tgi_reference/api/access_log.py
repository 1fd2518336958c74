"""One line a request: method, path, status, tokens and time; never a header, a query or a body."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING, Final

from tgi_reference.api.exchange import TOKENS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER: Final = logging.getLogger("tgi_reference.access")


class AccessLog:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not LOGGER.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        status: int | None = None

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            LOGGER.info("%s", _line(scope, status, perf_counter() - start))


def _line(scope: Scope, status: int | None, seconds: float) -> str:
    path = scope["path"].encode("unicode_escape").decode()
    outcome = "client gone" if status is None else str(status)
    tokens = scope.get(TOKENS)
    counts = f" {tokens[0]}+{tokens[1]} tokens" if tokens else ""
    return f"{scope['method']} {path} {outcome}{counts} {seconds * 1000:.1f} ms"
