"""GET ``/metrics``: Prometheus text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.api.methods import Methods

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tgi_reference.api.services import Services


def route(services: Services) -> Route:
    """The route."""

    async def scrape(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(services.metrics.render(), media_type="text/plain")(scope, receive, send)

    return Route("/metrics", Methods(get=scrape))
