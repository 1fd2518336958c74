"""What chat adds: roles, log-probabilities, parts and turns of a conversation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, listed, member, post
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_status, is_refused, seen
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.tokens import expect_probabilities
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

MOST, FEW = 5, 2  # alternatives
CLOSE = 1e-3  # log-probabilities of one step, computed once
SYSTEM = "Be brief. "
QUESTION = {"role": "user", "content": "And today?"}
EARLIER = [
    {"role": "user", "content": "How was the weather?"},
    {"role": "assistant", "content": "It rained."},
]
MANY = 8  # times; more turns than a server keeps that forgets early ones
SYSTEMS = [{"role": "system", "content": SYSTEM}, {"role": "system", "content": SYSTEM * MANY}]
SPECIAL = re.compile(r"\s*(<[^<>]+>|\[[A-Z_/]+\])\s*")  # what special tokens of models are called
SHOWN_ALIKE = " \N{REPLACEMENT CHARACTER}"  # what stands at a text's ends may be cut


def chat(catalogue: Catalogue, form: Form, streamed: Form) -> None:
    """The promises of chat alone."""
    _roles(catalogue, form, streamed)
    _logprobs(catalogue, form)
    _streamed_logprobs(catalogue, streamed)
    _unasked(catalogue, form)
    _unasked(catalogue, streamed)
    _parts(catalogue, form)


def in_the_template(context: Context, messages: list[dict[str, Any]], content: str) -> bool:
    """Whether the model's template has what one of the messages says, so that a chat must count it.

    Some templates pass over roles that they do not know, without an error; /chat_tokenize shows it.
    """
    if "POST /chat_tokenize" in context.capabilities.absent:
        return False
    exchange = context.cached(post("/chat_tokenize", {"messages": messages}))
    return content in str(member(exchange.response.json, "templated_text"))


def _roles(catalogue: Catalogue, form: Form, streamed: Form) -> None:
    @catalogue.add(
        "message-is-the-assistants",
        "The answer's role is `assistant`.",
        source="#/components/schemas/TextMessage/properties/role",
        depth=Depth.SMOKE,
        why="Clients append the message to the conversation as it is.",
    )
    def message(context: Context) -> None:
        exchange = context.cached(form.ask())
        expect_status(exchange, OK)
        expect_equal(
            "assistant", member(exchange.response.json, "choices", 0, "message", "role"), "role", exchange
        )

    @catalogue.add(
        "streamed-deltas-are-the-assistants",
        "Every delta of a stream has the role `assistant`.",
        source="#/components/schemas/TextMessage/properties/role",
        operation=streamed.operation,
        why="The document requires it in each delta.",
    )
    def deltas(context: Context) -> None:
        exchange = context.cached(streamed.ask())
        expect_status(exchange, OK)
        choices = [choice for event in json_events(exchange) for choice in listed(event, "choices")]
        others = [one for one in choices if member(one, "delta", "role") != "assistant"]
        expect(bool(choices) and not others, "the role assistant in each delta", others[:3], exchange)


def _logprobs(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "logprobs-have-an-entry-a-token",
        "With `logprobs` each generated token has an entry, at most 0, with as many alternatives as asked.",
        source="#/components/schemas/ChatRequest/properties/logprobs",
        needs=("top-tokens",),
        why="Evaluations score answers by them (text-generation-inference#2108).",
    )
    def check(context: Context) -> None:
        exchange, most = _with_alternatives(context, form)
        entries = listed(exchange.response.json, "choices", 0, "logprobs", "content")
        counted = member(exchange.response.json, "usage", "completion_tokens")
        expect_equal(counted, len(entries), "entries of logprobs", exchange)
        for entry in entries:
            logprob = member(entry, "logprob")
            expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", entry, exchange)
            _expect_alternatives(entry, most, exchange)
        _expect_text(
            str(member(exchange.response.json, "choices", 0, "message", "content")), entries, exchange
        )


def _streamed_logprobs(catalogue: Catalogue, streamed: Form) -> None:
    @catalogue.add(
        "streamed-logprobs-have-an-entry-a-token",
        "Streamed, the entries of `logprobs` together are the text, each at most 0, with alternatives.",
        source="#/components/schemas/ChatCompletionChoice/properties/logprobs",
        operation=streamed.operation,
        needs=("top-tokens",),
        why="Evaluations score answers by them.",
    )
    def check(context: Context) -> None:
        exchange, most = _with_alternatives(context, streamed)
        choices = [member(event, "choices", 0) for event in json_events(exchange) if member(event, "choices")]
        entries = [entry for choice in choices for entry in listed(choice, "logprobs", "content") if entry]
        expect(bool(entries), "entries of logprobs", seen(exchange), exchange)
        for entry in entries:
            logprob = member(entry, "logprob")
            expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", entry, exchange)
            _expect_alternatives(entry, most, exchange)
        text = "".join(str(member(choice, "delta", "content") or "") for choice in choices)
        _expect_text(text, entries, exchange)


def _expect_text(text: str, entries: list[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless the entries make up the text; special tokens have entries and are no text."""
    texts = [str(member(entry, "token")) for entry in entries]
    plain = [one for one in texts if not SPECIAL.fullmatch(one)]
    together = ["".join(some).strip(SHOWN_ALIKE) for some in (texts, texts[:-1], plain, plain[:-1])]
    fits = text.strip(SHOWN_ALIKE) in together
    expect(fits, f"the tokens put together, {together[0]!r}", text, exchange)


def _with_alternatives(context: Context, form: Form) -> tuple[Exchange, int]:
    """Ask for as many alternatives as OpenAI's clients may, or for fewer where the server allows no more."""
    exchange = context.cached(form.ask(tokens=4, temperature=0.0, logprobs=True, top_logprobs=MOST))
    most = MOST
    if is_refused(exchange):
        exchange = context.cached(form.ask(tokens=4, temperature=0.0, logprobs=True, top_logprobs=FEW))
        most = FEW
    expect_status(exchange, OK)
    return exchange, most


def _expect_alternatives(entry: Any, most: int, exchange: Exchange) -> None:
    alternatives = listed(entry, "top_logprobs")
    expect(len(alternatives) >= most, f"{most} alternatives", entry, exchange)
    logprobs = [member(alternative, "logprob") for alternative in alternatives]
    numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
    expect(numbers and logprobs == sorted(logprobs, reverse=True), "best first", logprobs, exchange)
    best = logprobs[0] - member(entry, "logprob")
    expect(abs(best) < CLOSE, "the greedy token's logprob as the best", entry, exchange)
    expect_probabilities(alternatives, exchange)
    texts = [member(alternative, "token") for alternative in alternatives]
    # A part of a character is shown as nothing in one place, and as U+FFFD in another.
    whole = member(entry, "token") and "\N{REPLACEMENT CHARACTER}" not in "".join(map(str, texts))
    shown = member(entry, "token") in texts
    expect(shown or not whole, "the token itself among the alternatives", entry, exchange)
    expect(not whole or len(set(map(str, texts))) > 1, "alternatives that differ", texts, exchange)


def _unasked(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "logprobs-only-when-asked"),
        "`logprobs` is null unless asked for; without `top_logprobs` its entries have no alternatives.",
        source="#/components/schemas/ChatRequest/properties/logprobs",
        operation=form.operation,
        why="Readers of `logprobs` count its entries; the others pay for bytes that nobody asked for.",
    )
    def check(context: Context) -> None:
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


def _parts(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "text-parts-are-text",
        "Content as a list of text parts counts as many prompt tokens as the same text as a string.",
        source="#/components/schemas/MessageChunk",
        needs=("lengths",),
        why="OpenAI's clients send parts.",
    )
    def parts(context: Context) -> None:
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
        expect(
            counted > (counts[1] or 0), f"more than {counts[1]} prompt tokens for two parts", counted, longer
        )

    @catalogue.add(
        "earlier-turns-are-read",
        "Earlier messages of system, user and assistant are taken and count as prompt tokens.",
        source="#/components/schemas/ChatRequest/properties/messages",
        needs=("lengths",),
        why="A server that reads the last message only forgets the conversation.",
    )
    def turns(context: Context) -> None:
        before, taken = -1, 0
        for earlier in ([], EARLIER, EARLIER * MANY):
            with context.case():
                counted, exchange = prompt_tokens(context, form, earlier)
                if earlier and exchange.response.is_template_error:
                    continue
                expect_status(exchange, OK)
                taken += bool(earlier)
                expect(counted > before, f"more than {before} prompt tokens", counted, exchange)
                before = counted
        with context.case():
            taken += _system_is_read(context, form)
        if not taken:
            raise UnsupportedError("the chat template takes no earlier turns")


def prompt_tokens(context: Context, form: Form, earlier: list[dict[str, Any]]) -> tuple[int, Exchange]:
    """Count the tokens of a conversation that ends with a question."""
    exchange = context.cached(form.ask(tokens=1, messages=[*earlier, QUESTION]))
    return member(exchange.response.json, "usage", "prompt_tokens") or 0, exchange


def _system_is_read(context: Context, form: Form) -> bool:
    """Raise UnmetError unless more of a system message counts as more; tell whether the template has it.

    A system message may stand for a longer one that the template has of its own, or be passed over by it.
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
