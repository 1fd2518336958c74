"""POST /chat_tokenize: a conversation as the model sees it, and its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import CHAT, PROMPT, member, post
from tgi_conformance.families.answers import documented_answer
from tgi_conformance.families.generated import generated
from tgi_conformance.families.refusals import refusals
from tgi_conformance.requirement import Catalogue
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
    """Look for the message in the text, and for the tokens' ends within it."""
    exchange = trial.sample(post("/chat_tokenize", BODY))
    expect_status(exchange, OK)
    text = member(exchange.response.json, "templated_text")
    expect(isinstance(text, str) and PROMPT in text, f"{PROMPT!r} within", text, exchange)
    tokens = member(exchange.response.json, "tokenize_response") or []
    ends = [member(token, "stop") for token in tokens]
    expect(bool(ends) and max(ends) <= len(str(text).encode()), "offsets within the text", ends, exchange)


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
    tokens = member(here.response.json, "tokenize_response") or []
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
        {"role": "assistant", "content": "Many layers."},
        {"role": "user", "content": "Why?"},
    ]
    exchange = trial.send(post("/chat_tokenize", {"messages": turns}))
    expect_status(exchange, OK)
    counts = [len(member(e.response.json, "tokenize_response") or []) for e in (short, exchange)]
    expect(counts[1] > counts[0], f"more than {counts[0]} tokens", counts[1], exchange)
    expect_equal(
        True, "Many layers." in str(member(exchange.response.json, "templated_text")), "the turn", exchange
    )
