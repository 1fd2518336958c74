"""POST /chat_tokenize: a conversation as the model sees it, and its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import CHAT, PROMPT, listed, member, post
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.requirements.answers import documented_answer
from tgi_conformance.requirements.completeness import conversation
from tgi_conformance.requirements.generated import generated
from tgi_conformance.requirements.prompts import given_back_in_a_template
from tgi_conformance.requirements.refusals import refusals
from tgi_conformance.requirements.route_tokenize import expect_slices, place_of
from tgi_conformance.requirements.tools import PROMPTED, WEATHER
from tgi_conformance.requirements.tools import TOKENS as TOOL_TOKENS
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "chat-tokenize", "POST /chat_tokenize")
LONG = [
    {"role": role, "content": f"{text} {n}, naïve 🤖"}
    for n in range(5)
    for role, text in (("user", "Is it so?"), ("assistant", "It is."))
] + [{"role": "user", "content": "Why?"}]
SYSTEM = {"role": "system", "content": "Be brief and kind."}
BODY = {"messages": [{"role": "user", "content": PROMPT}]}

documented_answer(CATALOGUE, post("/chat_tokenize", BODY))
refusals(CATALOGUE, BODY, "messages")
generated(CATALOGUE)
conversation(CATALOGUE, (BODY, {"messages": LONG}))
given_back_in_a_template(CATALOGUE)


@CATALOGUE.add(
    "templated-text-holds-the-conversation",
    "`templated_text` holds what was said, and the tokens' offsets lead into it.",
    source="#/components/schemas/ChatTokenizeResponse/properties/templated_text",
    why="It is how one sees what the model really reads.",
)
def templated(context: Context) -> None:
    """Look for the message in the text, and look up each token by its offsets."""
    exchange = context.cached(post("/chat_tokenize", BODY))
    expect_status(exchange, OK)
    text = member(exchange.response.json, "templated_text")
    expect(isinstance(text, str) and PROMPT in text, f"{PROMPT!r} within", text, exchange)
    tokens = listed(exchange.response.json, "tokenize_response")
    expect(bool(tokens), "tokens", text, exchange)
    expect_slices(str(text).encode(), tokens, exchange)
    data = str(text).encode()
    covered = {n for token in tokens for n in range(len(data))[slice(*place_of(token, exchange))]}
    missing = {n for n, byte in enumerate(data) if not chr(byte).isspace()} - covered
    expect(not missing, "every byte in a token", sorted(missing)[:9], exchange)


@CATALOGUE.add(
    "prompt-tokens-are-those-of-the-chat",
    "Chat counts as many `prompt_tokens` as the conversation has tokens here.",
    source="#/components/schemas/Usage/properties/prompt_tokens",
    needs=("POST /v1/chat/completions",),
    why="Clients count before they pay.",
)
def counted(context: Context) -> None:
    """Compare with the usage of a chat, of one turn and of many."""
    for turns in (BODY["messages"], LONG, [SYSTEM, *LONG[:1]]):
        with context.case():
            here = context.cached(post("/chat_tokenize", {"messages": turns}))
            exchange = context.cached(CHAT.ask(messages=turns))
            if exchange.response.is_template_error:
                continue
            expect_status(here, OK)
            expect_status(exchange, OK)
            count = len(listed(here.response.json, "tokenize_response"))
            stated = member(exchange.response.json, "usage", "prompt_tokens")
            # A tokenizer that adds a beginning-of-text token does so in one of the two places only.
            expect(stated in {count, count + 1}, f"prompt_tokens {count}", stated, exchange)


@CATALOGUE.add(
    "longer-conversations-have-more-tokens",
    "Another message makes the conversation longer.",
    source="#/components/schemas/ChatRequest/properties/messages",
)
def longer(context: Context) -> None:
    """Add turns, and look for each of them in the text."""
    short = context.cached(post("/chat_tokenize", BODY))
    exchange = context.cached(post("/chat_tokenize", {"messages": LONG}))
    if exchange.response.is_template_error:
        raise UnsupportedError("the chat template does not take these turns")
    expect_status(exchange, OK)
    counts = [len(listed(e.response.json, "tokenize_response")) for e in (short, exchange)]
    expect(counts[1] > counts[0], f"more than {counts[0]} tokens", counts[1], exchange)
    text = str(member(exchange.response.json, "templated_text"))
    missing = [turn["content"] for turn in LONG if turn["content"] not in text]
    expect(not missing, "every turn in the text", missing, exchange)
    told = context.send(post("/chat_tokenize", {"messages": [SYSTEM, *LONG[:1]]}))
    if told.response.is_template_error:
        return  # some models have no system role
    text = str(member(told.response.json, "templated_text"))
    if SYSTEM["content"] not in text:
        counts = [_counted(context, turns) for turns in (LONG[:1], [SYSTEM, *LONG[:1]])]
        if counts[0] == counts[1]:
            raise UnsupportedError("the chat template passes over the role system")
        expect(False, "the system's message in the text, as a chat counts it", text, told)


def _counted(context: Context, turns: Sequence[Mapping[str, str]]) -> int:
    """Give a chat's own count of the prompt tokens of some turns."""
    exchange = context.cached(CHAT.ask(tokens=1, messages=turns))
    return read_answer(CHAT, exchange).prompt or 0


@CATALOGUE.add(
    "ids-are-those-of-the-text",
    "The conversation has the ids that /tokenize gives its templated text.",
    source="#/components/schemas/ChatTokenizeResponse/properties/tokenize_response",
    needs=("POST /tokenize",),
    why="There is one vocabulary.",
)
def same_ids(context: Context) -> None:
    """Tokenize the templated text; /tokenize may put special tokens around it."""
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


@CATALOGUE.add(
    "tools-are-in-the-templated-text",
    "Tools lengthen the conversation here as they lengthen the prompt of a chat.",
    source="behaviour.md#tokenize",
    needs=("tools",),
    why="Clients count before they pay.",
)
def with_tools(context: Context) -> None:
    """Compare with the usage of a chat with the same tools."""
    asked = {"tools": [WEATHER], "tool_choice": "required", **PROMPTED}
    here = context.send(post("/chat_tokenize", {**BODY, **asked}))
    expect_status(here, OK)
    exchange = context.cached(CHAT.ask(tokens=TOOL_TOKENS, **asked))
    expect_status(exchange, OK)
    count = len(listed(here.response.json, "tokenize_response"))
    stated = member(exchange.response.json, "usage", "prompt_tokens")
    expect(stated in {count, count + 1}, f"as many tokens as the chat's {stated}", count, here)
