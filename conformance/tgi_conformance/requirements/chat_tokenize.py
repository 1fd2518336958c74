"""POST /chat_tokenize: the text that the chat template makes of a conversation, and its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import CHAT, PROMPT, listed, member, post
from tgi_conformance.protocol.routes import CHAT_BODY as BODY
from tgi_conformance.protocol.routes import CHAT_TOKENIZE
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.requirements.prompts import CHANGED, DECOMPOSED
from tgi_conformance.requirements.tokenize import expect_covered, expect_offsets
from tgi_conformance.requirements.tools import PROMPTED, WEATHER
from tgi_conformance.requirements.tools import TOKENS as TOOL_TOKENS
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

LONG = [
    {"role": role, "content": f"{text} {n}, naïve 🤖"}
    for n in range(5)
    for role, text in (("user", "Is it so?"), ("assistant", "It is."))
] + [{"role": "user", "content": "Why?"}]
SYSTEM = {"role": "system", "content": "Be brief and kind."}


@requirement(
    "templated-text-holds-the-conversation",
    "`templated_text` contains the message, and the offsets of the tokens refer to it.",
    route=CHAT_TOKENIZE,
    source="#/components/schemas/ChatTokenizeResponse/properties/templated_text",
    category="tokens",
    why="It shows the text that the model really reads.",
)
def templated_text_holds_the_conversation(context: Context) -> None:
    exchange = context.cached(post("/chat_tokenize", BODY))
    expect_status(exchange, OK)
    text = member(exchange.response.json, "templated_text")
    expect(isinstance(text, str) and PROMPT in text, f"{PROMPT!r} within", text, exchange)
    _expect_offsets(exchange)
    beyond_ascii = context.cached(post("/chat_tokenize", {"messages": LONG}))
    if not beyond_ascii.response.is_template_error:
        with context.case():
            expect_status(beyond_ascii, OK)
            _expect_offsets(beyond_ascii)


def _expect_offsets(exchange: Exchange) -> None:
    """Raise UnmetError unless the offsets of the tokens lead into the templated text and cover it."""
    text = str(member(exchange.response.json, "templated_text"))
    tokens = listed(exchange.response.json, "tokenize_response")
    expect(bool(tokens), "tokens", text, exchange)
    expect_offsets(text, tokens, exchange)
    expect_covered(text, tokens, exchange)


@requirement(
    "messages-are-templated-as-sent",
    "`templated_text` contains a message as it was sent, character for character.",
    route=CHAT_TOKENIZE,
    source="#/components/schemas/ChatTokenizeResponse/properties/templated_text",
    category="tokens",
    why=CHANGED,
)
def messages_are_templated_as_sent(context: Context) -> None:
    body = {"messages": [{"role": "user", "content": DECOMPOSED}]}
    exchange = context.send(post("/chat_tokenize", body))
    expect_status(exchange, OK)
    text = str(member(exchange.response.json, "templated_text"))
    expect(DECOMPOSED in text, f"{DECOMPOSED!a} within", ascii(text), exchange)


@requirement(
    "every-token-is-listed",
    "A conversation has as many tokens as /tokenize finds in its templated text, apart from special tokens "
    "that /tokenize adds.",
    route=CHAT_TOKENIZE,
    source="#/components/schemas/ChatTokenizeResponse/properties/tokenize_response",
    category="tokens",
    needs=("POST /tokenize",),
    why="If the list lacks tokens, clients build prompts that do not fit.",
)
def every_token_is_listed(context: Context) -> None:
    added = len(_tokens(context, ""))
    for body in (BODY, {"messages": LONG}):
        exchange = context.cached(post("/chat_tokenize", body))
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


@requirement(
    "prompt-tokens-are-those-of-the-chat",
    "A chat request reports as many `prompt_tokens` as its conversation has tokens here.",
    route=CHAT_TOKENIZE,
    source="#/components/schemas/Usage/properties/prompt_tokens",
    category="tokens",
    needs=("POST /v1/chat/completions",),
    why="Clients count tokens before they pay for them.",
)
def prompt_tokens_are_those_of_the_chat(context: Context) -> None:
    for messages in (BODY["messages"], LONG, [SYSTEM, *LONG[:1]]):
        with context.case():
            here = context.cached(post("/chat_tokenize", {"messages": messages}))
            exchange = context.cached(CHAT.ask(messages=messages))
            if exchange.response.is_template_error:
                continue
            expect_status(here, OK)
            expect_status(exchange, OK)
            count = len(listed(here.response.json, "tokenize_response"))
            stated = member(exchange.response.json, "usage", "prompt_tokens")
            # A tokenizer that adds a beginning-of-text token may add it in only one of the two places.
            expect(stated in {count, count + 1}, f"prompt_tokens {count}", stated, exchange)


@requirement(
    "longer-conversations-have-more-tokens",
    "`templated_text` contains every message, and more messages have more tokens.",
    route=CHAT_TOKENIZE,
    source="#/components/schemas/ChatRequest/properties/messages",
    category="tokens",
    why="If messages are left out, clients count too few tokens.",
)
def longer_conversations_have_more_tokens(context: Context) -> None:
    short = context.cached(post("/chat_tokenize", BODY))
    exchange = context.cached(post("/chat_tokenize", {"messages": LONG}))
    if exchange.response.is_template_error:
        raise UnsupportedError("the chat template does not accept a conversation of several messages")
    expect_status(exchange, OK)
    counts = [len(listed(e.response.json, "tokenize_response")) for e in (short, exchange)]
    expect(counts[1] > counts[0], f"more than {counts[0]} tokens", counts[1], exchange)
    text = str(member(exchange.response.json, "templated_text"))
    missing = [message["content"] for message in LONG if message["content"] not in text]
    expect(not missing, "every message in the text", missing, exchange)
    _expect_system(context)


def _expect_system(context: Context) -> None:
    """Raise UnmetError unless the text contains a system message, if the template supports that role."""
    exchange = context.send(post("/chat_tokenize", {"messages": [SYSTEM, *LONG[:1]]}))
    if exchange.response.is_template_error:
        return  # some models have no system role
    text = str(member(exchange.response.json, "templated_text"))
    if SYSTEM["content"] not in text:
        counts = [_counted(context, messages) for messages in (LONG[:1], [SYSTEM, *LONG[:1]])]
        if counts[0] == counts[1]:
            raise UnsupportedError("the chat template ignores the role system")
        expect(False, "the system message in the text, as a chat request counts it", text, exchange)


def _counted(context: Context, messages: Sequence[Mapping[str, str]]) -> int:
    """Return the number of prompt tokens that a chat request reports for these messages."""
    exchange = context.cached(CHAT.ask(tokens=1, messages=messages))
    return read_answer(CHAT, exchange).prompt or 0


@requirement(
    "ids-are-those-of-the-text",
    "A conversation has the token ids that /tokenize gives its templated text.",
    route=CHAT_TOKENIZE,
    source="#/components/schemas/ChatTokenizeResponse/properties/tokenize_response",
    category="tokens",
    needs=("POST /tokenize",),
    why="Both routes use the vocabulary of the same model.",
)
def ids_are_those_of_the_text(context: Context) -> None:
    """Tokenize the templated text; /tokenize may add special tokens around it."""
    exchange = context.cached(post("/chat_tokenize", BODY))
    expect_status(exchange, OK)
    text = str(member(exchange.response.json, "templated_text"))
    again = context.send(post("/tokenize", {"inputs": text}))
    expect_status(again, OK)
    ids = [
        ",".join(str(member(token, "id")) for token in tokens)
        for tokens in (listed(exchange.response.json, "tokenize_response"), listed(again.response.json))
    ]
    there = bool(ids[0]) and f",{ids[0]}," in f",{ids[1]},"
    expect(there, f"the ids {ids[1]}", ids[0], exchange)


@requirement(
    "tools-are-in-the-templated-text",
    "Tools add as many tokens here as they add to the prompt of a chat request.",
    route=CHAT_TOKENIZE,
    source="behaviour.md#tokenize",
    category="tokens",
    needs=("tools",),
    why="Clients count tokens before they pay for them.",
)
def tools_are_in_the_templated_text(context: Context) -> None:
    asked = {"tools": [WEATHER], "tool_choice": "required", **PROMPTED}
    here = context.send(post("/chat_tokenize", {**BODY, **asked}))
    expect_status(here, OK)
    exchange = context.cached(CHAT.ask(tokens=TOOL_TOKENS, **asked))
    expect_status(exchange, OK)
    count = len(listed(here.response.json, "tokenize_response"))
    stated = member(exchange.response.json, "usage", "prompt_tokens")
    expect(stated in {count, count + 1}, f"as many tokens as the chat's {stated}", count, here)
