"""TGI 3.3.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.releases.openai import OpenAi
from tgi_reference.releases.release import Release
from tgi_reference.wire.requests import AS_TGI, shapes

if TYPE_CHECKING:
    from tgi_reference.settings import Settings

VALIDATION_WORKERS: Final = 2
ROUTER: Final = "text-generation-router"


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
        "router": ROUTER,
        "version": settings.release.version,
        "sha": "reference",
        "docker_label": None,
    }


V3_3: Final = Release(
    name="3.3.6",
    version="3.3.6-dev0",
    document=None,
    absent=frozenset(),
    shapes=shapes(AS_TGI),
    openai=OpenAi(),
    info=info_body,
    portion=1024,
    router_compiles_schemas=True,
    schemas_need_properties=True,
    places_in_bytes=True,
    streams_tell_input_length=True,
    spaced_events=True,
    one_vary_header=True,
    does_without_tokenizer=False,
)
