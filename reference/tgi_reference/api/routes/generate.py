"""POST ``/generate``: a prompt in, its continuation out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.api.answers import generate_body
from tgi_reference.api.exchange import Call, JsonEndpoint, JsonResponse, counted
from tgi_reference.api.methods import Methods
from tgi_reference.api.timing_headers import timing_headers
from tgi_reference.generation.client import Client
from tgi_reference.generation.generator import together
from tgi_reference.generation.validation import check_best_of, check_documented_bounds

if TYPE_CHECKING:
    from typing import Any

    from starlette.responses import Response

    from tgi_reference.api.services import Services
    from tgi_reference.generation.generation import Generation
    from tgi_reference.wire.requests import GenerateRequest


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.generate, generate)
    return Route("/generate", Methods(post=endpoint, key=services.settings.api_key))


async def generate(call: Call, request: GenerateRequest) -> Response:
    """Answer with a GenerateResponse."""
    body, headers = await generated(call, request)
    return JsonResponse(body, headers=headers)


async def generated(call: Call, request: GenerateRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """A GenerateResponse and the headers that come with it.

    Raises:
        ApiError: the request is refused, or fails.
    """
    call.services.metrics.requests.inc()
    async with Client(call.receive) as client:
        best, others = await _sequences(call, request, client)
    call.count(best)
    return generate_body(best, others), timing_headers(best)


async def _sequences(
    call: Call, request: GenerateRequest, client: Client
) -> tuple[Generation, list[Generation] | None]:
    """The sequence to answer with, and the others where several were asked for."""
    counted(call, lambda: check_documented_bounds(request.parameters, call.services.settings))
    best_of = request.parameters.best_of or 1
    generator = call.services.generator
    if best_of == 1:
        return await generator.whole(request, client), None
    counted(call, lambda: check_best_of(best_of, call.services.settings))
    sequences = await together(generator.whole(request, client) for _ in range(best_of))
    best = max(sequences, key=_mean_logprob)
    return best, [one for one in sequences if one is not best]


def _mean_logprob(generation: Generation) -> float:
    return sum(step.token.logprob or 0.0 for step in generation.steps) / len(generation.steps)
