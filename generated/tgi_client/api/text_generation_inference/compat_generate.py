"""POST /"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from ...codec import items_of, payload_of, to_headers, to_json
from ...errors import StreamError
from ...events import AsyncEventStream, ErrorMode, Events, EventStream
from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.compat_generate_request import CompatGenerateRequest
from ...models.error_response import ErrorResponse
from ...models.generate_response import GenerateResponse
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
}


def _call(
    *,
    body: CompatGenerateRequest | Mapping[str, Any],
    extra_body: Mapping[str, Any] | None = None,
    stream: bool,
    options: Options = NO_OPTIONS,
) -> Call:
    _payload: dict[str, Any] = payload_of(body, _NO_NULLS, extra_body)
    if stream or _payload.get("stream"):
        _payload["stream"] = stream
    _body: dict[str, Any] = {"content": to_json(_payload)}
    return Call(
        "compat_generate",
        "POST",
        "/",
        options,
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> list[GenerateResponse] | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return (
            [GenerateResponse.from_dict(value[0])]
            if type(value) is list and len(value) == 1
            else list(map(GenerateResponse.from_dict, items_of(value, "compat_generate")))
        )
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


def _error(value: dict[str, Any]) -> ErrorResponse | None:
    if ErrorResponse._fits(value, True):
        return ErrorResponse.from_dict(value)
    return None


def _whole(value: Any) -> list[GenerateResponse]:
    return (
        [GenerateResponse.from_dict(value[0])]
        if type(value) is list and len(value) == 1
        else list(map(GenerateResponse.from_dict, items_of(value, "compat_generate")))
    )


_EVENTS = Events(
    "compat_generate",
    StreamResponse.from_dict,
    _error,
    _parse,
    decode_whole=_whole,
    native="all",
    is_in_list=True,
)


def sync_detailed(
    *,
    client: Client,
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[list[GenerateResponse] | ErrorResponse]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event per token,
            without a closing `[DONE]`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. In a
            stream `best_of` may only be 1 and `decoder_input_details` false. A member of the wrong
            type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the same
            object is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
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
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> list[GenerateResponse] | ErrorResponse:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event per token,
            without a closing `[DONE]`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. In a
            stream `best_of` may only be 1 and `decoder_input_details` false. A member of the wrong
            type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the same
            object is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
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
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[list[GenerateResponse] | ErrorResponse]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event per token,
            without a closing `[DONE]`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. In a
            stream `best_of` may only be 1 and `decoder_input_details` false. A member of the wrong
            type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the same
            object is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
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
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> list[GenerateResponse] | ErrorResponse:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event per token,
            without a closing `[DONE]`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. In a
            stream `best_of` may only be 1 and `decoder_input_details` false. A member of the wrong
            type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the same
            object is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
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
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> EventStream[StreamResponse, list[GenerateResponse]]: ...


@overload
def stream(
    *,
    client: Client,
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> EventStream[StreamResponse | StreamError, list[GenerateResponse]]: ...


def stream(
    *,
    client: Client,
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> EventStream[Any, Any]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event per token,
            without a closing `[DONE]`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. In a
            stream `best_of` may only be 1 and `decoder_input_details` false. A member of the wrong
            type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the same
            object is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
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
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> AsyncEventStream[StreamResponse, list[GenerateResponse]]: ...


@overload
def astream(
    *,
    client: Client,
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> AsyncEventStream[StreamResponse | StreamError, list[GenerateResponse]]: ...


def astream(
    *,
    client: Client,
    body: CompatGenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> AsyncEventStream[Any, Any]:
    """Generate text, whole or streamed

    The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
    answer and an event stream. Here `return_full_text` is true unless set to false, so the prompt
    comes before the generated text; the unstreamed answer is an array of one.

    Args:
        client: Where the server is.
        body: The prompt, how to generate, and whether to stream.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: The generated text: an array with one element, or with `stream` one event per token,
            without a closing `[DONE]`.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. In a
            stream `best_of` may only be 1 and `decoder_input_details` false. A member of the wrong
            type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. When streaming, the same object is the last
            event of a 200 instead.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. When streaming, the same
            object is the last event of a 200 instead.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. When
            streaming, the same object is the last event of a 200 instead.
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
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> list[GenerateResponse] | ErrorResponse:
        """Generate text, whole or streamed

        The native form that Hugging Face's hosted inference uses. `stream` decides between one JSON
        answer and an event stream. Here `return_full_text` is true unless set to false, so the
        prompt comes before the generated text; the unstreamed answer is an array of one.

        Args:
            body: The prompt, how to generate, and whether to stream.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            What the answer holds.

        Statuses:
            200: The generated text: an array with one element, or with `stream` one event per
                token, without a closing `[DONE]`.
            422: A value is invalid; `error_type` is `validation`, and `error` names the member. In
                a stream `best_of` may only be 1 and `decoder_input_details` false. A member of the
                wrong type, or a missing one, is a 422 too, but in plain text.
            424: The model process failed while it worked on this request, for example because it
                ran out of memory; `error_type` is `generation`. When streaming, the same object is
                the last event of a 200 instead.
            429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`)
                are in progress; `error_type` is `overloaded`. Send again later. When streaming, the
                same object is the last event of a 200 instead.
            500: The engine ended without a finished text; `error_type` is `incomplete_generation`.
                When streaming, the same object is the last event of a 200 instead.
            401: The key is missing or wrong. The body is empty.
        """
        return sync(client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body)

    def sync_detailed(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[list[GenerateResponse] | ErrorResponse]:
        """As the function `sync_detailed`."""
        return sync_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> list[GenerateResponse] | ErrorResponse:
        """As the function `asyncio`."""
        return await asyncio(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio_detailed(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[list[GenerateResponse] | ErrorResponse]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    @overload
    def stream(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> EventStream[StreamResponse, list[GenerateResponse]]: ...

    @overload
    def stream(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> EventStream[StreamResponse | StreamError, list[GenerateResponse]]: ...

    def stream(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
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
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> AsyncEventStream[StreamResponse, list[GenerateResponse]]: ...

    @overload
    def astream(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> AsyncEventStream[StreamResponse | StreamError, list[GenerateResponse]]: ...

    def astream(
        self,
        body: CompatGenerateRequest | Mapping[str, Any],
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
