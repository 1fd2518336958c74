"""GET ``/health`` and its undocumented twin ``/ping``: whether the model process can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.api.exchange import error_response
from tgi_reference.api.methods import Methods
from tgi_reference.generation.errors import UnhealthyError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tgi_reference.api.services import Services


class Health:
    """An ASGI application; overload does not make it unhealthy."""

    def __init__(self, services: Services) -> None:
        self._backend = services.backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = error_response(UnhealthyError()) if self._backend.down else Response()
        await response(scope, receive, send)


def routes(services: Services) -> list[Route]:
    """The routes."""
    return [Route(path, Methods(get=Health(services))) for path in ("/health", "/ping")]
