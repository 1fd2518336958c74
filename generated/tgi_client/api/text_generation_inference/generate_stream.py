"""POST /generate_stream"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from ...codec import to_headers, to_json
from ...errors import StreamError
from ...events import AsyncEventStream, ErrorMode, Events, EventStream
from ...exchange import Answer, Call
from ...models.error_response import ErrorResponse
from ...models.generate_request import GenerateRequest
from ...models.stream_response import StreamResponse

if TYPE_CHECKING:
    from ...client import Client


def _call(
    *,
    body: GenerateRequest,
) -> Call:
    _body: dict[str, Any] = {"content": to_json(body.to_dict())}
    return Call(
        "generate_stream",
        "POST",
        "/generate_stream",
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


def _event(value: Any) -> StreamResponse:
    return StreamResponse.from_dict(value)


def _error(value: dict[str, Any]) -> ErrorResponse | None:
    if ErrorResponse._fits(value, True):
        return ErrorResponse.from_dict(value)
    return None


_EVENTS = Events("generate_stream", _event, _error, _parse)


@overload
def stream(
    *,
    client: Client,
    body: GenerateRequest,
    errors: Literal["raise"] = "raise",
) -> EventStream[StreamResponse]: ...


@overload
def stream(
    *,
    client: Client,
    body: GenerateRequest,
    errors: Literal["yield"],
) -> EventStream[StreamResponse | StreamError]: ...


def stream(
    *,
    client: Client,
    body: GenerateRequest,
    errors: ErrorMode = "raise",
) -> EventStream[Any]:
    """Generate text, token by token

    Continues the prompt and sends one server-sent event a token. The last event carries the whole
    text and, if asked for, `details`; no `[DONE]` follows. `best_of` above 1 and
    `decoder_input_details` are refused. Every failure after the body was read is an event on a 200.

    Args:
        client: Where the server is.
        body: The prompt and how to generate; the fitting members are those of `/generate`.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: One `data:` line an event; each holds a StreamResponse, or, as the last of the stream,
            an ErrorResponse.
        422: A value breaks a rule of the server. Documented as a status, served as a 200 whose last
            event is this object with `error_type` `validation`.
        424: The model process failed, perhaps after some tokens came. Documented as a status,
            served as a 200 whose last event is this object with `error_type` `generation`.
        429: Too many requests are in work already. Documented as a status, served as a 200 whose
            last event is this object with `error_type` `overloaded`.
        500: The stream of the engine ended before the text did. Documented as a status, served as a
            200 whose last event is this object with `error_type` `incomplete_generation`.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.stream(client, _call(body=body), errors)


@overload
def astream(
    *,
    client: Client,
    body: GenerateRequest,
    errors: Literal["raise"] = "raise",
) -> AsyncEventStream[StreamResponse]: ...


@overload
def astream(
    *,
    client: Client,
    body: GenerateRequest,
    errors: Literal["yield"],
) -> AsyncEventStream[StreamResponse | StreamError]: ...


def astream(
    *,
    client: Client,
    body: GenerateRequest,
    errors: ErrorMode = "raise",
) -> AsyncEventStream[Any]:
    """Generate text, token by token

    Continues the prompt and sends one server-sent event a token. The last event carries the whole
    text and, if asked for, `details`; no `[DONE]` follows. `best_of` above 1 and
    `decoder_input_details` are refused. Every failure after the body was read is an event on a 200.

    Args:
        client: Where the server is.
        body: The prompt and how to generate; the fitting members are those of `/generate`.

    Returns:
        The events. With `errors="yield"` one that tells of an error is among them, as a
        StreamError.

    Statuses:
        200: One `data:` line an event; each holds a StreamResponse, or, as the last of the stream,
            an ErrorResponse.
        422: A value breaks a rule of the server. Documented as a status, served as a 200 whose last
            event is this object with `error_type` `validation`.
        424: The model process failed, perhaps after some tokens came. Documented as a status,
            served as a 200 whose last event is this object with `error_type` `generation`.
        429: Too many requests are in work already. Documented as a status, served as a 200 whose
            last event is this object with `error_type` `overloaded`.
        500: The stream of the engine ended before the text did. Documented as a status, served as a
            200 whose last event is this object with `error_type` `incomplete_generation`.
        401: The key is missing or wrong. The body is empty.
    """
    return _EVENTS.astream(client, _call(body=body), errors)
