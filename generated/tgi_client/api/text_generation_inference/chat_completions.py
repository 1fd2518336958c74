"""POST /v1/chat/completions"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from ...codec import payload_of, to_headers, to_json
from ...errors import StreamError
from ...events import AsyncEventStream, ErrorMode, Events, EventStream
from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.chat_completion import ChatCompletion
from ...models.chat_completion_chunk import ChatCompletionChunk
from ...models.chat_request import ChatRequest
from ...models.error_response import ErrorResponse
from ...models.open_ai_error_event import OpenAiErrorEvent
from ...types import UNSET, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...client import Client
    from ...types import Headers, Timeout

_NO_NULLS: dict[str, Any] = {"stream": (True, {}), "stream_options": (True, {"include_usage": (True, {})})}


def _call(
    *,
    body: ChatRequest | Mapping[str, Any],
    extra_body: Mapping[str, Any] | None = None,
    stream: bool,
    options: Options = NO_OPTIONS,
) -> Call:
    _payload: dict[str, Any] = payload_of(body, _NO_NULLS, extra_body)
    if stream or _payload.get("stream"):
        _payload["stream"] = stream
    _body: dict[str, Any] = {"content": to_json(_payload)}
    return Call(
        "chat_completions",
        "POST",
        "/v1/chat/completions",
        options,
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
        payload=_payload,
    )


def _parse(answer: Answer) -> ChatCompletion | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return ChatCompletion.from_dict(value)
    if answer.status == 422:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    if answer.status == 424:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    if answer.status == 429:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    if answer.status == 500:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    raise answer.unexpected_status()


def _error(value: dict[str, Any]) -> OpenAiErrorEvent | ErrorResponse | None:
    if OpenAiErrorEvent._fits(value, True):
        return OpenAiErrorEvent.from_dict(value)
    if ErrorResponse._fits(value, True):
        return ErrorResponse.from_dict(value)
    return None


def _whole(value: Any) -> ChatCompletion:
    return ChatCompletion.from_dict(value)


_EVENTS = Events(
    "chat_completions",
    ChatCompletionChunk.from_dict,
    _error,
    _parse,
    decode_whole=_whole,
    end="[DONE]",
    asks_for_usage=True,
)


def sync_detailed(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[ChatCompletion | ErrorResponse]:
    """Answer a conversation

    OpenAI-style chat. The messages go through the model's chat template. Samples unless
    `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
    stream ends with `data: [DONE]`, after an error too.

    Args:
        client: Where the server is.
        body: The conversation, how to generate, tools, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: One choice with the assistant's message; with `stream` a chunk per token, then
            `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. With
            tools `error_type` may be `tool_error`: an unknown tool, tools beside a response format,
            or an answer that is not a call. A member of the wrong type, or a missing one, is a 422
            too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the error is an event of a
            200 in the OpenAI form instead, and `[DONE]` follows.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the error
            is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the error is an event of a 200 in the OpenAI form instead, and `[DONE]`
            follows.
        401: The key is missing or wrong. The body is empty.
    """
    return send(
        client,
        _call(body=body, extra_body=extra_body, stream=False, options=Options(timeout, headers)),
        _parse,
    )


def sync(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> ChatCompletion | ErrorResponse:
    """Answer a conversation

    OpenAI-style chat. The messages go through the model's chat template. Samples unless
    `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
    stream ends with `data: [DONE]`, after an error too.

    Args:
        client: Where the server is.
        body: The conversation, how to generate, tools, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: One choice with the assistant's message; with `stream` a chunk per token, then
            `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. With
            tools `error_type` may be `tool_error`: an unknown tool, tools beside a response format,
            or an answer that is not a call. A member of the wrong type, or a missing one, is a 422
            too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the error is an event of a
            200 in the OpenAI form instead, and `[DONE]` follows.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the error
            is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the error is an event of a 200 in the OpenAI form instead, and `[DONE]`
            follows.
        401: The key is missing or wrong. The body is empty.
    """
    return send(
        client,
        _call(body=body, extra_body=extra_body, stream=False, options=Options(timeout, headers)),
        _parse,
    ).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[ChatCompletion | ErrorResponse]:
    """Answer a conversation

    OpenAI-style chat. The messages go through the model's chat template. Samples unless
    `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
    stream ends with `data: [DONE]`, after an error too.

    Args:
        client: Where the server is.
        body: The conversation, how to generate, tools, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: One choice with the assistant's message; with `stream` a chunk per token, then
            `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. With
            tools `error_type` may be `tool_error`: an unknown tool, tools beside a response format,
            or an answer that is not a call. A member of the wrong type, or a missing one, is a 422
            too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the error is an event of a
            200 in the OpenAI form instead, and `[DONE]` follows.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the error
            is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the error is an event of a 200 in the OpenAI form instead, and `[DONE]`
            follows.
        401: The key is missing or wrong. The body is empty.
    """
    return await asend(
        client,
        _call(body=body, extra_body=extra_body, stream=False, options=Options(timeout, headers)),
        _parse,
    )


async def asyncio(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> ChatCompletion | ErrorResponse:
    """Answer a conversation

    OpenAI-style chat. The messages go through the model's chat template. Samples unless
    `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
    stream ends with `data: [DONE]`, after an error too.

    Args:
        client: Where the server is.
        body: The conversation, how to generate, tools, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: One choice with the assistant's message; with `stream` a chunk per token, then
            `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. With
            tools `error_type` may be `tool_error`: an unknown tool, tools beside a response format,
            or an answer that is not a call. A member of the wrong type, or a missing one, is a 422
            too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the error is an event of a
            200 in the OpenAI form instead, and `[DONE]` follows.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the error
            is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the error is an event of a 200 in the OpenAI form instead, and `[DONE]`
            follows.
        401: The key is missing or wrong. The body is empty.
    """
    return (
        await asend(
            client,
            _call(body=body, extra_body=extra_body, stream=False, options=Options(timeout, headers)),
            _parse,
        )
    ).parsed


@overload
def stream(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> EventStream[ChatCompletionChunk, ChatCompletion]: ...


@overload
def stream(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> EventStream[ChatCompletionChunk | StreamError, ChatCompletion]: ...


def stream(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> EventStream[Any, Any]:
    """Answer a conversation

    OpenAI-style chat. The messages go through the model's chat template. Samples unless
    `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
    stream ends with `data: [DONE]`, after an error too.

    Args:
        client: Where the server is.
        body: The conversation, how to generate, tools, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: One choice with the assistant's message; with `stream` a chunk per token, then
            `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. With
            tools `error_type` may be `tool_error`: an unknown tool, tools beside a response format,
            or an answer that is not a call. A member of the wrong type, or a missing one, is a 422
            too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the error is an event of a
            200 in the OpenAI form instead, and `[DONE]` follows.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the error
            is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the error is an event of a 200 in the OpenAI form instead, and `[DONE]`
            follows.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.stream(
        client,
        _call(body=body, extra_body=extra_body, stream=True, options=Options(timeout, headers)),
        errors,
    )


