"""Token counts, limits and log-probabilities, and the text that the tokens make up."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import ALL_FORMS, NATIVE_FORMS, OPENAI_FORMS
from tgi_conformance.requirements._naming import grammar_name, parameter, with_grammar
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

PROMPTS = ("What is Deep Learning?", "Une idée naïve: 日本語の 🤖")
LIMITS = (1, 12)
LONG = 24
LONGER, LONGEST = 110, 210
BY_THEIR_OWN_NAME = ("generate", "generate-stream", "chat-completions")  # others are compared with these
ROUNDING = 0.01  # of probabilities in 16 bits
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


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
    either = context.either(form, name)
    return either if context.offers(*counting(either)) else form


def bare(form: Form) -> dict[str, Any]:
    """What leaves the prompt out of an answer."""
    return {"return_full_text": False} if form.dialect == "generate" else {}


def long_limit(form: Form) -> int:
    """Give how many tokens the one long answer of a form has at most."""
    return LONGEST if form.name in BY_THEIR_OWN_NAME else LONGER


def expect_numbered(context: Context, exchange: Exchange) -> None:
    """Raise UnmetError unless a stream's events count from 1, where the document has them count."""
    if context.contract.has("#/components/schemas/StreamResponse/properties/index"):
        indices = [member(event.json_or_none, "index") for event in exchange.response.stream.events]
        expect_equal(list(range(1, len(indices) + 1)), indices, "the indices", exchange)


