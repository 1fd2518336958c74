"""POST ``/tokenize``: a text as tokens. Its parameters are decoded, and of no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.api.answers import tokens_json
from tgi_reference.api.exchange import JSON, Call, JsonEndpoint
from tgi_reference.api.methods import Methods
from tgi_reference.generation.errors import NoTokenizerError

if TYPE_CHECKING:
    from tgi_reference.api.services import Services
    from tgi_reference.wire.requests import GenerateRequest


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.generate, tokenize)
    return Route("/tokenize", Methods(post=endpoint, key=services.settings.api_key))


async def tokenize(call: Call, request: GenerateRequest) -> Response:
    """Answer with a TokenizeResponse."""
    settings, text = call.services.settings, request.inputs
    if settings.no_tokenizer:
        raise NoTokenizerError
    encoding = await call.services.generator.encode(text)
    in_bytes = settings.release.places_in_bytes
    body = await call.offload(len(text), lambda: tokens_json(encoding, text, in_bytes=in_bytes))
    return Response(body, media_type=JSON)
