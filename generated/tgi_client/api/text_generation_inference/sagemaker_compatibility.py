"""POST /invocations"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from ...codec import items_of, payload_of, pick, to_headers, to_json
from ...errors import StreamError
from ...events import AsyncEventStream, ErrorMode, Events, EventStream
from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.chat_completion import ChatCompletion
from ...models.chat_completion_chunk import ChatCompletionChunk
from ...models.chat_request import ChatRequest
from ...models.chunk import Chunk
from ...models.compat_generate_request import CompatGenerateRequest
from ...models.completion_final import CompletionFinal
from ...models.completion_request import CompletionRequest
from ...models.error_response import ErrorResponse
from ...models.generate_response import GenerateResponse
from ...models.open_ai_error_event import OpenAiErrorEvent
from ...models.stream_response import StreamResponse
from ...types import UNSET, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...client import Client
    from ...types import Headers, Timeout

_NO_NULLS: dict[str, Any] = {
    "parameters": (
        True,
        {
            "decoder_input_details": (True, {}),
            "details": (True, {}),
            "do_sample": (True, {}),
            "stop": (True, {}),
            "watermark": (True, {}),
        },
    ),
    "stream": (True, {}),
    "stream_options": (True, {"include_usage": (True, {})}),
}


def _call(
    *,
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    extra_body: Mapping[str, Any] | None = None,
    stream: bool,
    options: Options = NO_OPTIONS,
) -> Call:
    _payload: dict[str, Any] = payload_of(body, _NO_NULLS, extra_body)
    if stream or _payload.get("stream"):
        _payload["stream"] = stream
    _body: dict[str, Any] = {"content": to_json(_payload)}
    return Call(
        "sagemaker_compatibility",
        "POST",
        "/invocations",
        options,
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
        payload=_payload,
    )


def _parse(
    answer: Answer,
) -> GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        read: GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] = (
            (
                [GenerateResponse.from_dict(value[0])]
                if type(value) is list and len(value) == 1
                else list(map(GenerateResponse.from_dict, items_of(value, "sagemaker_compatibility")))
            )
            if isinstance(value, list)
            else GenerateResponse.from_dict(value)
            if type(value) is dict and "generated_text" in value and "choices" not in value
            else pick(value, "sagemaker_compatibility", (GenerateResponse, ChatCompletion, CompletionFinal))
        )
        return read
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


def _event(value: Any) -> StreamResponse | ChatCompletionChunk | Chunk:
    read: StreamResponse | ChatCompletionChunk | Chunk = (
        StreamResponse.from_dict(value)
        if type(value) is dict and "index" in value and "token" in value and "choices" not in value
        else pick(value, "sagemaker_compatibility", (StreamResponse, ChatCompletionChunk, Chunk))
    )
    return read


def _error(value: dict[str, Any]) -> OpenAiErrorEvent | ErrorResponse | None:
    if OpenAiErrorEvent._fits(value, True):
        return OpenAiErrorEvent.from_dict(value)
    if ErrorResponse._fits(value, True):
        return ErrorResponse.from_dict(value)
    return None


def _whole(value: Any) -> GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse]:
    read: GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] = (
        (
            [GenerateResponse.from_dict(value[0])]
            if type(value) is list and len(value) == 1
            else list(map(GenerateResponse.from_dict, items_of(value, "sagemaker_compatibility")))
        )
        if isinstance(value, list)
        else GenerateResponse.from_dict(value)
        if type(value) is dict and "generated_text" in value and "choices" not in value
        else pick(value, "sagemaker_compatibility", (GenerateResponse, ChatCompletion, CompletionFinal))
    )
    return read


_EVENTS = Events(
    "sagemaker_compatibility",
    _event,
    _error,
    _parse,
    decode_whole=_whole,
    end="[DONE]",
    native="some",
    is_in_list=True,
    asks_for_usage=True,
)


def sync_detailed(
    *,
    client: Client,
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse]:
    """Generate in any of the three forms

    One route for Amazon SageMaker. The members of the body determine its form: `inputs` is answered
    as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by `/v1/completions`, streams
    included. Anything else is a 422 in plain text.

    Args:
        client: Where the server is.
        body: A native, a chat or a completion request.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The answer of the route that the body belongs to; for the native form an array of one,
            as on `/`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member.
            Validation follows the form that was sent. A member of the wrong type, or a missing one,
            is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, it is an event of a 200
            instead, in the form of the route that the body belongs to.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, it is an
            event of a 200 instead, in the form of the route that the body belongs to.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, it is an event of a 200 instead, in the form of the route that the body
            belongs to.
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
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse:
    """Generate in any of the three forms

    One route for Amazon SageMaker. The members of the body determine its form: `inputs` is answered
    as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by `/v1/completions`, streams
    included. Anything else is a 422 in plain text.

    Args:
        client: Where the server is.
        body: A native, a chat or a completion request.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The answer of the route that the body belongs to; for the native form an array of one,
            as on `/`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member.
            Validation follows the form that was sent. A member of the wrong type, or a missing one,
            is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, it is an event of a 200
            instead, in the form of the route that the body belongs to.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, it is an
            event of a 200 instead, in the form of the route that the body belongs to.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, it is an event of a 200 instead, in the form of the route that the body
            belongs to.
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
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse]:
    """Generate in any of the three forms

    One route for Amazon SageMaker. The members of the body determine its form: `inputs` is answered
    as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by `/v1/completions`, streams
    included. Anything else is a 422 in plain text.

    Args:
        client: Where the server is.
        body: A native, a chat or a completion request.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The answer of the route that the body belongs to; for the native form an array of one,
            as on `/`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member.
            Validation follows the form that was sent. A member of the wrong type, or a missing one,
            is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, it is an event of a 200
            instead, in the form of the route that the body belongs to.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, it is an
            event of a 200 instead, in the form of the route that the body belongs to.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, it is an event of a 200 instead, in the form of the route that the body
            belongs to.
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
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse:
    """Generate in any of the three forms

    One route for Amazon SageMaker. The members of the body determine its form: `inputs` is answered
    as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by `/v1/completions`, streams
    included. Anything else is a 422 in plain text.

    Args:
        client: Where the server is.
        body: A native, a chat or a completion request.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The answer of the route that the body belongs to; for the native form an array of one,
            as on `/`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member.
            Validation follows the form that was sent. A member of the wrong type, or a missing one,
            is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, it is an event of a 200
            instead, in the form of the route that the body belongs to.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, it is an
            event of a 200 instead, in the form of the route that the body belongs to.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, it is an event of a 200 instead, in the form of the route that the body
            belongs to.
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
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> EventStream[
    StreamResponse | ChatCompletionChunk | Chunk,
    GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
]: ...


@overload
def stream(
    *,
    client: Client,
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> EventStream[
    StreamResponse | ChatCompletionChunk | Chunk | StreamError,
    GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
]: ...


def stream(
    *,
    client: Client,
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> EventStream[Any, Any]:
    """Generate in any of the three forms

    One route for Amazon SageMaker. The members of the body determine its form: `inputs` is answered
    as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by `/v1/completions`, streams
    included. Anything else is a 422 in plain text.

    Args:
        client: Where the server is.
        body: A native, a chat or a completion request.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: The answer of the route that the body belongs to; for the native form an array of one,
            as on `/`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member.
            Validation follows the form that was sent. A member of the wrong type, or a missing one,
            is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, it is an event of a 200
            instead, in the form of the route that the body belongs to.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, it is an
            event of a 200 instead, in the form of the route that the body belongs to.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, it is an event of a 200 instead, in the form of the route that the body
            belongs to.
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
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> AsyncEventStream[
    StreamResponse | ChatCompletionChunk | Chunk,
    GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
]: ...


