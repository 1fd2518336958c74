"""POST ``/tokenize``: a text as tokens. Its parameters are decoded, and of no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.answers import tokens_body
from tgi_reference.exchange import Call, JsonEndpoint, JsonResponse
from tgi_reference.methods import Methods
from tgi_reference.wire.requests import GENERATE, GenerateRequest

if TYPE_CHECKING:
    from starlette.responses import Response

    from tgi_reference.services import Services


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, GENERATE, tokenize)
    return Route("/tokenize", Methods(post=endpoint, key=services.settings.api_key))


async def tokenize(call: Call, request: GenerateRequest) -> Response:
    """Answer with a TokenizeResponse."""
    return JsonResponse(tokens_body(call.services.engine.encode(request.inputs)))
