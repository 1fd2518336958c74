"""Tokens that are asked for, all of them: of a conversation, and of a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tgi_conformance.protocol.forms import listed, member, post
from tgi_conformance.requirements._verify import OK, expect, expect_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

# From here on TGI's own model process leaves prompt tokens out unless told otherwise by its environment.
LEFT_OUT_SINCE = Version("3.0")


def conversation(catalogue: Catalogue, conversations: Sequence[Mapping[str, Any]]) -> None:
    """The token list of `/chat_tokenize`, for each of some bodies."""

    @catalogue.add(
        "every-token-is-listed",
        "A conversation has as many tokens as its templated text has at /tokenize, but for special ones that "
        "are added there.",
        source="#/components/schemas/ChatTokenizeResponse/properties/tokenize_response",
        needs=("POST /tokenize",),
        why="A list that lacks a token leads to prompts that do not fit.",
    )
    def check(context: Context) -> None:
        added = len(_tokens(context, ""))
        for body in conversations:
            exchange = context.cached(post(catalogue.operation.partition(" ")[2], body))
            if exchange.response.is_template_error:
                continue
            with context.case():
                expect_status(exchange, OK)
                shown = listed(exchange.response.json, "tokenize_response")
                text = str(member(exchange.response.json, "templated_text"))
                whole = len(_tokens(context, text))
                expect(len(shown) in {whole, whole - added}, f"{whole - added} tokens", len(shown), exchange)


def _tokens(context: Context, text: str) -> list[Any]:
    exchange: Exchange = context.cached(post("/tokenize", {"inputs": text}))
    expect_status(exchange, OK)
    return listed(exchange.response.json)
