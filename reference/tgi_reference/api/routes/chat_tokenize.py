"""POST ``/chat_tokenize``: a chat as the prompt that it becomes, and that as tokens. Needs no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.api.answers import json_string, tokens_json
from tgi_reference.api.exchange import JSON, Call, JsonEndpoint
from tgi_reference.api.methods import Methods

if TYPE_CHECKING:
    from tgi_reference.api.services import Services
    from tgi_reference.wire.requests import ChatRequest


def route(services: Services) -> Route:
    """The route."""
    return Route("/chat_tokenize", Methods(post=JsonEndpoint(services, services.shapes.chat, chat_tokenize)))


async def chat_tokenize(call: Call, chat: ChatRequest) -> Response:
    """Answer with a ChatTokenizeResponse."""
    call.services.metrics.requests.inc()
    release = call.services.settings.release
    text = call.services.openai.prepare(chat).request.inputs
    encoding = await call.services.generator.encode(text)

    def body() -> str:
        tokens = tokens_json(encoding, text, in_bytes=release.places_in_bytes)
        return f'{{"tokenize_response":{tokens},"templated_text":{json_string(text)}}}'

    return Response(await call.offload(len(text), body), media_type=JSON)
