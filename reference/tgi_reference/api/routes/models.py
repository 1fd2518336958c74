"""GET ``/v1/models``: the one model that is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from tgi_reference.api.exchange import JsonResponse
from tgi_reference.api.methods import Methods

if TYPE_CHECKING:
    from tgi_reference.api.services import Services
    from tgi_reference.settings import Settings


def route(services: Services) -> Route:
    """The route."""
    return Route("/v1/models", Methods(get=JsonResponse(models_body(services.settings))))


def models_body(settings: Settings) -> dict[str, Any]:
    """The document says a ModelInfo; TGI wraps it in a list, as OpenAI does."""
    model = {"id": settings.model_id, "object": "model", "created": 0, "owned_by": settings.model_id}
    return {"object": "list", "data": [model]} if settings.fidelity.models_is_a_list else model
