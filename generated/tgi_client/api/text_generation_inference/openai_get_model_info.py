"""GET /v1/models"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...exchange import Answer, Call, asend, send
from ...models.error_response import ErrorResponse
from ...models.model_list import ModelList
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call() -> Call:
    return Call(
        "openai_get_model_info",
        "GET",
        "/v1/models",
    )


def _parse(answer: Answer) -> ModelList | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return ModelList.from_dict(value)
    if answer.status == 404:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    raise answer.unexpected_status()


def sync_detailed(
    *,
    client: Client,
) -> Response[ModelList | ErrorResponse]:
    """Name the served model

    The model in the form of OpenAI's list of models. What is served is an object with `object`
    "list" and one ModelInfo in `data`, though a bare ModelInfo is documented. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The one model of this server.
        404: No model is known under this server.
    """
    return send(client, _call(), _parse)


def sync(
    *,
    client: Client,
) -> ModelList | ErrorResponse:
    """Name the served model

    The model in the form of OpenAI's list of models. What is served is an object with `object`
    "list" and one ModelInfo in `data`, though a bare ModelInfo is documented. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: The one model of this server.
        404: No model is known under this server.
    """
    return send(client, _call(), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
) -> Response[ModelList | ErrorResponse]:
    """Name the served model

    The model in the form of OpenAI's list of models. What is served is an object with `object`
    "list" and one ModelInfo in `data`, though a bare ModelInfo is documented. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The one model of this server.
        404: No model is known under this server.
    """
    return await asend(client, _call(), _parse)


async def asyncio(
    *,
    client: Client,
) -> ModelList | ErrorResponse:
    """Name the served model

    The model in the form of OpenAI's list of models. What is served is an object with `object`
    "list" and one ModelInfo in `data`, though a bare ModelInfo is documented. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: The one model of this server.
        404: No model is known under this server.
    """
    return (await asend(client, _call(), _parse)).parsed
