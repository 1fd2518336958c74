"""GET /health"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...exchange import Answer, Call, asend, send
from ...models.error_response import ErrorResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call() -> Call:
    return Call(
        "health",
        "GET",
        "/health",
    )


def _parse(answer: Answer) -> ErrorResponse | None:
    if answer.status == 200:
        return None
    if answer.status == 503:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    raise answer.unexpected_status()


def sync_detailed(
    *,
    client: Client,
) -> Response[ErrorResponse | None]:
    """Tell whether the server can generate

    Asks the model process whether it lives. Stays 200 while the queue is full. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return send(client, _call(), _parse)


def sync(
    *,
    client: Client,
) -> ErrorResponse | None:
    """Tell whether the server can generate

    Asks the model process whether it lives. Stays 200 while the queue is full. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return send(client, _call(), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
) -> Response[ErrorResponse | None]:
    """Tell whether the server can generate

    Asks the model process whether it lives. Stays 200 while the queue is full. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return await asend(client, _call(), _parse)


async def asyncio(
    *,
    client: Client,
) -> ErrorResponse | None:
    """Tell whether the server can generate

    Asks the model process whether it lives. Stays 200 while the queue is full. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return (await asend(client, _call(), _parse)).parsed
