"""POST /tokenize"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...codec import items_of, to_headers, to_json
from ...exchange import Answer, Call, asend, send
from ...models.error_response import ErrorResponse
from ...models.generate_request import GenerateRequest
from ...models.simple_token import SimpleToken
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call(
    *,
    body: GenerateRequest,
) -> Call:
    _body: dict[str, Any] = {"content": to_json(body.to_dict())}
    return Call(
        "tokenize",
        "POST",
        "/tokenize",
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> list[SimpleToken] | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return [SimpleToken.from_dict(_item) for _item in items_of(value, "tokenize")]
    if answer.status == 404:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    raise answer.unexpected_status()


def sync_detailed(
    *,
    client: Client,
    body: GenerateRequest,
) -> Response[list[SimpleToken] | ErrorResponse]:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body), _parse)


def sync(
    *,
    client: Client,
    body: GenerateRequest,
) -> list[SimpleToken] | ErrorResponse:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.

    Returns:
        What the answer holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
        401: The key is missing or wrong. The body is empty.
    """
    return send(client, _call(body=body), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: GenerateRequest,
) -> Response[list[SimpleToken] | ErrorResponse]:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
        401: The key is missing or wrong. The body is empty.
    """
    return await asend(client, _call(body=body), _parse)


async def asyncio(
    *,
    client: Client,
    body: GenerateRequest,
) -> list[SimpleToken] | ErrorResponse:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.

    Returns:
        What the answer holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
        401: The key is missing or wrong. The body is empty.
    """
    return (await asend(client, _call(body=body), _parse)).parsed
