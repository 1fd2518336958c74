"""POST ``/v1/chat/completions``: a chat in the form of OpenAI's API, whole or streamed."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from attrs import evolve
from starlette.routing import Route

from tgi_reference.answers import chat_body, tool_message
from tgi_reference.chat import PreparedChat, prepare_chat, without_tools
from tgi_reference.clients import Client
from tgi_reference.event_stream import Dialect, EventStream, stream_headers
from tgi_reference.exchange import Call, JsonEndpoint, JsonResponse, error_response
from tgi_reference.generation import Generation
from tgi_reference.methods import Methods
from tgi_reference.streams import (
    DONE,
    ChatEvents,
    NoToolChosen,
    TextToolEvents,
    ToolEvents,
    each,
    openai_error_event,
)
from tgi_reference.timing_headers import timing_headers
from tgi_reference.tools import answered_call, next_call_id
from tgi_reference.wire.requests import ChatRequest, StreamOptions

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.responses import Response

    from tgi_reference.services import Services

DIALECT = Dialect(openai_error_event, DONE, error_response)


def route(services: Services) -> Route:
    """The route."""
    endpoint = JsonEndpoint(services, services.shapes.chat, chat_completions)
    return Route("/v1/chat/completions", Methods(post=endpoint, key=services.settings.api_key))


async def chat_completions(call: Call, chat: ChatRequest) -> Response:
    """Answer with a ChatCompletion, or with a stream of ChatCompletionChunk."""
    call.services.metrics.requests.inc()
    prepared = prepare_chat(chat, call.services)
    if chat.stream:
        return _streamed(call, chat, prepared)
    return await _whole(call, chat, prepared)


def _model(call: Call, chat: ChatRequest) -> str:
    """The model to name: the one that was asked for, "tgi" standing for the one that is served."""
    return call.services.settings.model_id if chat.model in (None, "tgi") else str(chat.model)


async def _whole(call: Call, chat: ChatRequest, prepared: PreparedChat) -> Response:
    async with Client(call.receive) as client:
        generation = await call.services.generator.whole(prepared.request, client)
        call.count(generation)
        final, message = await _message(call, chat, prepared, generation, client)
    settings = call.services.settings
    body = chat_body(
        settings,
        _model(call, chat),
        generation if settings.character.plain_answers_count_the_choice else final,
        message=message,
        prompt_tokens=final.input_length,
        logprobs=bool(chat.logprobs),
    )
    return JsonResponse(body, headers=timing_headers(final))


async def _message(
    call: Call, chat: ChatRequest, prepared: PreparedChat, generation: Generation, client: Client
) -> tuple[Generation, dict[str, Any]]:
    """What the answer says, and the generation it stems from: a second one where no tool was chosen."""
    if prepared.using_tools:
        chosen = answered_call(_text(generation))
        if chosen is not None:
            return generation, tool_message(chosen)
        plain = prepare_chat(without_tools(chat), call.services)
        generation = await call.services.generator.whole(plain.request, client)
        call.count(generation)
    return generation, {"content": _text(generation)}


def _text(generation: Generation) -> str:
    return generation.finish.generated_text if generation.finish else ""


def _streamed(call: Call, chat: ChatRequest, prepared: PreparedChat) -> Response:
    async def source(client: Client) -> AsyncGenerator[list[bytes], None]:
        try:
            async with aclosing(_events(call, chat, prepared, client)) as events:
                async for batch in events:
                    yield batch
        except NoToolChosen:
            plain = evolve(prepare_chat(without_tools(chat), call.services), using_tools=False)
            async with aclosing(_events(call, chat, plain, client)) as events:
                async for batch in events:
                    yield batch

    return EventStream(
        source,
        DIALECT,
        stream_headers(len(prepared.request.inputs)),
        waits_for_first=call.services.settings.character.stream_errors_have_status,
    )


def _tool_events(call: Call, chat: ChatRequest, chunks: ChatEvents) -> ToolEvents | TextToolEvents:
    follows_text = call.services.settings.character.tool_streams_follow_the_text
    return (TextToolEvents if follows_text else ToolEvents)(chunks, next_call_id(chat))


async def _events(
    call: Call, chat: ChatRequest, prepared: PreparedChat, client: Client
) -> AsyncGenerator[list[bytes], None]:
    """The events of one run."""
    generation = Generation(prepared.request)
    chunks = ChatEvents(
        call.services.settings,
        generation,
        _model(call, chat),
        logprobs=bool(chat.logprobs),
        include_usage=(chat.stream_options or StreamOptions()).include_usage,
    )
    events = _tool_events(call, chat, chunks) if prepared.using_tools else chunks
    async with aclosing(call.services.generator.slices(generation, client)) as slices:
        async for steps in slices:
            yield list(each(events, steps))
    call.count(generation)
