"""POST /chat_tokenize"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...codec import payload_of, to_headers, to_json
from ...exchange import NO_OPTIONS, Answer, Call, Options, asend, send
from ...models.chat_request import ChatRequest
from ...models.chat_tokenize_response import ChatTokenizeResponse
from ...models.error_response import ErrorResponse
from ...types import UNSET, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...client import Client
    from ...types import Headers, Timeout

_NO_NULLS: dict[str, Any] = {"stream": (True, {}), "stream_options": (True, {"include_usage": (True, {})})}


def _call(
    *,
    body: ChatRequest | Mapping[str, Any],
    extra_body: Mapping[str, Any] | None = None,
    options: Options = NO_OPTIONS,
) -> Call:
    _body: dict[str, Any] = {"content": to_json(payload_of(body, _NO_NULLS, extra_body))}
    return Call(
        "get_chat_tokenize",
        "POST",
        "/chat_tokenize",
        options,
        headers=to_headers([("content-type", "application/json")]),
        body=_body,
    )


def _parse(answer: Answer) -> ChatTokenizeResponse | ErrorResponse:
    if answer.status == 200:
        value = answer.json()
        return ChatTokenizeResponse.from_dict(value)
    if answer.status == 404:
        value = answer.json()
        return ErrorResponse.from_dict(value)
    raise answer.unexpected_status()


def sync_detailed(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[ChatTokenizeResponse | ErrorResponse]:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Does not require an API key, even if the server has one.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return send(client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse)


def sync(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> ChatTokenizeResponse | ErrorResponse:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Does not require an API key, even if the server has one.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return send(
        client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse
    ).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Response[ChatTokenizeResponse | ErrorResponse]:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Does not require an API key, even if the server has one.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return await asend(
        client, _call(body=body, extra_body=extra_body, options=Options(timeout, headers)), _parse
    )


async def asyncio(
    *,
    client: Client,
    body: ChatRequest | Mapping[str, Any],
    timeout: Timeout = UNSET,
    headers: Headers = None,
    extra_body: Mapping[str, Any] | None = None,
) -> ChatTokenizeResponse | ErrorResponse:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Does not require an API key, even if the server has one.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.
        timeout: Of this call; as the client's if unset.
        headers: Headers of this call, besides those of the client.
        extra_body: Members that the document lacks. Objects are joined.

    Returns:
        What the answer holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
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
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> ChatTokenizeResponse | ErrorResponse:
        """Tokenize a conversation

        Puts the messages through the model's chat template and tokenizes the result, without
        generating. Takes the whole chat request, of which only messages and tools matter; limits on
        length do not apply. Does not require an API key, even if the server has one.

        Args:
            body: The conversation, in the form of `/v1/chat/completions`.
            timeout: Of this call; as the client's if unset.
            headers: Headers of this call, besides those of the client.
            extra_body: Members that the document lacks. Objects are joined.

        Returns:
            What the answer holds.

        Statuses:
            200: The text that the template made, and its tokens.
            404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of
                a conversation.
        """
        return sync(client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body)

    def sync_detailed(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[ChatTokenizeResponse | ErrorResponse]:
        """As the function `sync_detailed`."""
        return sync_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> ChatTokenizeResponse | ErrorResponse:
        """As the function `asyncio`."""
        return await asyncio(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )

    async def asyncio_detailed(
        self,
        body: ChatRequest | Mapping[str, Any],
        *,
        timeout: Timeout = UNSET,
        headers: Headers = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response[ChatTokenizeResponse | ErrorResponse]:
        """As the function `asyncio_detailed`."""
        return await asyncio_detailed(
            client=self._client, body=body, timeout=timeout, headers=headers, extra_body=extra_body
        )
