"""POST /generate"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...codec import to_headers, to_json
from ...exchange import Answer, Call, asend, send
from ...models.error_response import ErrorResponse
from ...models.generate_request import GenerateRequest
from ...models.generate_response import GenerateResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call(
    *,
    body: GenerateRequest,
) -> Call:
    _body: dict[str, Any] = {"content": to_json(body.to_dict())}
    return Call(
        "generate",
        "POST",
        "/generate",
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> GenerateResponse | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return GenerateResponse.from_dict(value)
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


def sync_detailed(
    *,
    client: Client,
    body: GenerateRequest,
) -> Response[GenerateResponse | ErrorResponse]:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is asked for.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) tell what it
    cost.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text, with `details` if they were asked for.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. Lengths count in tokens: prompt plus `max_new_tokens` must fit
            `max_total_tokens`. A member of the wrong type, or a missing one, is a 422 too, but in
            plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. This route never streams, so the status is the
            outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. This route never streams, so
            the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body), _parse)


def sync(
    *,
    client: Client,
    body: GenerateRequest,
) -> GenerateResponse | ErrorResponse:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is asked for.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) tell what it
    cost.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text, with `details` if they were asked for.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. Lengths count in tokens: prompt plus `max_new_tokens` must fit
            `max_total_tokens`. A member of the wrong type, or a missing one, is a 422 too, but in
            plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. This route never streams, so the status is the
            outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. This route never streams, so
            the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: GenerateRequest,
) -> Response[GenerateResponse | ErrorResponse]:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is asked for.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) tell what it
    cost.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text, with `details` if they were asked for.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. Lengths count in tokens: prompt plus `max_new_tokens` must fit
            `max_total_tokens`. A member of the wrong type, or a missing one, is a 422 too, but in
            plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. This route never streams, so the status is the
            outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. This route never streams, so
            the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return await asend(client, _call(body=body), _parse)


async def asyncio(
    *,
    client: Client,
    body: GenerateRequest,
) -> GenerateResponse | ErrorResponse:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is asked for.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) tell what it
    cost.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text, with `details` if they were asked for.
        422: A value breaks a rule of the server; `error_type` is `validation`, and `error` names
            the member. Lengths count in tokens: prompt plus `max_new_tokens` must fit
            `max_total_tokens`. A member of the wrong type, or a missing one, is a 422 too, but in
            plain text.
        424: The model process failed while it worked on this request, for want of memory for
            instance; `error_type` is `generation`. This route never streams, so the status is the
            outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in work; `error_type` is `overloaded`. Send again later. This route never streams, so
            the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return (await asend(client, _call(body=body), _parse)).parsed