@overload
def astream(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> AsyncEventStream[ChatCompletionChunk, ChatCompletion]: ...


@overload
def astream(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> AsyncEventStream[ChatCompletionChunk | StreamError, ChatCompletion]: ...


def astream(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> AsyncEventStream[Any, Any]:
    """Answer a conversation

    OpenAI-style chat. The messages go through the model's chat template. Samples unless
    `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
    stream ends with `data: [DONE]`, after an error too.

    Args:
        client: Where the server is.
        body: The conversation, how to generate, tools, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: One choice with the assistant's message; with `stream` a chunk per token, then
            `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. With
            tools `error_type` may be `tool_error`: an unknown tool, tools beside a response format,
            or an answer that is not a call. A member of the wrong type, or a missing one, is a 422
            too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the error is an event of a
            200 in the OpenAI form instead, and `[DONE]` follows.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the error
            is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the error is an event of a 200 in the OpenAI form instead, and `[DONE]`
            follows.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.astream(
        client,
        _call(body=body, extra_body=extra_body, stream=True, options=Options(timeout, headers)),
        errors,
    )


class Operation:
    """The functions of this module, for one client: `sync` when it is called, and the others by name."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> ChatCompletion | ErrorResponse:
        """Answer a conversation

        OpenAI-style chat. The messages go through the model's chat template. Samples unless
        `temperature` is 0. Unknown members, `n` and `logit_bias` are accepted and change nothing. A
        stream ends with `data: [DONE]`, after an error too.

        Args:
            body: The conversation, how to generate, tools, and whether to stream.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            What the answer holds.

        Statuses:
            200: One choice with the assistant's message; with `stream` a chunk per token, then
                `[DONE]`. In a stream whose tool call cannot be read, `[DONE]` comes alone.
            422: A value is invalid; `error_type` is `validation`, and `error` names the member.
                With tools `error_type` may be `tool_error`: an unknown tool, tools beside a
                response format, or an answer that is not a call. A member of the wrong type, or a
                missing one, is a 422 too, but in plain text.
            424: The model process failed while it worked on this request, for example because it
                ran out of memory; `error_type` is `generation`. When streaming, the error is an
                event of a 200 in the OpenAI form instead, and `[DONE]` follows.
            429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`)
                are in progress; `error_type` is `overloaded`. Send again later. When streaming, the
                error is an event of a 200 in the OpenAI form instead, and `[DONE]` follows.
            500: The engine ended without a finished text; `error_type` is `incomplete_generation`.
                When streaming, the error is an event of a 200 in the OpenAI form instead, and
                `[DONE]` follows.
            401: The key is missing or wrong. The body is empty.
        """
        return sync(client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body)

    def sync_detailed(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[ChatCompletion | ErrorResponse]:
        """As the function `sync_detailed`."""
        return sync_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> ChatCompletion | ErrorResponse:
        """As the function `asyncio`."""
        return await asyncio(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio_detailed(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[ChatCompletion | ErrorResponse]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    @overload
    def stream(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> EventStream[ChatCompletionChunk, ChatCompletion]: ...

    @overload
    def stream(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> EventStream[ChatCompletionChunk | StreamError, ChatCompletion]: ...

    def stream(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: ErrorMode = "raise",
    ) -> EventStream[Any, Any]:
        """As the function `stream`."""
        return _EVENTS.stream(
            self._client,
            _call(body=body, extra_body=extra_body, stream=True, options=Options(timeout, headers)),
            errors,
        )

    @overload
    def astream(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> AsyncEventStream[ChatCompletionChunk, ChatCompletion]: ...

    @overload
    def astream(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> AsyncEventStream[ChatCompletionChunk | StreamError, ChatCompletion]: ...

    def astream(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: ErrorMode = "raise",
    ) -> AsyncEventStream[Any, Any]:
        """As the function `astream`."""
        return _EVENTS.astream(
            self._client,
            _call(body=body, extra_body=extra_body, stream=True, options=Options(timeout, headers)),
            errors,
        )
