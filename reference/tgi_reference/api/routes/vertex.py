"""POST ``/vertex``: Vertex AI's route, undocumented; several instances in, their texts out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.api.exchange import Call, JsonEndpoint, JsonResponse
from tgi_reference.api.methods import Methods
from tgi_reference.generation.client import Client
from tgi_reference.generation.errors import ApiError, NoInstancesError, VertexError
from tgi_reference.generation.generator import together
from tgi_reference.wire.requests import (
    ChatRequest,
    GenerateParameters,
    GenerateRequest,
    VertexInstance,
    VertexRequest,
)

if TYPE_CHECKING:
    from starlette.responses import Response

    from tgi_reference.api.services import Services


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.vertex, vertex)
    return Route("/vertex", Methods(post=endpoint, key=services.settings.api_key))


async def vertex(call: Call, request: VertexRequest) -> Response:
    """Answer with the texts; what went wrong with an instance is not told."""
    call.services.metrics.requests.inc()
    if not request.instances:
        raise NoInstancesError
    requests = [_generate_request(call, instance) for instance in request.instances]
    async with Client(call.receive) as client:
        predictions = await together(_text(call, one, client) for one in requests)
    return JsonResponse({"predictions": predictions})


def _generate_request(call: Call, instance: VertexInstance | ChatRequest) -> GenerateRequest:
    """Of an instance's parameters only the token limit and the seed count; it always samples."""
    if isinstance(instance, ChatRequest):
        return call.services.openai.prepare(instance).request
    given = instance.parameters or GenerateParameters()
    return GenerateRequest(
        instance.inputs,
        GenerateParameters(
            do_sample=True, max_new_tokens=given.max_new_tokens, seed=given.seed, details=True
        ),
    )


async def _text(call: Call, request: GenerateRequest, client: Client) -> str:
    try:
        generation = await call.services.generator.whole(request, client)
    except ApiError:
        raise VertexError from None
    call.count(generation)
    return generation.finish.generated_text if generation.finish else ""
