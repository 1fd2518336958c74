"""POST /generate"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...codec import payload_of, to_headers, to_json
from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.error_response import ErrorResponse
from ...models.generate_request import GenerateRequest
from ...models.generate_response import GenerateResponse
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
        "generate",
        "POST",
        "/generate",
        options,
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
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[GenerateResponse | ErrorResponse]:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is requested.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) report its
    usage.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text, with `details` if they were requested.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. Lengths
            count in tokens: prompt plus `max_new_tokens` must fit `max_total_tokens`. A member of
            the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. This route never streams, so the status is
            the outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. This route never streams,
            so the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse)


def sync(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> GenerateResponse | ErrorResponse:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is requested.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) report its
    usage.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text, with `details` if they were requested.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. Lengths
            count in tokens: prompt plus `max_new_tokens` must fit `max_total_tokens`. A member of
            the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. This route never streams, so the status is
            the outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. This route never streams,
            so the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return send(
        client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse
    ).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[GenerateResponse | ErrorResponse]:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is requested.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) report its
    usage.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The generated text, with `details` if they were requested.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. Lengths
            count in tokens: prompt plus `max_new_tokens` must fit `max_total_tokens`. A member of
            the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. This route never streams, so the status is
            the outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. This route never streams,
            so the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return await asend(
        client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse
    )


async def asyncio(
    *,
    client: Client,
    body: GenerateRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> GenerateResponse | ErrorResponse:
    """Generate text, in one answer

    Continues the prompt and answers once the text is complete. Greedy unless sampling is requested.
    Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds) report its
    usage.

    Args:
        client: Where the server is.
        body: The prompt and how to generate.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The generated text, with `details` if they were requested.
        422: A value is invalid; `error_type` is `validation`, and `error` names the member. Lengths
            count in tokens: prompt plus `max_new_tokens` must fit `max_total_tokens`. A member of
            the wrong type, or a missing one, is a 422 too, but in plain text.
        424: The model process failed while it worked on this request, for example because it ran
            out of memory; `error_type` is `generation`. This route never streams, so the status is
            the outcome.
        429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`) are
            in progress; `error_type` is `overloaded`. Send again later. This route never streams,
            so the status is the outcome.
        500: The engine ended without a finished text; `error_type` is `incomplete_generation`. This
            route never streams, so the status is the outcome.
        401: The key is missing or wrong. The body is empty.
    """
    return (
        await asend(
            client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse
        )
    ).parsed


class Operation:
    """The functions of this module, for one client: `sync` when it is called, and the others by name."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> GenerateResponse | ErrorResponse:
        """Generate text, in one answer

        Continues the prompt and answers once the text is complete. Greedy unless sampling is
        requested. Headers `x-prompt-tokens`, `x-generated-tokens` and `x-total-time` (milliseconds)
        report its usage.

        Args:
            body: The prompt and how to generate.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            What the answer holds.

        Statuses:
            200: The generated text, with `details` if they were requested.
            422: A value is invalid; `error_type` is `validation`, and `error` names the member.
                Lengths count in tokens: prompt plus `max_new_tokens` must fit `max_total_tokens`. A
                member of the wrong type, or a missing one, is a 422 too, but in plain text.
            424: The model process failed while it worked on this request, for example because it
                ran out of memory; `error_type` is `generation`. This route never streams, so the
                status is the outcome.
            429: As many requests as the server takes at once (`max_concurrent_requests` of `/info`)
                are in progress; `error_type` is `overloaded`. Send again later. This route never
                streams, so the status is the outcome.
            500: The engine ended without a finished text; `error_type` is `incomplete_generation`.
                This route never streams, so the status is the outcome.
            401: The key is missing or wrong. The body is empty.
        """
        return sync(client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body)

    def sync_detailed(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[GenerateResponse | ErrorResponse]:
        """As the function `sync_detailed`."""
        return sync_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> GenerateResponse | ErrorResponse:
        """As the function `asyncio`."""
        return await asyncio(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio_detailed(
        self,
        body: GenerateRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[GenerateResponse | ErrorResponse]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )
