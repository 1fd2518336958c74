"""Chat: roles, log-probabilities, text parts and earlier messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, Form, listed, member, post
from tgi_conformance.requirements._counting import expect_probabilities
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import CHAT_FORMS
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_status, is_refused, seen
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

MOST, FEW = 5, 2  # alternatives
CLOSE = 1e-3  # log-probabilities of one step, computed once
SYSTEM = "Be brief. "
QUESTION = {"role": "user", "content": "And today?"}
EARLIER = [
    {"role": "user", "content": "How was the weather?"},
    {"role": "assistant", "content": "It rained."},
]
MANY = 8  # times; more messages than a server that drops early ones keeps
SYSTEMS = [{"role": "system", "content": SYSTEM}, {"role": "system", "content": SYSTEM * MANY}]
SPECIAL = re.compile(r"\s*(<[^<>]+>|\[[A-Z_/]+\])\s*")  # how models spell special tokens
TRIMMED = " \N{REPLACEMENT CHARACTER}"  # may be cut at either end of a text


@requirement(
    "message-is-the-assistants",
    "The message of the answer has the role `assistant`.",
    forms=(CHAT,),
    source="#/components/schemas/TextMessage/properties/role",
    category="answers",
    depth=Depth.SMOKE,
    why="Clients append the message to the conversation unchanged.",
)
def message_is_the_assistants(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    role = member(exchange.response.json, "choices", 0, "message", "role")
    expect_equal("assistant", role, "role", exchange)


@requirement(
    "deltas-are-the-assistants",
    "Every delta of a stream has the role `assistant`.",
    forms=(CHAT_STREAM,),
    source="#/components/schemas/TextMessage/properties/role",
    category="answers",
    why="The document requires it in each delta.",
)
def deltas_are_the_assistants(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    choices = [choice for event in json_events(exchange) for choice in listed(event, "choices")]
    others = [one for one in choices if member(one, "delta", "role") != "assistant"]
    expect(bool(choices) and not others, "the role assistant in each delta", others[:3], exchange)


@requirement(
    "logprobs-have-an-entry-a-token",
    "`logprobs` has one entry for each generated token: a log-probability of at most 0, and as many "
    "alternatives as `top_logprobs` asks for.",
    forms=(CHAT,),
    source="#/components/schemas/ChatRequest/properties/logprobs",
    category="answers",
    needs=("top-tokens",),
    why="Evaluations score answers by log-probability (text-generation-inference#2108).",
)
def logprobs_have_an_entry_a_token(context: Context, form: Form) -> None:
    exchange, most = _with_alternatives(context, form)
    entries = listed(exchange.response.json, "choices", 0, "logprobs", "content")
    counted = member(exchange.response.json, "usage", "completion_tokens")
    expect_equal(counted, len(entries), "entries of logprobs", exchange)
    _expect_entries(entries, most, exchange)
    _expect_text(str(member(exchange.response.json, "choices", 0, "message", "content")), entries, exchange)


@requirement(
    "logprobs-have-an-entry-a-token",
    "The entries of `logprobs` in a stream add up to its text; each has a log-probability of at most 0 and "
    "as many alternatives as `top_logprobs` asks for.",
    forms=(CHAT_STREAM,),
    source="#/components/schemas/ChatCompletionChoice/properties/logprobs",
    category="answers",
    needs=("top-tokens",),
    why="Evaluations score answers by log-probability.",
)
def logprobs_have_an_entry_a_token_in_streams(context: Context, form: Form) -> None:
    exchange, most = _with_alternatives(context, form)
    choices = [member(event, "choices", 0) for event in json_events(exchange) if member(event, "choices")]
    entries = [entry for choice in choices for entry in listed(choice, "logprobs", "content") if entry]
    expect(bool(entries), "entries of logprobs", seen(exchange), exchange)
    _expect_entries(entries, most, exchange)
    text = "".join(str(member(choice, "delta", "content") or "") for choice in choices)
    _expect_text(text, entries, exchange)


def _with_alternatives(context: Context, form: Form) -> tuple[Exchange, int]:
    """Ask for as many alternatives as OpenAI's clients may, or for fewer if the server allows no more."""
    exchange = context.cached(form.ask(tokens=4, temperature=0.0, logprobs=True, top_logprobs=MOST))
    most = MOST
    if is_refused(exchange):
        exchange = context.cached(form.ask(tokens=4, temperature=0.0, logprobs=True, top_logprobs=FEW))
        most = FEW
    expect_status(exchange, OK)
    return exchange, most


def _expect_entries(entries: list[Any], most: int, exchange: Exchange) -> None:
    for entry in entries:
        logprob = member(entry, "logprob")
        expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", entry, exchange)
        _expect_alternatives(entry, most, exchange)


def _expect_alternatives(entry: Any, most: int, exchange: Exchange) -> None:
    alternatives = listed(entry, "top_logprobs")
    expect(len(alternatives) >= most, f"{most} alternatives", entry, exchange)
    logprobs = [member(alternative, "logprob") for alternative in alternatives]
    numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
    expect(
        numbers and logprobs == sorted(logprobs, reverse=True), "the most likely first", logprobs, exchange
    )
    best = logprobs[0] - member(entry, "logprob")
    expect(abs(best) < CLOSE, "the greedy token's logprob as the highest", entry, exchange)
    expect_probabilities(alternatives, exchange)
    texts = [member(alternative, "token") for alternative in alternatives]
    # A part of a character is shown as an empty text in one place, and as U+FFFD in another.
    whole = member(entry, "token") and "\N{REPLACEMENT CHARACTER}" not in "".join(map(str, texts))
    shown = member(entry, "token") in texts
    expect(shown or not whole, "the token itself among the alternatives", entry, exchange)
    expect(not whole or len(set(map(str, texts))) > 1, "different alternatives", texts, exchange)


