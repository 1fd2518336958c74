"""POST ``/v1/chat/completions``: a chat in the form of OpenAI's API, whole or streamed."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from attrs import evolve
from starlette.routing import Route

from tgi_reference.api.event_stream import EventStream, stream_headers
from tgi_reference.api.exchange import Call, JsonEndpoint, JsonResponse, openai_dialect
from tgi_reference.api.methods import Methods
from tgi_reference.api.streams import NoToolChosen, each
from tgi_reference.api.timing_headers import timing_headers
from tgi_reference.generation.chat import PreparedChat, without_tools
from tgi_reference.generation.client import Client
from tgi_reference.generation.generation import Generation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.responses import Response

    from tgi_reference.api.services import Services
    from tgi_reference.wire.requests import ChatRequest


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.chat, chat_completions)
    return Route("/v1/chat/completions", Methods(post=endpoint, key=services.settings.api_key))


async def chat_completions(call: Call, chat: ChatRequest) -> Response:
    """Answer with a ChatCompletion, or with a stream of ChatCompletionChunk."""
    call.services.metrics.requests.inc()
    prepared = call.services.openai.prepare(chat)
    if chat.stream:
        return _streamed(call, chat, prepared)
    return await _whole(call, chat, prepared)


async def _whole(call: Call, chat: ChatRequest, prepared: PreparedChat) -> Response:
    async with Client(call.receive) as client:
        generation = await call.services.generator.whole(prepared.request, client)
        call.count(generation)
        final, message = await _message(call, chat, prepared, generation, client)
    settings = call.services.settings
    openai = call.services.openai
    body = openai.chat_body(
        openai.model(chat),
        generation if settings.fidelity.plain_answers_count_the_choice else final,
        message=message,
        prompt_tokens=final.prompt_length,
        logprobs=bool(chat.logprobs),
    )
    return JsonResponse(body, headers=timing_headers(final))


async def _message(
    call: Call, chat: ChatRequest, prepared: PreparedChat, generation: Generation, client: Client
) -> tuple[Generation, dict[str, Any]]:
    """What the answer says, and the generation it stems from: a second one where no tool was chosen."""
    openai = call.services.openai
    if prepared.using_tools:
        message = openai.tool_message(_text(generation))
        if message is not None:
            return generation, message
        plain = openai.prepare(without_tools(chat))
        generation = await call.services.generator.whole(plain.request, client)
        call.count(generation)
    return generation, {"content": _text(generation)}


def _text(generation: Generation) -> str:
    return generation.finish.generated_text if generation.finish else ""


def _streamed(call: Call, chat: ChatRequest, prepared: PreparedChat) -> Response:
    openai = call.services.openai

    async def source(client: Client) -> AsyncGenerator[list[bytes], None]:
        try:
            async with aclosing(_events(call, chat, prepared, client)) as events:
                async for batch in events:
                    yield batch
        except NoToolChosen:
            plain = evolve(openai.prepare(without_tools(chat)), using_tools=False)
            async with aclosing(_events(call, chat, plain, client)) as events:
                async for batch in events:
                    yield batch

    return EventStream(
        source,
        openai_dialect(call.services),
        stream_headers(len(prepared.request.inputs)),
        waits_for_first=call.services.settings.fidelity.stream_errors_have_status,
    )


async def _events(
    call: Call, chat: ChatRequest, prepared: PreparedChat, client: Client
) -> AsyncGenerator[list[bytes], None]:
    """The events of one run."""
    generation = Generation(prepared.request)
    events = call.services.openai.chat_events(generation, chat, using_tools=prepared.using_tools)
    async with aclosing(call.services.generator.slices(generation, client)) as slices:
        async for steps in slices:
            yield list(each(events, steps))
    call.count(generation)
