"""GET ``/info``: what is served, and within which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.routing import Route

from tgi_reference.api.exchange import JsonResponse
from tgi_reference.api.methods import Methods
from tgi_reference.generation.budget import BATCH_TOKENS

if TYPE_CHECKING:
    from tgi_reference.api.services import Services
    from tgi_reference.settings import Settings

VALIDATION_WORKERS: Final = 2
ROUTER: Final = "text-generation-router"


def route(services: Services) -> Route:
    """The route."""
    return Route("/info", Methods(get=JsonResponse(info_body(services.settings))))


def info_body(settings: Settings) -> dict[str, Any]:
    """An Info. ``router`` and ``version`` are those of the router that this server stands in for."""
    return _info_of_batches(settings) if settings.release.info_tells_batches else _info(settings)


def _info(settings: Settings) -> dict[str, Any]:
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
        "router": ROUTER,
        "version": settings.release.version,
        "sha": "reference",
        "docker_label": None,
    }


def _info_of_batches(settings: Settings) -> dict[str, Any]:
    """An Info, with what the model process and the batches are like."""
    return {
        "model_id": settings.model_id,
        "model_sha": None,
        "model_dtype": "torch.float16",
        "model_device_type": "cuda",
        "model_pipeline_tag": None,
        "max_concurrent_requests": settings.max_concurrent_requests,
        "max_best_of": settings.max_best_of,
        "max_stop_sequences": settings.max_stop_sequences,
        "max_input_length": settings.max_input_tokens,
        "max_total_tokens": settings.max_total_tokens,
        "waiting_served_ratio": 1.2,
        "max_batch_total_tokens": BATCH_TOKENS,
        "max_waiting_tokens": 20,
        "max_batch_size": None,
        "validation_workers": VALIDATION_WORKERS,
        "max_client_batch_size": settings.max_client_batch_size,
        "router": ROUTER,
        "version": settings.release.version,
        "sha": "reference",
        "docker_label": None,
    }
