"""Sampling: seeds repeat it, are reported, and vary it; `top_k` 1 makes it greedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE, Form, member
from tgi_conformance.requirements._counting import counted, expect_numbered, expect_tokens_make_up_the_text
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import GENERATE_FORMS, PRIMARY
from tgi_conformance.requirements._pointers import parameter
from tgi_conformance.requirements._sampled import need_choice
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, is_refused
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

TOKENS = 16
SHORT, ENOUGH_PAIRS, PAIRS = 4, 4, 8  # tokens and pairs, where decoding is not exact
ATTEMPTS = 3  # a batch with other requests may disturb one of several pairs
SEEDS = (2**40 + 1, 1, 2, 3, 42)
ZERO = 0  # TGI accepts it as a seed like any other; its document excludes it
LARGEST = 2**63 - 1
TOO_LARGE = 2**63 + 2**40 + 5  # negative as a signed 64-bit integer, and rounded as a double
NO_SEED: tuple[dict[str, Any], ...] = ({}, {"seed": None})  # client libraries send null for what was not set
ENOUGH = 2  # of SAMPLED, on a route that does not check all of them
# Each alone makes a request of the generate dialect a sampled one.
SAMPLED: tuple[dict[str, Any], ...] = (
    {"do_sample": False, "temperature": 0.7},
    {"top_k": 40},
    {"top_p": 0.9},
    {"typical_p": 0.9},
)


def _seed_pointer(form: Form) -> str:
    return parameter(form, "seed")


def _request(form: Form, tokens: int = TOKENS, **parameters: Any) -> Request:
    extra = {"details": True, "do_sample": True} if form.dialect == "generate" else {"temperature": 1.2}
    return form.ask(tokens=tokens, **extra, **parameters)


def _sampled(
    context: Context, form: Form, tokens: int = TOKENS, **parameters: Any
) -> tuple[Exchange, Answer]:
    exchange = context.cached(_request(form, tokens, **parameters))
    return exchange, expect_answer(form, exchange)


def _sampled_anew(
    context: Context, form: Form, tokens: int = TOKENS, **parameters: Any
) -> tuple[Exchange, Answer]:
    exchange = context.send(_request(form, tokens, **parameters))
    return exchange, expect_answer(form, exchange)


@requirement(
    "seed-repeats",
    "The same seed gives the same sampled text.",
    forms=PRIMARY,
    source=_seed_pointer,
    category="sampling",
    needs=("reproducible",),
    why="Bug reports, tests and papers give a seed so that others get the same text.",
)
def seed_repeats(context: Context, form: Form) -> None:
    for seed in (SEEDS[0], ZERO) if context.checks_every_case else SEEDS[:1]:
        with context.case():
            _expect_repeated(context, form, seed)


def _expect_repeated(context: Context, form: Form, seed: int | None) -> None:
    """Raise UnmetError unless pairs of answers with the same seed, given or drawn, have the same text.

    Where decoding is exact, one of a few pairs has to. Otherwise half of more pairs have to, of only a few
    tokens, which some seeds share by chance.
    """
    tokens, enough, attempts = (
        (TOKENS, 1, ATTEMPTS) if context.decoding_is_exact else (SHORT, ENOUGH_PAIRS, PAIRS)
    )
    pairs = []
    for attempt in range(attempts):
        ask = context.send if attempt else context.cached
        exchange = ask(_request(form, tokens, **({} if seed is None else {"seed": seed})))
        if seed == ZERO and is_refused(exchange):
            return
        first = expect_answer(form, exchange)
        exchange, second = _sampled_anew(context, form, tokens, seed=first.seed if seed is None else seed)
        if first.text == second.text:
            enough -= 1
        else:
            pairs.append((exchange, first, second))
        if not enough:
            return
    exchange, first, second = pairs[-1]
    expect_equal(first.text, second.text, f"the text for seed {first.seed or seed}", exchange)


@requirement(
    "seeds-differ",
    f"{len(SEEDS)} seeds do not all give the same sampled text.",
    forms=PRIMARY,
    source=_seed_pointer,
    category="sampling",
    why="A server that ignores the seed, or does not sample, gives every user the same answer.",
)
def seeds_differ(context: Context, form: Form) -> None:
    exchange, answer = _sampled(context, form, seed=SEEDS[0])
    texts = {answer.text}
    for seed in SEEDS[1:]:
        if len(texts) == 1:
            exchange, answer = _sampled(context, form, seed=seed)
            texts.add(answer.text)
    if len(texts) == 1 and answer.finish != "length":
        raise UnsupportedError(f"the model ends its answers at once: {answer.text!r}")
    if len(texts) == 1:
        need_choice(context, form)
    expect(len(texts) > 1, "different texts", texts, exchange)


@requirement(
    "answers-without-a-seed-differ",
    f"{len(SEEDS)} sampled answers without a seed do not all have the same text.",
    forms=(CHAT, COMPLETIONS),
    source=_seed_pointer,
    category="sampling",
    why="A server that always draws the same seed gives every user the same answer.",
)
def answers_without_a_seed_differ(context: Context, form: Form) -> None:
    for asked in NO_SEED:
        with context.case():
            _expect_different(context, form, **asked)


def _expect_different(context: Context, form: Form, **asked: Any) -> None:
    exchange, answer = _sampled(context, form, **asked)
    for _ in SEEDS[1:]:
        if _sampled_anew(context, form, **asked)[1].text != answer.text:
            return
    if answer.finish != "length":
        raise UnsupportedError(f"the model ends its answers at once: {answer.text!r}")
    need_choice(context, form)
    expect(False, "different texts", answer.text, exchange)


@requirement(
    "seed-is-reported",
    "`details.seed` is the requested seed, the drawn one, or null if nothing was sampled.",
    forms=GENERATE_FORMS,
    source="#/components/schemas/Details/properties/seed",
    category="sampling",
    why="Only with the drawn seed can an answer be requested again.",
)
def seed_is_reported(context: Context, form: Form) -> None:
    for seed in (1, LARGEST):
        with context.case():
            exchange, answer = _sampled(context, form, seed=seed)
            expect_equal(seed, answer.seed, "details.seed", exchange)
            expect_tokens_make_up_the_text(answer, exchange)
            _expect_reason(answer, exchange)
            if form.streamed:
                expect_numbered(context, exchange)
    with context.case():
        drawn: set[int | None] = {ZERO, _sampled(context, form)[1].seed}
        for asked in NO_SEED:
            exchange, answer = _sampled_anew(context, form, **asked)
            expect(answer.seed is not None, "a drawn seed", member(answer.raw, "details"), exchange)
            expect(answer.seed not in drawn, "another seed for each answer", answer.seed, exchange)
            drawn.add(answer.seed)
    for asked in context.sample(SAMPLED, ENOUGH):
        with context.case():
            exchange = context.send(form.ask(tokens=1, details=True, **asked))
            shown = expect_answer(form, exchange).seed
            expect(shown is not None, f"a drawn seed with {asked}", shown, exchange)
    with context.case():
        exchange = context.cached(form.ask(tokens=2, **counted(form)))
        reported = expect_answer(form, exchange).seed
        expect_equal(None, reported, "details.seed of a greedy answer", exchange)


def _expect_reason(answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError if an answer that reached its limit names an end token that it does not have."""
    ended = bool(answer.tokens) and answer.tokens[-1].get("special") is True
    if answer.generated == TOKENS and not ended:
        expect_equal("length", answer.finish, "the finish reason at the limit", exchange)


