"""Which methods a path takes, what others get, and who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_PREFLIGHT: Final = {
    "access-control-allow-methods": "GET,POST",
    "access-control-allow-headers": "content-type",
}


class Methods:
    """An ASGI application that picks another by method.

    HEAD is answered as GET, any OPTIONS as a preflight, and all else with 405 and an empty body. With a key,
    POST (and, where there is no GET, every method but OPTIONS) needs it.
    """

    def __init__(
        self, *, get: ASGIApp | None = None, post: ASGIApp | None = None, key: str | None = None
    ) -> None:
        self._get = get
        self._post = post
        self._key = key
        names = [name for name, app in (("POST", post), ("GET,HEAD", get)) if app is not None]
        self._allow = ",".join(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._pick(scope)(scope, receive, send)

    def _pick(self, scope: Scope) -> ASGIApp:
        method = scope["method"]
        if method == "OPTIONS":
            return Response(headers={**_PREFLIGHT, "allow": self._allow})
        is_protected = self._key is not None and (method == "POST" or self._get is None)
        if is_protected and not self._is_authorized(scope):
            return Response(status_code=401)
        app = {"POST": self._post, "GET": self._get, "HEAD": self._get}.get(method)
        return app or Response(status_code=405, headers={"allow": self._allow})

    def _is_authorized(self, scope: Scope) -> bool:
        """The scheme and the key, compared without regard to case, as the router does."""
        given = Headers(scope=scope).get("authorization")
        return given is not None and given.lower() == f"Bearer {self._key}".lower()


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for a path that does not exist."""
    is_preflight = scope["method"] == "OPTIONS"
    response = Response(headers=_PREFLIGHT) if is_preflight else Response(status_code=404)
    await response(scope, receive, send)