def expect_tokens_make_up_the_text(answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError unless the tokens that are not special have the answer's text."""
    joined, whole = "".join(answer.own_texts).rstrip(REPLACEMENT), (answer.text or "").rstrip(REPLACEMENT)
    expect_equal(whole, joined, "the joined text of all tokens", exchange)


def expect_probabilities(top: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless the tokens of one step have probabilities that sum to at most 1."""
    logprobs = [member(token, "logprob") for token in top]
    numbers = all(isinstance(one, (int, float)) and one <= 0 for one in logprobs)
    total = sum(exp(one) for one in logprobs) if numbers else inf
    expect(total <= 1 + ROUNDING, "probabilities of one step that sum to at most 1", logprobs, exchange)


@requirement(
    "{}-is-a-limit",
    "No answer has more tokens than `{}`.",
    forms=ALL_FORMS,
    each=lambda form: {form.limit_name: LIMITS},
    source=lambda form, name, _: parameter(form, name),
    category="tokens",
    needs=lambda form, *_: counting(form),
    depth=Depth.SMOKE,
    why="Clients pay for each token, and reserve space for as many as they ask for.",
)
def limit_is_kept(context: Context, form: Form, name: str, limits: Sequence[int]) -> None:
    for limit in context.some(limits):
        with context.case():
            exchange, answer = ask(context, form, limit)
            generated = answer.generated
            expect(generated is not None, "a count of generated tokens", answer.raw, exchange)
            fits = 1 <= (generated or 0) <= limit
            expect(fits, f"1 to {limit} tokens for a `{name}` of {limit}", generated, exchange)
            shown = len(answer.tokens)  # a chunk of the OpenAI-style routes may be any piece of text
            expect(shown <= limit, f"at most {limit} tokens", shown, exchange)
    if context.whole and context.session.depth is not Depth.SMOKE and context.offers(*with_grammar(form)):
        with context.case():
            grammar = {grammar_name(form): {"type": "regex", "value": f"([0-9]){{{LONG}}}"}}
            exchange, answer = ask(context, form, 2, **grammar)
            expect_equal(2, answer.generated, "generated tokens of a longer grammar", exchange)


@requirement(
    "length-means-the-limit-was-reached",
    "`finish_reason` is `length` only if the token limit was reached; otherwise it says that the model ended "
    "the answer.",
    forms=ALL_FORMS,
    source="#/components/schemas/FinishReason",
    category="tokens",
    needs=counting,
    why="Clients request more if they read `length`, and take the answer as complete otherwise.",
)
def length_means_the_limit_was_reached(context: Context, form: Form) -> None:
    for limit in context.some(LIMITS):
        with context.case():
            exchange, answer = ask(context, form, limit)
            if answer.finish == "length":
                expect_equal(limit, answer.generated, "generated tokens at `length`", exchange)
            else:
                allowed = ("eos_token",) if form.dialect == "generate" else ("stop", "eos_token")
                expect(answer.finish in allowed, f"length or {allowed[0]}", answer.finish, exchange)


@requirement(
    "long-answers-are-whole",
    "A long answer has the right token count, finish reason and text.",
    forms=ALL_FORMS,
    source=lambda form: parameter(form, form.limit_name),
    category="tokens",
    needs=counting,
    why="Users request more than a few tokens, and what breaks after the first hundred is noticed late.",
)
def long_answers_are_whole(context: Context, form: Form) -> None:
    longer = long_limit(form)
    exchange, answer = ask(context, form, longer, **bare(form))
    stated = answer.generated or 0
    if answer.finish == "length":
        expect_equal(longer, stated, "generated tokens at `length`", exchange)
    expect(1 <= stated <= longer, f"1 to {longer} tokens", stated, exchange)
    if form.dialect == "generate":
        expect_equal(stated, len(answer.tokens), "the number of tokens in the answer", exchange)
        expect_tokens_make_up_the_text(answer, exchange)
    if form.streamed and form.dialect == "generate":
        expect_numbered(context, exchange)


@requirement(
    "generated-tokens-are-counted",
    "`details.generated_tokens` equals the number of tokens returned.",
    forms=NATIVE_FORMS,
    source="#/components/schemas/Details/properties/generated_tokens",
    category="tokens",
    depth=Depth.SMOKE,
    why="Gateways bill by it.",
)
def generated_tokens_are_counted(context: Context, form: Form) -> None:
    for limit in context.some(LIMITS):
        with context.case():
            exchange, answer = ask(context, form, limit)
            expect_equal(len(answer.tokens), answer.generated, "generated_tokens", exchange)


@requirement(
    "tokens-make-up-the-text",
    "`generated_text` is the joined text of all tokens that are not special.",
    forms=NATIVE_FORMS,
    source="#/components/schemas/Token/properties/text",
    category="tokens",
    depth=Depth.SMOKE,
    why="A client that shows tokens as they arrive must end with the text that another client gets at once.",
)
def tokens_make_up_the_text(context: Context, form: Form) -> None:
    for prompt in context.some(context.share(PROMPTS)):
        with context.case():
            exchange = context.cached(form.ask(prompt, tokens=LONG, details=True, return_full_text=False))
            expect_tokens_make_up_the_text(expect_answer(form, exchange), exchange)


@requirement(
    "grammar-ends-the-answer",
    "If a grammar ends the answer, `finish_reason` is `eos_token`, and the text is that of all tokens that "
    "are not special.",
    forms=NATIVE_FORMS,
    source="#/components/schemas/Token/properties/special",
    category="tokens",
    needs=with_grammar,
    why="Clients do not show special tokens (huggingface_hub#2436).",
)
def grammar_ends_the_answer(context: Context, form: Form) -> None:
    grammar = {"type": "regex", "value": "(yes|no)"}
    asked = {"details": True, "return_full_text": False, "grammar": grammar}
    exchange = context.cached(form.ask(tokens=8, **asked))
    answer = expect_answer(form, exchange)
    if answer.finish == "length":
        raise UnsupportedError("the grammar (yes|no) does not end the answer")
    expect_equal("eos_token", answer.finish, "the finish reason", exchange)
    expect_equal(len(answer.tokens), answer.generated, "generated_tokens", exchange)
    joined = "".join(answer.own_texts)
    expect_equal(answer.text, joined, "the joined text of all tokens that are not special", exchange)


@requirement(
    "log-probabilities-are-at-most-zero",
    "The `logprob` of every token is a number that is at most 0.",
    forms=NATIVE_FORMS,
    source="#/components/schemas/Token/properties/logprob",
    category="tokens",
    why="Clients show its exponential as a percentage, and add it up to rank answers.",
)
def log_probabilities_are_at_most_zero(context: Context, form: Form) -> None:
    exchange, answer = ask(context, form, LONG, **bare(form))
    expect(bool(answer.tokens), "tokens", seen(exchange), exchange)
    for token in answer.tokens:
        logprob = token.get("logprob")
        fits = isinstance(logprob, (int, float)) and not isinstance(logprob, bool) and logprob <= 0
        expect(fits, "logprob <= 0", token, exchange)


@requirement(
    "usage-adds-up",
    "`total_tokens` is `prompt_tokens` plus `completion_tokens`, and none of them is 0.",
    forms=OPENAI_FORMS,
    source="#/components/schemas/Usage",
    category="tokens",
    needs=counting,
    depth=Depth.SMOKE,
    why="Gateways bill by it.",
)
def usage_adds_up(context: Context, form: Form) -> None:
    for limit in context.some(LIMITS):
        with context.case():
            exchange, answer = ask(context, form, limit)
            usage = _find_usage(form, exchange, answer)
            counts = [member(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
            whole = all(isinstance(count, int) and count > 0 for count in counts)
            adds_up = whole and counts[0] + counts[1] == counts[2]
            expect(adds_up, "prompt + completion = total", usage, exchange)


def _find_usage(form: Form, exchange: Exchange, answer: Answer) -> Any:
    if not form.streamed:
        return member(answer.raw, "usage")
    found = None
    for event in exchange.response.stream.events:
        found = member(event.json_or_none, "usage") or found
    return found
