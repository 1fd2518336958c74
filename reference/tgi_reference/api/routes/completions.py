"""POST ``/v1/completions``: one prompt or several in the form of OpenAI's API, whole or streamed."""

from __future__ import annotations

from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING

from starlette.routing import Route

from tgi_reference.api.event_stream import EventStream, stream_headers
from tgi_reference.api.exchange import Call, JsonEndpoint, JsonResponse, counted, openai_dialect
from tgi_reference.api.methods import Methods
from tgi_reference.api.streams import each
from tgi_reference.api.timing_headers import summed_headers
from tgi_reference.generation.client import Client
from tgi_reference.generation.errors import ApiError, BatchSizeError, SuffixError
from tgi_reference.generation.generation import Generation
from tgi_reference.generation.generator import together
from tgi_reference.wire.requests import (
    CompletionRequest,
    GenerateParameters,
    GenerateRequest,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.responses import Response

    from tgi_reference.api.services import Services


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.completion, completions)
    return Route("/v1/completions", Methods(post=endpoint, key=services.settings.api_key))


async def completions(call: Call, request: CompletionRequest) -> Response:
    """Answer with a CompletionFinal, or with a stream of Chunk; refusals here come before it."""
    call.services.metrics.requests.inc()
    counted(call, lambda: _check(call, request))
    usual = call.services.openai.new_tokens
    limit = usual if request.max_tokens is None else request.max_tokens
    requests = [_generate_request(prompt, request, limit) for prompt in request.prompt]
    return _streamed(call, requests) if request.stream else await _whole(call, requests)


def _check(call: Call, request: CompletionRequest) -> None:
    limit = call.services.settings.max_client_batch_size
    if request.suffix is not None:
        raise SuffixError
    if len(request.prompt) > limit:
        raise BatchSizeError(limit)


def _generate_request(prompt: str, request: CompletionRequest, limit: int | None) -> GenerateRequest:
    greedy = request.temperature == 0
    return GenerateRequest(
        prompt,
        GenerateParameters(
            temperature=None if greedy else request.temperature,
            repetition_penalty=request.repetition_penalty,
            frequency_penalty=request.frequency_penalty,
            top_p=request.top_p,
            do_sample=not greedy,
            max_new_tokens=limit,
            stop=request.stop or [],
            details=True,
            seed=request.seed,
            adapter_id=request.model if request.model != "tgi" else None,
        ),
    )


async def _whole(call: Call, requests: list[GenerateRequest]) -> Response:
    async with Client(call.receive) as client:
        generations = await together(call.services.generator.whole(one, client) for one in requests)
    for generation in generations:
        call.count(generation)
    body = call.services.openai.completion_body(generations)
    return JsonResponse(body, headers=summed_headers(generations))


class _Feed:
    """The events of one prompt, one at a time; an error is the last of them."""

    def __init__(self, events: AsyncGenerator[list[bytes], None]) -> None:
        self._events = events
        self._ready: list[bytes] = []
        self.is_over = False

    @property
    def is_ready(self) -> bool:
        """Whether the next event is at hand."""
        return bool(self._ready)

    async def next(self) -> bytes:
        """The next event, computed if need be; empty at the end."""
        while not self._ready and not self.is_over:
            batch = await anext(self._events, None)
            self.is_over = batch is None
            self._ready = list(reversed(batch or ()))
        return self._ready.pop() if self._ready else b""


def _streamed(call: Call, requests: list[GenerateRequest]) -> Response:
    async def source(client: Client) -> AsyncGenerator[list[bytes], None]:
        if len(requests) == 1:
            async with aclosing(_events(call, requests[0], 0, client)) as events:
                async for batch in events:
                    yield batch
            return
        async with AsyncExitStack() as stack:
            feeds = []
            for index, one in enumerate(requests):
                events = _events_and_error(call, one, index, client)
                feeds.append(_Feed(await stack.enter_async_context(aclosing(events))))
            merged = await stack.enter_async_context(aclosing(_interleaved(feeds)))
            async for batch in merged:
                yield batch

    return EventStream(
        source,
        openai_dialect(call.services),
        stream_headers(sum(len(one.inputs) for one in requests)),
        waits_for_first=call.services.settings.fidelity.stream_errors_have_status,
    )


async def _interleaved(feeds: list[_Feed]) -> AsyncGenerator[list[bytes], None]:
    """The prompts' events in turns, one each; what is ready is given before more is computed."""
    ready: list[bytes] = []
    while feeds:
        for feed in list(feeds):
            if ready and not feed.is_ready:
                yield ready
                ready = []
            event = await feed.next()
            if event:
                ready.append(event)
            if feed.is_over:
                feeds.remove(feed)
    yield ready


async def _events_and_error(
    call: Call, request: GenerateRequest, index: int, client: Client
) -> AsyncGenerator[list[bytes], None]:
    """The events of one prompt among several, whose failure does not end the stream."""
    try:
        async with aclosing(_events(call, request, index, client)) as events:
            async for batch in events:
                yield batch
    except ApiError as error:
        yield [call.services.openai.error(error)]


async def _events(
    call: Call, request: GenerateRequest, index: int, client: Client
) -> AsyncGenerator[list[bytes], None]:
    generation = Generation(request)
    events = call.services.openai.completion_events(generation, index)
    async with aclosing(call.services.generator.slices(generation, client)) as slices:
        async for steps in slices:
            yield list(each(events, steps))
    call.count(generation)
