"""POST ``/invocations``: SageMaker's route; the body decides which of three routes answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.api.exchange import Call, JsonEndpoint
from tgi_reference.api.methods import Methods
from tgi_reference.api.routes.chat_completions import chat_completions
from tgi_reference.api.routes.completions import completions
from tgi_reference.api.routes.root import compat_generate
from tgi_reference.wire.requests import ChatRequest, CompatGenerateRequest, CompletionRequest

if TYPE_CHECKING:
    from starlette.responses import Response

    from tgi_reference.api.services import Services


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.sagemaker, invoke)
    return Route("/invocations", Methods(post=endpoint, key=services.settings.api_key))


async def invoke(call: Call, request: CompatGenerateRequest | ChatRequest | CompletionRequest) -> Response:
    """Answer as ``/``, ``/v1/chat/completions`` or ``/v1/completions`` would."""
    if isinstance(request, CompatGenerateRequest):
        fidelity = call.services.settings.fidelity
        return await compat_generate(call, request, in_array=fidelity.invocations_answer_in_array)
    if isinstance(request, ChatRequest):
        return await chat_completions(call, request)
    return await completions(call, request)
