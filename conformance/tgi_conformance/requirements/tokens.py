"""Arithmetic: tokens are counted right, limits are limits, and the pieces make up the text."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.requirements._naming import grammar_name, parameter, with_grammar, words
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

PROMPTS = ("What is Deep Learning?", "Une idée naïve: 日本語の 🤖")
LIMITS = (1, 12)
LONG = 24
LONGER, LONGEST = 110, 210
BY_THEIR_OWN_NAME = ("generate", "generate-stream", "chat-completions")  # others are held to these
ROUNDING = 0.01  # of probabilities in 16 bits
MILLISECONDS = 1000
A_SECOND = 1000  # milliseconds by which clocks may differ
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def tokens(catalogue: Catalogue, form: Form) -> None:
    """The arithmetic of a form."""
    _limit(catalogue, form)
    _length(catalogue, form)
    _long(catalogue, form)
    if form.dialect == "generate":
        _details(catalogue, form)
        _text(catalogue, form)
        _end_token(catalogue, form)
        _logprobs(catalogue, form)
    else:
        _usage(catalogue, form)
    if not form.streamed:
        _headers(catalogue, form)
        _times(catalogue, form)


def ask(context: Context, form: Form, limit: int, **parameters: Any) -> tuple[Exchange, Answer]:
    """Ask for an answer whose tokens are counted, greedily; give it with what it says."""
    exchange = context.cached(form.ask(tokens=limit, **counted(form), **parameters))
    return exchange, expect_answer(form, exchange)


def counted(form: Form) -> dict[str, Any]:
    """What makes a form count its tokens and decode greedily."""
    if form.dialect == "generate":
        return {"details": True}
    if form.dialect == "chat" and form.streamed:
        return {"temperature": 0.0, "stream_options": {"include_usage": True}}
    return {"temperature": 0.0}


def counting(form: Form) -> tuple[str, ...]:
    """Give what is needed for a form to count its tokens.

    Streamed chat counts only when asked. Streamed completions count since their chunks are called what they
    are now; the document has never said so.
    """
    needs = {"chat": ("#/components/schemas/StreamOptions",), "completions": ("#/components/schemas/Chunk",)}
    return needs.get(form.dialect, ()) if form.streamed else ()


def either_counting(context: Context, form: Form, name: str) -> Form:
    """Give the form, streamed or not as it is the turn of what is named, if its streams count tokens."""
    either = context.one_form(form, name)
    return either if context.offers(*counting(either)) else form


def bare(form: Form) -> dict[str, Any]:
    """What leaves the prompt out of an answer."""
    return {"return_full_text": False} if form.dialect == "generate" else {}


def _limit(catalogue: Catalogue, form: Form) -> None:
    limit_name = form.limit_name

    @catalogue.add(
        words(form, f"{limit_name.replace('_', '-')}-is-a-limit"),
        f"No answer has more tokens than `{limit_name}`.",
        source=parameter(form, form.limit_name),
        needs=counting(form),
        operation=form.operation,
        depth=Depth.SMOKE,
        why="The limit is what a client pays for and what it has room for.",
    )
    def check(context: Context) -> None:
        for limit in context.for_depth(LIMITS):
            with context.case():
                exchange, answer = ask(context, form, limit)
                generated = answer.generated
                expect(generated is not None, "a count of generated tokens", answer.raw, exchange)
                expect(1 <= (generated or 0) <= limit, f"1 to {limit} tokens", generated, exchange)
                shown = len(answer.tokens)  # a chunk of the OpenAI-style routes may be any piece of text
                expect(shown <= limit, f"at most {limit} tokens", shown, exchange)
        if (
            context.checks_every_case
            and context.session.depth is not Depth.SMOKE
            and context.offers(*with_grammar(form))
        ):
            with context.case():
                grammar = {grammar_name(form): {"type": "regex", "value": f"([0-9]){{{LONG}}}"}}
                exchange, answer = ask(context, form, 2, **grammar)
                expect_equal(2, answer.generated, "generated tokens of a longer grammar", exchange)


def _length(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "length-means-the-limit-was-reached"),
        "`finish_reason` is `length` exactly when as many tokens were generated as allowed.",
        source="#/components/schemas/FinishReason",
        operation=form.operation,
        needs=counting(form),
        why="Clients ask for more when they read `length`, and for nothing when they do not.",
    )
    def check(context: Context) -> None:
        for limit in context.for_depth(LIMITS):
            with context.case():
                exchange, answer = ask(context, form, limit)
                if answer.finish == "length":
                    expect_equal(limit, answer.generated, "generated tokens at `length`", exchange)
                else:
                    allowed = ("eos_token",) if form.dialect == "generate" else ("stop", "eos_token")
                    expect(answer.finish in allowed, f"length or {allowed[0]}", answer.finish, exchange)


def _long(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "long-answers-are-whole"),
        "A long answer is counted, ended and put together as a short one is.",
        source=parameter(form, form.limit_name),
        needs=counting(form),
        operation=form.operation,
        why="Users ask for more than a few tokens; what goes wrong after the first hundred goes unseen.",
    )
    def check(context: Context) -> None:
        longer = long_limit(form)
        exchange, answer = ask(context, form, longer, **bare(form))
        stated = answer.generated or 0
        if answer.finish == "length":
            expect_equal(longer, stated, "generated tokens at `length`", exchange)
        expect(1 <= stated <= longer, f"1 to {longer} tokens", stated, exchange)
        if form.dialect == "generate":
            expect_equal(stated, len(answer.tokens), "the number of tokens shown", exchange)
            together = "".join(answer.own_texts)
            whole = (answer.text or "").rstrip(REPLACEMENT)
            expect_equal(whole, together.rstrip(REPLACEMENT), "the tokens put together", exchange)
        if form.streamed and form.dialect == "generate":
            expect_numbered(context, exchange)


def long_limit(form: Form) -> int:
    """Give how many tokens the one long answer of a form has at most."""
    return LONGEST if form.name in BY_THEIR_OWN_NAME else LONGER


def expect_numbered(context: Context, exchange: Exchange) -> None:
    """Raise UnmetError unless a stream's events count from 1, where the document has them count."""
    if context.contract.has("#/components/schemas/StreamResponse/properties/index"):
        indices = [member(event.json_or_none, "index") for event in exchange.response.stream.events]
        expect_equal(list(range(1, len(indices) + 1)), indices, "the indices", exchange)


