"""The headers that let pages of any origin read answers; on every answer, as the router's outermost layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ORIGIN: Final = (b"access-control-allow-origin", b"*")
_VARY: Final = (b"origin", b"access-control-request-method", b"access-control-request-headers")


class Cors:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, *, one_vary_header: bool) -> None:
        self._app = app
        vary = [b", ".join(_VARY)] if one_vary_header else _VARY
        self._headers = [*((b"vary", one) for one in vary), _ORIGIN]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
