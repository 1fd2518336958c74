"""GET /health"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.error_response import ErrorResponse
from ...types import UNSET, Response

if TYPE_CHECKING:
    from ...client import Client
    from ...types import Headers, Timeout


def _call(
    *,
    options: Options = NO_OPTIONS,
) -> Call:
    return Call(
        "health",
        "GET",
        "/health",
        options,
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
    timeout: Timeout = UNSET,
    headers: Headers = None,
) -> Response[ErrorResponse | None]:
    """Check whether the server can generate

    Checks that the model process responds. Stays 200 while the queue is full. Does not require an
    API key.

    Args:
        client: Where the server is.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return send(client, _call(options=Options(timeout, headers)), _parse)


def sync(
    *,
    client: Client,
    timeout: Timeout = UNSET,
    headers: Headers = None,
) -> ErrorResponse | None:
    """Check whether the server can generate

    Checks that the model process responds. Stays 200 while the queue is full. Does not require an
    API key.

    Args:
        client: Where the server is.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.

    Returns:
        What the answer holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return send(client, _call(options=Options(timeout, headers)), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
    timeout: Timeout = UNSET,
    headers: Headers = None,
) -> Response[ErrorResponse | None]:
    """Check whether the server can generate

    Checks that the model process responds. Stays 200 while the queue is full. Does not require an
    API key.

    Args:
        client: Where the server is.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return await asend(client, _call(options=Options(timeout, headers)), _parse)


async def asyncio(
    *,
    client: Client,
    timeout: Timeout = UNSET,
    headers: Headers = None,
) -> ErrorResponse | None:
    """Check whether the server can generate

    Checks that the model process responds. Stays 200 while the queue is full. Does not require an
    API key.

    Args:
        client: Where the server is.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.

    Returns:
        What the answer holds.

    Statuses:
        200: Healthy. The body is empty.
        503: The model process does not answer; `error_type` is `healthcheck`.
    """
    return (await asend(client, _call(options=Options(timeout, headers)), _parse)).parsed


class Operation:
    """The functions of this module, for one client: `sync` when it is called, and the others by name."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(
        self,
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
    ) -> ErrorResponse | None:
        """Check whether the server can generate

        Checks that the model process responds. Stays 200 while the queue is full. Does not require
        an API key.

        Args:
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.

        Returns:
            What the answer holds.

        Statuses:
            200: Healthy. The body is empty.
            503: The model process does not answer; `error_type` is `healthcheck`.
        """
        return sync(client=self._client, timeout=timeout, headers=headers)

    def sync_detailed(
        self,
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
    ) -> Response[ErrorResponse | None]:
        """As the function `sync_detailed`."""
        return sync_detailed(client=self._client, timeout=timeout, headers=headers)

    async def asyncio(
        self,
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
    ) -> ErrorResponse | None:
        """As the function `asyncio`."""
        return await asyncio(client=self._client, timeout=timeout, headers=headers)

    async def asyncio_detailed(
        self,
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
    ) -> Response[ErrorResponse | None]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(client=self._client, timeout=timeout, headers=headers)