def _details(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "generated-tokens-are-counted"),
        "`details.generated_tokens` is the number of tokens shown.",
        source="#/components/schemas/Details/properties/generated_tokens",
        operation=form.operation,
        depth=Depth.SMOKE,
        why="Gateways bill by it.",
    )
    def check(context: Context) -> None:
        for limit in context.for_depth(LIMITS):
            with context.case():
                exchange, answer = ask(context, form, limit)
                expect_equal(len(answer.tokens), answer.generated, "generated_tokens", exchange)


def _text(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "tokens-make-up-the-text"),
        "The texts of the tokens that are not special, put together, are `generated_text`.",
        source="#/components/schemas/Token/properties/text",
        operation=form.operation,
        depth=Depth.SMOKE,
        why="A client that shows tokens as they come must end with the text that another reads whole.",
    )
    def check(context: Context) -> None:
        for prompt in context.for_depth(context.sample(PROMPTS)):
            with context.case():
                exchange = context.cached(form.ask(prompt, tokens=LONG, details=True, return_full_text=False))
                answer = expect_answer(form, exchange)
                together = "".join(answer.own_texts)
                whole = (answer.text or "").rstrip(REPLACEMENT)
                expect_equal(whole, together.rstrip(REPLACEMENT), "the tokens' texts put together", exchange)


def _end_token(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "grammar-ends-the-answer"),
        "An answer that its grammar ends says so, and its tokens, special ones aside, make up its text.",
        source="#/components/schemas/Token/properties/special",
        operation=form.operation,
        needs=with_grammar(form),
        why="Clients leave special tokens out of what they show (huggingface_hub#2436).",
    )
    def check(context: Context) -> None:
        grammar = {"type": "regex", "value": "(yes|no)"}
        asked = {"details": True, "return_full_text": False, "grammar": grammar}
        exchange = context.cached(form.ask(tokens=8, **asked))
        answer = expect_answer(form, exchange)
        if answer.finish == "length":
            raise UnsupportedError("the grammar (yes|no) does not end the answer")
        expect_equal("eos_token", answer.finish, "the finish reason", exchange)
        expect_equal(len(answer.tokens), answer.generated, "generated_tokens", exchange)
        together = "".join(answer.own_texts)
        expect_equal(answer.text, together, "the texts of tokens that are not special", exchange)


