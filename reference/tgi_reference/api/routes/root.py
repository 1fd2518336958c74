"""``/``: GET tells health; POST is ``/generate`` or ``/generate_stream`` in the form of the older API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve
from starlette.routing import Route

from tgi_reference.api.exchange import Call, JsonEndpoint, JsonResponse
from tgi_reference.api.methods import Methods
from tgi_reference.api.routes.generate import generated
from tgi_reference.api.routes.generate_stream import compatible_stream
from tgi_reference.api.routes.health import Health
from tgi_reference.wire.requests import CompatGenerateRequest, GenerateRequest

if TYPE_CHECKING:
    from starlette.responses import Response

    from tgi_reference.api.services import Services


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.compat_generate, compat_generate)
    return Route("/", Methods(get=Health(services), post=endpoint, key=services.settings.api_key))


async def compat_generate(call: Call, request: CompatGenerateRequest, *, in_array: bool = True) -> Response:
    """Answer with GenerateResponse in an array, or with a stream; by default with the prompt."""
    parameters = request.parameters
    if parameters.return_full_text is None:
        parameters = evolve(parameters, return_full_text=True)
    inner = GenerateRequest(request.inputs, parameters)
    if request.stream:
        return await compatible_stream(call, inner)
    body, headers = await generated(call, inner)
    return JsonResponse([body] if in_array else body, headers=headers)
