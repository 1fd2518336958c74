"""POST ``/chat_tokenize``: a chat as the prompt that it becomes, and that as tokens. Needs no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.answers import tokens_body
from tgi_reference.chat import prepare_chat
from tgi_reference.exchange import Call, JsonEndpoint, JsonResponse
from tgi_reference.methods import Methods
from tgi_reference.wire.requests import CHAT, ChatRequest

if TYPE_CHECKING:
    from starlette.responses import Response

    from tgi_reference.services import Services


def route(services: Services) -> Route:
    """The route."""
    return Route("/chat_tokenize", Methods(post=JsonEndpoint(services, CHAT, chat_tokenize)))


async def chat_tokenize(call: Call, chat: ChatRequest) -> Response:
    """Answer with a ChatTokenizeResponse."""
    call.services.metrics.requests.inc()
    text = prepare_chat(chat, call.services.engine).request.inputs
    tokens = tokens_body(call.services.engine.encode(text))
    return JsonResponse({"tokenize_response": tokens, "templated_text": text})
