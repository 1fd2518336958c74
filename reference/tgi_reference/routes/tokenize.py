"""POST ``/tokenize``: a text as tokens. Its parameters are decoded, and of no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.answers import tokens_json
from tgi_reference.exchange import JSON, Call, JsonEndpoint
from tgi_reference.methods import Methods

if TYPE_CHECKING:
    from tgi_reference.services import Services
    from tgi_reference.wire.requests import GenerateRequest


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.generate, tokenize)
    return Route("/tokenize", Methods(post=endpoint, key=services.settings.api_key))


async def tokenize(call: Call, request: GenerateRequest) -> Response:
    """Answer with a TokenizeResponse."""
    encoding = await call.services.generator.encode(request.inputs)
    return Response(await call.offload(len(request.inputs), lambda: tokens_json(encoding)), media_type=JSON)