@overload
def astream(
    *,
    client: Client,
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> AsyncEventStream[
    StreamResponse | ChatCompletionChunk | Chunk | StreamError,
    GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
]: ...


def astream(
    *,
    client: Client,
    body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> AsyncEventStream[Any, Any]:
    """Generate in any of the three forms

    One route for Amazon SageMaker. The members of the body determine its form: `inputs` is answered
    as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by `/v1/completions`, streams
    included. Anything else is a 422 in plain text.

    Args:
        client: Where the server is.
        body: A native, a chat or a completion request.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: The answer of the route that the body belongs to; for the native form an array of one,
            as on `/`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member.
            Validation follows the form that was sent. A member of the wrong type, or a missing one,
            is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, it is an event of a 200
            instead, in the form of the route that the body belongs to.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, it is an
            event of a 200 instead, in the form of the route that the body belongs to.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, it is an event of a 200 instead, in the form of the route that the body
            belongs to.
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
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse:
        """Generate in any of the three forms

        One route for Amazon SageMaker. The members of the body determine its form: `inputs` is
        answered as by `/`, `messages` as by `/v1/chat/completions`, `prompt` as by
        `/v1/completions`, streams included. Anything else is a 422 in plain text.

        Args:
            body: A native, a chat or a completion request.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            What the answer holds.

        Statuses:
            200: The answer of the route that the body belongs to; for the native form an array of
                one, as on `/`.
            422: A value is invalid; `error_type` is `validation`, and `error` names the member.
                Validation follows the form that was sent. A member of the wrong type, or a missing
                one, is a 422 too, but in plain text.
            424: The model process failed while it worked on this request, for example because it
                ran out of memory; `error_type` is `generation`. When streaming, it is an event of a
                200 instead, in the form of the route that the body belongs to.
            429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`)
                are in progress; `error_type` is `overloaded`. Send again later. When streaming, it
                is an event of a 200 instead, in the form of the route that the body belongs to.
            500: The engine ended without a finished text; `error_type` is `incomplete_generation`.
                When streaming, it is an event of a 200 instead, in the form of the route that the
                body belongs to.
            401: The key is missing or wrong. The body is empty.
        """
        return sync(client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body)

    def sync_detailed(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[
        GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse
    ]:
        """As the function `sync_detailed`."""
        return sync_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse:
        """As the function `asyncio`."""
        return await asyncio(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio_detailed(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[
        GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse] | ErrorResponse
    ]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    @overload
    def stream(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> EventStream[
        StreamResponse | ChatCompletionChunk | Chunk,
        GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
    ]: ...

    @overload
    def stream(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> EventStream[
        StreamResponse | ChatCompletionChunk | Chunk | StreamError,
        GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
    ]: ...

    def stream(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
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
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> AsyncEventStream[
        StreamResponse | ChatCompletionChunk | Chunk,
        GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
    ]: ...

    @overload
    def astream(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> AsyncEventStream[
        StreamResponse | ChatCompletionChunk | Chunk | StreamError,
        GenerateResponse | ChatCompletion | CompletionFinal | list[GenerateResponse],
    ]: ...

    def astream(
        self,
        body: CompatGenerateRequest | ChatRequest | CompletionRequest | Mapping[str, Any],
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
