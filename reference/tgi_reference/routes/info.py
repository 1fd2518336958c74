"""GET ``/info``: what is served, and within which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.routing import Route

from tgi_reference.exchange import JsonResponse
from tgi_reference.methods import Methods
from tgi_reference.settings import VERSION

if TYPE_CHECKING:
    from tgi_reference.services import Services
    from tgi_reference.settings import Settings

VALIDATION_WORKERS: Final = 2


def route(services: Services) -> Route:
    """The route."""
    return Route("/info", Methods(get=JsonResponse(info_body(services.settings))))


def info_body(settings: Settings) -> dict[str, Any]:
    """An Info. ``router`` and ``version`` are those of the router that this server stands in for."""
    return {
        "model_id": settings.model_id,
        "model_sha": None,
        "model_pipeline_tag": None,
        "max_concurrent_requests": settings.max_concurrent_requests,
        "max_best_of": settings.max_best_of,
        "max_stop_sequences": settings.max_stop_sequences,
        "max_input_tokens": settings.max_input_tokens,
        "max_total_tokens": settings.max_total_tokens,
        "validation_workers": VALIDATION_WORKERS,
        "max_client_batch_size": settings.max_client_batch_size,
        "router": "text-generation-router",
        "version": VERSION,
        "sha": "reference",
        "docker_label": None,
    }
