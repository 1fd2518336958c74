"""POST /tokenize"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...codec import items_of, payload_of, to_headers, to_json
from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.error_response import ErrorResponse
from ...models.generate_request import GenerateRequest
from ...models.simple_token import SimpleToken
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
        "tokenize",
        "POST",
        "/tokenize",
        options,
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> list[SimpleToken] | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return (
            [SimpleToken.from_dict(value[0])]
            if type(value) is list and len(value) == 1
            else list(map(SimpleToken.from_dict, items_of(value, "tokenize")))
        )
    if answer.status == 404:
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
) -> Response[list[SimpleToken] | ErrorResponse]:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
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
) -> list[SimpleToken] | ErrorResponse:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
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
) -> Response[list[SimpleToken] | ErrorResponse]:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
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
) -> list[SimpleToken] | ErrorResponse:
    """Tokenize a text

    Splits `inputs` into the model's tokens without generating. `parameters` are read but have no
    effect, `truncate` included; limits on length do not apply, and an empty text gives an empty
    array.

    Args:
        client: Where the server is.
        body: The text, in the form of `/generate`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The tokens in the order of the text.
        404: The server has no tokenizer that it can run itself, so it cannot split a text.
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
    ) -> list[SimpleToken] | ErrorResponse:
        """Tokenize a text

        Splits `inputs` into the model's tokens without generating. `parameters` are read but have
        no effect, `truncate` included; limits on length do not apply, and an empty text gives an
        empty array.

        Args:
            body: The text, in the form of `/generate`.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            What the answer holds.

        Statuses:
            200: The tokens in the order of the text.
            404: The server has no tokenizer that it can run itself, so it cannot split a text.
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
    ) -> Response[list[SimpleToken] | ErrorResponse]:
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
    ) -> list[SimpleToken] | ErrorResponse:
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
    ) -> Response[list[SimpleToken] | ErrorResponse]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )
