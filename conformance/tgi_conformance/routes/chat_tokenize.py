"""POST /chat_tokenize: a conversation as the model sees it, and its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import CHAT, PROMPT, listed, member, post
from tgi_conformance.families.answers import documented_answer
from tgi_conformance.families.generated import generated
from tgi_conformance.families.refusals import refusals
from tgi_conformance.families.tools import TOKENS as TOOL_TOKENS
from tgi_conformance.families.tools import WEATHER
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.requirement import Catalogue
from tgi_conformance.routes.tokenize import expect_slices
from tgi_conformance.verify import OK, expect, expect_equal, expect_status

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "chat-tokenize", "POST /chat_tokenize")
BODY = {"messages": [{"role": "user", "content": PROMPT}]}

documented_answer(CATALOGUE, post("/chat_tokenize", BODY))
refusals(CATALOGUE, BODY, "messages")
generated(CATALOGUE)


@CATALOGUE.add(
    "templated-text-holds-the-conversation",
    "`templated_text` holds what was said, and the tokens' offsets lead into it.",
    source="#/components/schemas/ChatTokenizeResponse/properties/templated_text",
    why="It is how one sees what the model really reads.",
)
def templated(trial: Trial) -> None:
    """Look for the message in the text, and look up each token by its offsets."""
    exchange = trial.sample(post("/chat_tokenize", BODY))
    expect_status(exchange, OK)
    text = member(exchange.response.json, "templated_text")
    expect(isinstance(text, str) and PROMPT in text, f"{PROMPT!r} within", text, exchange)
    tokens = listed(exchange.response.json, "tokenize_response")
    expect(bool(tokens), "tokens", text, exchange)
    expect_slices(str(text).encode(), tokens, exchange)
    covered = {n for t in tokens for n in range(int(member(t, "start")), int(member(t, "stop")))}
    missing = {n for n, byte in enumerate(str(text).encode()) if not chr(byte).isspace()} - covered
    expect(not missing, "every byte in a token", sorted(missing)[:9], exchange)


@CATALOGUE.add(
    "prompt-tokens-are-those-of-the-chat",
    "Chat counts as many `prompt_tokens` as the conversation has tokens here.",
    source="#/components/schemas/Usage/properties/prompt_tokens",
    needs=("POST /v1/chat/completions",),
    why="Clients count before they pay.",
)
def counted(trial: Trial) -> None:
    """Compare with the usage of a chat."""
    here = trial.sample(post("/chat_tokenize", BODY))
    expect_status(here, OK)
    exchange = trial.sample(CHAT.ask())
    expect_status(exchange, OK)
    tokens = listed(here.response.json, "tokenize_response")
    stated = member(exchange.response.json, "usage", "prompt_tokens")
    # A tokenizer that adds a beginning-of-text token does so in one of the two places only.
    expect(stated in {len(tokens), len(tokens) + 1}, f"prompt_tokens {len(tokens)}", stated, exchange)


@CATALOGUE.add(
    "longer-conversations-have-more-tokens",
    "Another message makes the conversation longer.",
    source="#/components/schemas/ChatRequest/properties/messages",
)
def longer(trial: Trial) -> None:
    """Add a turn."""
    short = trial.sample(post("/chat_tokenize", BODY))
    turns = [
        *BODY["messages"],
        {"role": "assistant", "content": "Many layers, naïve 🤖."},
        {"role": "user", "content": "Why?"},
    ]
    exchange = trial.send(post("/chat_tokenize", {"messages": turns}))
    if member(exchange.response.json, "error_type") == "template_error":
        raise UnsupportedError("the chat template does not take these turns")
    expect_status(exchange, OK)
    counts = [len(listed(e.response.json, "tokenize_response")) for e in (short, exchange)]
    expect(counts[1] > counts[0], f"more than {counts[0]} tokens", counts[1], exchange)
    expect_equal(
        True,
        "Many layers, naïve 🤖." in str(member(exchange.response.json, "templated_text")),
        "the turn",
        exchange,
    )


@CATALOGUE.add(
    "ids-are-those-of-the-text",
    "The conversation has the ids that /tokenize gives its templated text.",
    source="#/components/schemas/ChatTokenizeResponse/properties/tokenize_response",
    needs=("POST /tokenize",),
    why="There is one vocabulary.",
)
def same_ids(trial: Trial) -> None:
    """Tokenize the templated text; /tokenize may put special tokens around it."""
    exchange = trial.sample(post("/chat_tokenize", BODY))
    expect_status(exchange, OK)
    text = str(member(exchange.response.json, "templated_text"))
    again = trial.send(post("/tokenize", {"inputs": text}))
    expect_status(again, OK)
    ids = [
        ",".join(str(member(token, "id")) for token in tokens)
        for tokens in (listed(exchange.response.json, "tokenize_response"), listed(again.response.json))
    ]
    expect(f",{ids[0]}," in f",{ids[1]},", f"the ids {ids[1]}", ids[0], exchange)


@CATALOGUE.add(
    "tools-are-in-the-templated-text",
    "Tools lengthen the conversation here as they lengthen the prompt of a chat.",
    source="behaviour.md#tokenize",
    needs=("tools",),
    why="Clients count before they pay.",
)
def with_tools(trial: Trial) -> None:
    """Compare with the usage of a chat with the same tools."""
    asked = {"tools": [WEATHER], "tool_choice": "required"}
    here = trial.send(post("/chat_tokenize", {**BODY, **asked}))
    expect_status(here, OK)
    exchange = trial.sample(CHAT.ask(tokens=TOOL_TOKENS, **asked))
    expect_status(exchange, OK)
    count = len(listed(here.response.json, "tokenize_response"))
    stated = member(exchange.response.json, "usage", "prompt_tokens")
    expect(stated in {count, count + 1}, f"as many tokens as the chat's {stated}", count, here)