@requirement(
    "large-seed-is-reported-as-given",
    f"A `seed` of {TOO_LARGE} is refused, or used and reported exactly.",
    forms=GENERATE_FORMS,
    source="behaviour.md#validation",
    category="sampling",
    needs=(parameter(GENERATE, "seed"),),
    why="Half of all random 64-bit seeds are this large; a seed that is reported wrong repeats nothing.",
)
def large_seed_is_reported_as_given(context: Context, form: Form) -> None:
    exchange = context.send(form.ask(tokens=1, details=True, do_sample=True, seed=TOO_LARGE))
    if is_refused(exchange):
        raise UnsupportedError("seeds above the maximum of int64 are refused, as the document allows")
    expect_equal(TOO_LARGE, expect_answer(form, exchange).seed, "details.seed", exchange)


@requirement(
    "drawn-seed-repeats",
    "A request with the seed that was drawn for an answer gives the same answer.",
    forms=GENERATE_FORMS,
    source="#/components/schemas/Details/properties/seed",
    category="sampling",
    needs=("reproducible",),
    why="It is reported so that the answer can be requested again.",
)
def drawn_seed_repeats(context: Context, form: Form) -> None:
    _expect_repeated(context, form, None)


@requirement(
    "top-k-one-is-greedy",
    "Sampling with a `top_k` of 1 gives the greedy answer, whatever the other parameters.",
    forms=GENERATE_FORMS,
    source=lambda form: parameter(form, "top_k"),
    category="sampling",
    needs=("reproducible",),
    why="A server that ignores `top_k` shows it here first.",
)
def top_k_one_is_greedy(context: Context, form: Form) -> None:
    asked, limit = context.repeatable(form), context.repeatable_tokens(TOKENS)
    greedy = expect_answer(form, context.cached(asked.ask(tokens=limit, **counted(form))))
    exchange, sampled = _sampled(context, asked, limit, top_k=1, seed=5, top_p=0.99, temperature=2.0)
    ids = [token.get("id") for token in greedy.tokens]
    expect(bool(ids), "tokens", sampled.raw, exchange)
    expect_equal(ids, [token.get("id") for token in sampled.tokens], "ids", exchange)
