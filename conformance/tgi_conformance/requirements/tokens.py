"""Token counts, limits and log-probabilities, and the text that the tokens make up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.requirements._counting import (
    LIMITS,
    LONG,
    PROMPTS,
    ask,
    bare,
    counting,
    expect_numbered,
    expect_tokens_make_up_the_text,
    long_limit,
)
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import ALL_FORMS, NATIVE_FORMS, OPENAI_FORMS
from tgi_conformance.requirements._pointers import parameter, with_grammar
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context


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
    for limit in context.for_depth(limits):
        with context.case():
            exchange, answer = ask(context, form, limit)
            generated = answer.generated
            expect(generated is not None, "a count of generated tokens", answer.raw, exchange)
            fits = 1 <= (generated or 0) <= limit
            expect(fits, f"1 to {limit} tokens for a `{name}` of {limit}", generated, exchange)
            shown = len(answer.tokens)  # a chunk of the OpenAI-style routes may be any piece of text
            expect(shown <= limit, f"at most {limit} tokens", shown, exchange)
    if (
        context.checks_every_case
        and context.session.depth is not Depth.SMOKE
        and context.offers(*with_grammar(form))
    ):
        with context.case():
            grammar = {form.grammar_name: {"type": "regex", "value": f"([0-9]){{{LONG}}}"}}
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
    for limit in context.for_depth(LIMITS):
        with context.case():
            exchange, answer = ask(context, form, limit)
            if answer.finish == "length":
                expect_equal(limit, answer.generated, "generated tokens at `length`", exchange)
            else:
                allowed = ("eos_token",) if form.dialect == "generate" else ("stop", "eos_token")
                expect(answer.finish in allowed, f"length or {allowed[0]}", answer.finish, exchange)
                _expect_ended(context, form, limit, exchange, answer)


def _expect_ended(context: Context, form: Form, limit: int, exchange: Exchange, answer: Answer) -> None:
    """Raise UnmetError if an answer that is said to have ended by itself goes on under a larger limit."""
    repeats = context.decoding_is_exact and "reproducible" not in context.capabilities.absent
    if answer.generated != limit or not repeats:
        return
    _, longer = ask(context, form, LONG)
    goes_on = (longer.text or "").startswith(answer.text or "") and (longer.generated or 0) > limit
    expect(not goes_on, "length, since a larger limit gives more tokens", answer.finish, exchange)


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
    for limit in context.for_depth(LIMITS):
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
    for prompt in context.for_depth(context.sample(PROMPTS)):
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
    for limit in context.for_depth(LIMITS):
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
