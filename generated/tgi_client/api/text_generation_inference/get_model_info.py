"""GET /info"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...exchange import Answer, Call, asend, send
from ...models.info import Info
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call() -> Call:
    return Call(
        "get_model_info",
        "GET",
        "/info",
    )


def _parse(answer: Answer) -> Info:
    if answer.status == 200:
        value = answer.json()
        return Info.from_dict(value)
    raise answer.unexpected_status()


def sync_detailed(
    *,
    client: Client,
) -> Response[Info]:
    """Describe the deployment

    The model that is served and the limits that every request is held to. Constant while the server
    runs. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Model, limits and version of the server.
    """
    return send(client, _call(), _parse)


def sync(
    *,
    client: Client,
) -> Info:
    """Describe the deployment

    The model that is served and the limits that every request is held to. Constant while the server
    runs. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: Model, limits and version of the server.
    """
    return send(client, _call(), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
) -> Response[Info]:
    """Describe the deployment

    The model that is served and the limits that every request is held to. Constant while the server
    runs. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Model, limits and version of the server.
    """
    return await asend(client, _call(), _parse)


async def asyncio(
    *,
    client: Client,
) -> Info:
    """Describe the deployment

    The model that is served and the limits that every request is held to. Constant while the server
    runs. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: Model, limits and version of the server.
    """
    return (await asend(client, _call(), _parse)).parsed
