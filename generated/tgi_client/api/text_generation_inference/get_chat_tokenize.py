"""POST /chat_tokenize"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...codec import to_headers, to_json
from ...exchange import Answer, Call, asend, send
from ...models.chat_request import ChatRequest
from ...models.chat_tokenize_response import ChatTokenizeResponse
from ...models.error_response import ErrorResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call(
    *,
    body: ChatRequest,
) -> Call:
    _body: dict[str, Any] = {"content": to_json(body.to_dict())}
    return Call(
        "get_chat_tokenize",
        "POST",
        "/chat_tokenize",
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
    body: ChatRequest,
) -> Response[ChatTokenizeResponse | ErrorResponse]:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Open even where the server wants an API key.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return send(client, _call(body=body), _parse)


def sync(
    *,
    client: Client,
    body: ChatRequest,
) -> ChatTokenizeResponse | ErrorResponse:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Open even where the server wants an API key.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.

    Returns:
        What the answer holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return send(client, _call(body=body), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
    body: ChatRequest,
) -> Response[ChatTokenizeResponse | ErrorResponse]:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Open even where the server wants an API key.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return await asend(client, _call(body=body), _parse)


async def asyncio(
    *,
    client: Client,
    body: ChatRequest,
) -> ChatTokenizeResponse | ErrorResponse:
    """Tokenize a conversation

    Puts the messages through the model's chat template and tokenizes the result, without
    generating. Takes the whole chat request, of which only messages and tools matter; limits on
    length do not apply. Open even where the server wants an API key.

    Args:
        client: Where the server is.
        body: The conversation, in the form of `/v1/chat/completions`.

    Returns:
        What the answer holds.

    Statuses:
        200: The text that the template made, and its tokens.
        404: The server has no tokenizer that it can run itself, so it cannot tell the tokens of a
            conversation.
    """
    return (await asend(client, _call(body=body), _parse)).parsed
