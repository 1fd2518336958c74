"""POST /"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from ...codec import items_of, to_headers, to_json
from ...errors import StreamError
from ...events import AsyncEventStream, ErrorMode, Events, EventStream
from ...exchange import Answer, Call, asend, send
from ...models.compat_generate_request import CompatGenerateRequest
from ...models.error_response import ErrorResponse
from ...models.generate_response import GenerateResponse
from ...models.stream_response import StreamResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call(
    *,
    body: CompatGenerateRequest,
    stream: bool,
) -> Call:
    _payload: dict[str, Any] = body.to_dict()
    if stream or _payload.get("stream"):
        _payload["stream"] = stream
    _body: dict[str, Any] = {"content": to_json(_payload)}
    return Call(
        "compat_generate",
        "POST",
        "/",
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> list[GenerateResponse] | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return [GenerateResponse.from_dict(_item) for _item in items_of(value, "compat_generate")]
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


def _event(value: Any) -> StreamResponse:
    return StreamResponse.from_dict(value)


def _error(value: dict[str, Any]) -> ErrorResponse | None:
    if ErrorResponse._fits(value, True):
        return ErrorResponse.from_dict(value)
    return None


_EVENTS = Events("compat_generate", _event, _error, _parse)


def sync_detailed(
    *,
    client: Client,
    body: CompatGenerateRequest,
) -> Response[list[GenerateResponse] | ErrorResponse]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event a token,
            without a closing `[DONE]`.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. In a stream `best_of` may only be 1 and `decoder_input_details` false. A
            member of the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. When streaming, the same object
            is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body, stream=False), _parse)


def sync(
    *,
    client: Client,
    body: CompatGenerateRequest,
) -> list[GenerateResponse] | ErrorResponse:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event a token,
            without a closing `[DONE]`.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. In a stream `best_of` may only be 1 and `decoder_input_details` false. A
            member of the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. When streaming, the same object
            is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body, stream=False), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: CompatGenerateRequest,
) -> Response[list[GenerateResponse] | ErrorResponse]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event a token,
            without a closing `[DONE]`.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. In a stream `best_of` may only be 1 and `decoder_input_details` false. A
            member of the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. When streaming, the same object
            is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
        401: The key is missing or wrong. The body is empty.
    """
    return await asend(client, _call(body=body, stream=False), _parse)


async def asyncio(
    *,
    client: Client,
    body: CompatGenerateRequest,
) -> list[GenerateResponse] | ErrorResponse:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event a token,
            without a closing `[DONE]`.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. In a stream `best_of` may only be 1 and `decoder_input_details` false. A
            member of the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. When streaming, the same object
            is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
        401: The key is missing or wrong. The body is empty.
    """
    return (await asend(client, _call(body=body, stream=False), _parse)).parsed


@overload
def stream(
    *,
    client: Client,
    body: CompatGenerateRequest,
    errors: Literal["raise"] = "raise",
) -> EventStream[StreamResponse]: ...


@overload
def stream(
    *,
    client: Client,
    body: CompatGenerateRequest,
    errors: Literal["yield"],
) -> EventStream[StreamResponse | StreamError]: ...


def stream(
    *,
    client: Client,
    body: CompatGenerateRequest,
    errors: ErrorMode = "raise",
) -> EventStream[Any]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event a token,
            without a closing `[DONE]`.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. In a stream `best_of` may only be 1 and `decoder_input_details` false. A
            member of the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. When streaming, the same object
            is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.stream(client, _call(body=body, stream=True), errors)


@overload
def astream(
    *,
    client: Client,
    body: CompatGenerateRequest,
    errors: Literal["raise"] = "raise",
) -> AsyncEventStream[StreamResponse]: ...


@overload
def astream(
    *,
    client: Client,
    body: CompatGenerateRequest,
    errors: Literal["yield"],
) -> AsyncEventStream[StreamResponse | StreamError]: ...


def astream(
    *,
    client: Client,
    body: CompatGenerateRequest,
    errors: ErrorMode = "raise",
) -> AsyncEventStream[Any]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event a token,
            without a closing `[DONE]`.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. In a stream `best_of` may only be 1 and `decoder_input_details` false. A
            member of the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. When streaming, the same object
            is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.astream(client, _call(body=body, stream=True), errors)
