"""POST /generate_stream"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from ...codec import payload_of, to_headers, to_json
from ...errors import StreamError
from ...events import AsyncEventStream, ErrorMode, Events, EventStream
from ...exchange import NO_OPTIONS, Answer, Call, Options
from ...models.error_response import ErrorResponse
from ...models.generate_request import GenerateRequest
from ...models.generate_response import GenerateResponse
from ...models.stream_response import StreamResponse
from ...types import UNSET

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
    )
}


def _call(
    *,
    body: GenerateRequest | Mapping[str, Any],
    extra_body: Mapping[str, Any] | None = None,
    options: Options = NO_OPTIONS,
) -> Call:
    _body: dict[str, Any] = {"content": to_json(payload_of(body, _NO_NULLS, extra_body))}
    return Call(
        "generate_stream",
        "POST",
        "/generate_stream",
        options,
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> ErrorResponse:
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


def _whole(value: Any) -> GenerateResponse:
    return GenerateResponse.from_dict(value)


_EVENTS = Events(
    "generate_stream", StreamResponse.from_dict, _error, _parse, decode_whole=_whole, native="all"
)


@overload
def stream(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> EventStream[StreamResponse, GenerateResponse]: ...


@overload
def stream(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> EventStream[StreamResponse | StreamError, GenerateResponse]: ...


def stream(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> EventStream[Any, Any]:
    """Generate text, token by token

    Continues the prompt and sends one server-sent event per token. The last event carries the whole
    text and, if requested, `details`; no `[DONE]` follows. `best_of` above 1 and
    `decoder_input_details` are refused. Every failure after the body was read is an event on a 200.

    Args:
        client: Where the server is.
        body: The prompt and how to generate; the fitting members are those of `/generate`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: One `data:` line per event; each holds a StreamResponse, or, as the last of the stream,
            an ErrorResponse.
        422: A value is invalid. Documented as a status, served as a 200 whose last event is this
            object with `error_type` `validation`.
        424: The model process failed, perhaps after some tokens came. Documented as a status,
            served as a 200 whose last event is this object with `error_type` `generation`.
        429: Too many requests are in progress already. Documented as a status, served as a 200
            whose last event is this object with `error_type` `overloaded`.
        500: The stream of the engine ended before the text did. Documented as a status, served as a
            200 whose last event is this object with `error_type` `incomplete_generation`.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.stream(
        client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), errors
    )


@overload
def astream(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["raise"] = "raise",
) -> AsyncEventStream[StreamResponse, GenerateResponse]: ...


@overload
def astream(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: Literal["yield"],
) -> AsyncEventStream[StreamResponse | StreamError, GenerateResponse]: ...


def astream(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
    errors: ErrorMode = "raise",
) -> AsyncEventStream[Any, Any]:
    """Generate text, token by token

    Continues the prompt and sends one server-sent event per token. The last event carries the whole
    text and, if requested, `details`; no `[DONE]` follows. `best_of` above 1 and
    `decoder_input_details` are refused. Every failure after the body was read is an event on a 200.

    Args:
        client: Where the server is.
        body: The prompt and how to generate; the fitting members are those of `/generate`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: One `data:` line per event; each holds a StreamResponse, or, as the last of the stream,
            an ErrorResponse.
        422: A value is invalid. Documented as a status, served as a 200 whose last event is this
            object with `error_type` `validation`.
        424: The model process failed, perhaps after some tokens came. Documented as a status,
            served as a 200 whose last event is this object with `error_type` `generation`.
        429: Too many requests are in progress already. Documented as a status, served as a 200
            whose last event is this object with `error_type` `overloaded`.
        500: The stream of the engine ended before the text did. Documented as a status, served as a
            200 whose last event is this object with `error_type` `incomplete_generation`.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.astream(
        client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), errors
    )


class Operation:
    """The functions of this module, for one client: `stream` when it is called, and the others by name."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    @overload
    def __call__(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> EventStream[StreamResponse, GenerateResponse]: ...

    @overload
    def __call__(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> EventStream[StreamResponse | StreamError, GenerateResponse]: ...

    def __call__(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: ErrorMode = "raise",
    ) -> EventStream[Any, Any]:
        """Generate text, token by token

        Continues the prompt and sends one server-sent event per token. The last event carries the
        whole text and, if requested, `details`; no `[DONE]` follows. `best_of` above 1 and
        `decoder_input_details` are refused. Every failure after the body was read is an event on a
        200.

        Args:
            body: The prompt and how to generate; the fitting members are those of `/generate`.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            The events.

        Statuses:
            200: One `data:` line per event; each holds a StreamResponse, or, as the last of the
                stream, an ErrorResponse.
            422: A value is invalid. Documented as a status, served as a 200 whose last event is
                this object with `error_type` `validation`.
            424: The model process failed, perhaps after some tokens came. Documented as a status,
                served as a 200 whose last event is this object with `error_type` `generation`.
            429: Too many requests are in progress already. Documented as a status, served as a 200
                whose last event is this object with `error_type` `overloaded`.
            500: The stream of the engine ended before the text did. Documented as a status, served
                as a 200 whose last event is this object with `error_type` `incomplete_generation`.
            401: The key is missing or wrong. The body is empty.
        """
        return _EVENTS.stream(
            self._client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), errors
        )

    @overload
    def stream(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> EventStream[StreamResponse, GenerateResponse]: ...

    @overload
    def stream(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> EventStream[StreamResponse | StreamError, GenerateResponse]: ...

    def stream(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: ErrorMode = "raise",
    ) -> EventStream[Any, Any]:
        """As the function `stream`."""
        return _EVENTS.stream(
            self._client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), errors
        )

    @overload
    def astream(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["raise"] = "raise",
    ) -> AsyncEventStream[StreamResponse, GenerateResponse]: ...

    @overload
    def astream(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: Literal["yield"],
    ) -> AsyncEventStream[StreamResponse | StreamError, GenerateResponse]: ...

    def astream(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
        errors: ErrorMode = "raise",
    ) -> AsyncEventStream[Any, Any]:
        """As the function `astream`."""
        return _EVENTS.astream(
            self._client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), errors
        )