def _expect_text(text: str, entries: list[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless the entries add up to the text; special tokens have entries but no text."""
    texts = [str(member(entry, "token")) for entry in entries]
    plain = [one for one in texts if not SPECIAL.fullmatch(one)]
    joined = ["".join(some).strip(TRIMMED) for some in (texts, texts[:-1], plain, plain[:-1])]
    expect(text.strip(TRIMMED) in joined, f"the text of all tokens, {joined[0]!r}", text, exchange)


@requirement(
    "logprobs-only-when-asked",
    "`logprobs` is null unless requested; without `top_logprobs` its entries have no alternatives.",
    forms=CHAT_FORMS,
    source="#/components/schemas/ChatRequest/properties/logprobs",
    category="answers",
    why="Clients that did not ask for log-probabilities must not pay for their bytes.",
)
def logprobs_only_when_asked(context: Context, form: Form) -> None:
    plain = context.cached(form.ask())
    expect_status(plain, OK)
    for body in json_events(plain) if form.streamed else [plain.response.json]:
        shown = member(body, "choices", 0, "logprobs")
        expect(shown is None, "logprobs null", shown, plain)
    exchange = context.cached(form.ask(tokens=2, temperature=0.0, logprobs=True))
    expect_status(exchange, OK)
    bodies = json_events(exchange) if form.streamed else [exchange.response.json]
    entries = [e for body in bodies for e in listed(body, "choices", 0, "logprobs", "content")]
    expect(bool(entries), "entries of logprobs", seen(exchange), exchange)
    some = [entry for entry in entries if listed(entry, "top_logprobs")]
    expect(not some, "no alternatives", some[:1], exchange)


@requirement(
    "text-parts-are-text",
    "Content given as a list of text parts counts as many prompt tokens as the same text given as a string.",
    forms=(CHAT,),
    source="#/components/schemas/MessageChunk",
    category="answers",
    needs=("lengths",),
    why="OpenAI's clients send parts.",
)
def text_parts_are_text(context: Context, form: Form) -> None:
    text = "What is Deep Learning?"
    whole = context.cached(form.ask(text))
    expect_status(whole, OK)
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    exchange = context.send(form.request({**form.body(), "messages": messages}))
    expect_status(exchange, OK)
    counts = [member(e.response.json, "usage", "prompt_tokens") for e in (whole, exchange)]
    expect_equal(counts[0], counts[1], "prompt_tokens", exchange)
    more = [{"role": "user", "content": [*messages[0]["content"], {"type": "text", "text": " Say it."}]}]
    longer = context.send(form.request({**form.body(), "messages": more}))
    expect_status(longer, OK)
    counted = member(longer.response.json, "usage", "prompt_tokens") or 0
    expect(counted > (counts[1] or 0), f"more than {counts[1]} prompt tokens for two parts", counted, longer)


@requirement(
    "earlier-turns-are-read",
    "Earlier messages of the roles system, user and assistant are accepted and count as prompt tokens.",
    forms=(CHAT,),
    source="#/components/schemas/ChatRequest/properties/messages",
    category="answers",
    needs=("lengths",),
    why="A server that reads only the last message ignores the conversation.",
)
def earlier_turns_are_read(context: Context, form: Form) -> None:
    before, accepted = -1, 0
    for earlier in ([], EARLIER, EARLIER * MANY):
        with context.case():
            counted, exchange = prompt_tokens(context, form, earlier)
            if earlier and exchange.response.is_template_error:
                continue
            expect_status(exchange, OK)
            accepted += bool(earlier)
            expect(counted > before, f"more than {before} prompt tokens", counted, exchange)
            before = counted
    with context.case():
        accepted += _system_is_read(context, form)
    if not accepted:
        raise UnsupportedError("the chat template accepts no earlier messages")


def prompt_tokens(context: Context, form: Form, earlier: list[dict[str, Any]]) -> tuple[int, Exchange]:
    """Count the tokens of a conversation that ends with a question; greedy, which a cache may answer."""
    exchange = context.cached(form.ask(tokens=1, temperature=0.0, messages=[*earlier, QUESTION]))
    return member(exchange.response.json, "usage", "prompt_tokens") or 0, exchange


def _system_is_read(context: Context, form: Form) -> bool:
    """Raise UnmetError unless a longer system message counts more tokens; tell whether the template has it.

    A template may put a system message in place of a longer one of its own, or ignore it.
    """
    before, exchange = prompt_tokens(context, form, SYSTEMS[:1])
    if exchange.response.is_template_error:
        return False  # some models have no system role
    expect_status(exchange, OK)
    counted, exchange = prompt_tokens(context, form, SYSTEMS[1:])
    expect_status(exchange, OK)
    if counted == before and not in_the_template(context, [SYSTEMS[0], QUESTION], SYSTEM.strip()):
        return False
    expect(counted > before, f"more than {before} prompt tokens", counted, exchange)
    return True


def in_the_template(context: Context, messages: list[dict[str, Any]], content: str) -> bool:
    """Tell whether the text that the chat template makes of the messages contains this content.

    Some templates ignore unknown roles without an error; /chat_tokenize shows it.
    """
    if "POST /chat_tokenize" in context.capabilities.absent:
        return False
    exchange = context.cached(post("/chat_tokenize", {"messages": messages}))
    return content in str(member(exchange.response.json, "templated_text"))
