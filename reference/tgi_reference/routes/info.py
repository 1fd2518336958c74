"""GET ``/info``: what is served, and within which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.exchange import JsonResponse
from tgi_reference.methods import Methods

if TYPE_CHECKING:
    from tgi_reference.services import Services


def route(services: Services) -> Route:
    """The route."""
    return Route("/info", Methods(get=JsonResponse(services.settings.release.info(services.settings))))