def expect_probabilities(top: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless the tokens of one step have probabilities that sum to at most 1."""
    logprobs = [member(token, "logprob") for token in top]
    numbers = all(isinstance(one, (int, float)) and one <= 0 for one in logprobs)
    total = sum(exp(one) for one in logprobs) if numbers else inf
    expect(total <= 1 + ROUNDING, "probabilities of one step that sum to at most 1", logprobs, exchange)


def _logprobs(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "log-probabilities-are-at-most-zero"),
        "Every token's `logprob` is a number that is at most 0.",
        source="#/components/schemas/Token/properties/logprob",
        operation=form.operation,
        why="exp of it is shown as a percentage, and summed up to rank answers.",
    )
    def check(context: Context) -> None:
        exchange, answer = ask(context, form, LONG, **bare(form))
        expect(bool(answer.tokens), "tokens", seen(exchange), exchange)
        for token in answer.tokens:
            logprob = token.get("logprob")
            fits = isinstance(logprob, (int, float)) and not isinstance(logprob, bool) and logprob <= 0
            expect(fits, "logprob <= 0", token, exchange)


def _usage(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "usage-adds-up"),
        "`total_tokens` is `prompt_tokens` plus `completion_tokens`, none of them 0.",
        source="#/components/schemas/Usage",
        operation=form.operation,
        needs=counting(form),
        depth=Depth.SMOKE,
        why="Gateways bill by it.",
    )
    def check(context: Context) -> None:
        for limit in context.for_depth(LIMITS):
            with context.case():
                exchange, answer = ask(context, form, limit)
                usage = _find_usage(form, exchange, answer)
                counts = [
                    member(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")
                ]
                whole = all(isinstance(count, int) and count > 0 for count in counts)
                expect(
                    whole and counts[0] + counts[1] == counts[2],
                    "prompt + completion = total",
                    usage,
                    exchange,
                )


def _find_usage(form: Form, exchange: Exchange, answer: Answer) -> Any:
    if not form.streamed:
        return member(answer.raw, "usage")
    found = None
    for event in exchange.response.stream.events:
        found = member(event.json_or_none, "usage") or found
    return found


def _headers(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "headers-count-the-tokens",
        "`x-generated-tokens` and `x-prompt-tokens` say what the body says.",
        source="behaviour.md#headers",
        operation=form.operation,
        needs=("tgi-headers",),
        why="Proxies meter by the headers and never parse the body.",
    )
    def check(context: Context) -> None:
        exchange, answer = ask(context, form, LIMITS[-1])
        headers = exchange.response.headers
        expect_equal(str(answer.generated), headers.get("x-generated-tokens"), "x-generated-tokens", exchange)
        if answer.prompt is not None:
            expect_equal(str(answer.prompt), headers.get("x-prompt-tokens"), "x-prompt-tokens", exchange)


def _times(catalogue: Catalogue, form: Form) -> None:
    names = ("x-total-time", "x-validation-time", "x-queue-time", "x-inference-time", "x-time-per-token")

    @catalogue.add(
        "headers-tell-times",
        "The headers of times are whole milliseconds that passed, `x-compute-characters` counts the prompt.",
        source="behaviour.md#headers",
        operation=form.operation,
        needs=("tgi-headers",),
        why="Dashboards of latency are fed from them.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(form.ask(PROMPTS[1], tokens=LIMITS[-1], **counted(form)))
        expect_answer(form, exchange)
        headers = exchange.response.headers
        most = exchange.response.seconds * MILLISECONDS + A_SECOND
        for name in names:
            stated = headers.get(name, "0")
            fits = stated.isascii() and stated.isdigit() and int(stated[:12]) <= most
            expect(fits, f"{name} in milliseconds, at most {most:.0f}", stated, exchange)
        parts = max(int(headers.get(name, "0")[:12]) for name in names[1:])
        total = int(headers.get(names[0], "0")[:12])
        expect(parts <= total + 1, f"{names[0]} of at least {parts}", total, exchange)
        seconds = headers.get("x-compute-time", "0")
        fits = _is_number(seconds) and float(seconds) * MILLISECONDS <= most
        expect(fits, f"x-compute-time in seconds, at most {most / MILLISECONDS:.1f}", seconds, exchange)
        characters = headers.get("x-compute-characters", "")
        if form.dialect != "chat":
            expect_equal(str(len(PROMPTS[1])), characters, "x-compute-characters", exchange)


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False
