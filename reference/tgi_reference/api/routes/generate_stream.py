"""POST ``/generate_stream``: a prompt in, its continuation out token by token."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.api.event_stream import MEDIA_TYPE, Dialect, EventStream, stream_headers
from tgi_reference.api.exchange import Call, JsonEndpoint, counted, error_response
from tgi_reference.api.methods import Methods
from tgi_reference.api.streams import TokenEvents, each, error_event
from tgi_reference.generation.generation import Generation
from tgi_reference.generation.validation import check_documented_bounds, check_stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tgi_reference.api.services import Services
    from tgi_reference.generation.client import Client
    from tgi_reference.generation.errors import ApiError
    from tgi_reference.wire.requests import GenerateRequest


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.generate, generate_stream)
    return Route("/generate_stream", Methods(post=endpoint, key=services.settings.api_key))


async def generate_stream(call: Call, request: GenerateRequest) -> Response:
    """Answer with a stream of StreamResponse; errors that come before are a stream, too."""
    return token_stream(call, request, _dialect(call, _refusal))


async def compatible_stream(call: Call, request: GenerateRequest) -> Response:
    """The same for ``/`` and ``/invocations``, whose documented errors are in JSON."""
    return token_stream(call, request, _dialect(call, error_response))


def _dialect(call: Call, refusal: Callable[[ApiError], Response]) -> Dialect:
    return Dialect(error_event, b"", refusal, spaced=call.services.settings.release.spaced_events)


def token_stream(call: Call, request: GenerateRequest, dialect: Dialect) -> Response:
    """The stream of a request."""
    release = call.services.settings.release
    call.services.metrics.requests.inc()

    async def source(client: Client) -> AsyncGenerator[list[bytes], None]:
        counted(call, lambda: _check(call, request))
        generation = Generation(request)
        events = TokenEvents(generation, tells_input_length=release.streams_tell_input_length)
        async with aclosing(call.services.generator.slices(generation, client)) as slices:
            async for steps in slices:
                yield list(each(events, steps))
        call.count(generation)

    return EventStream(
        source,
        dialect,
        stream_headers(len(request.inputs)),
        waits_for_first=call.services.settings.fidelity.stream_errors_have_status,
    )


def _check(call: Call, request: GenerateRequest) -> None:
    check_stream(request.parameters)
    check_documented_bounds(request.parameters, call.services.settings)


def _refusal(error: ApiError) -> Response:
    """The documented form: the status of the error, and the error as the stream's only event."""
    response = Response(error_event(error), error.status)
    response.headers["content-type"] = MEDIA_TYPE
    return response
