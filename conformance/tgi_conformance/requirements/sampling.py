"""Sampling: parameters have an effect, seeds repeat, what is reported is what was used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.requirements._naming import parameter, words
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, is_refused
from tgi_conformance.requirements.effects import unless_sure
from tgi_conformance.requirements.tokens import REPLACEMENT, counted, expect_numbered
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

TOKENS = 16
SHORT, MOST = 3, 3  # tokens and pairs, where decoding is not exact
CHANCES = 3  # a batch of other requests may disturb one of several pairs
SEEDS = (2**40 + 1, 1, 2, 3, 42)
ZERO = 0  # TGI takes it as a seed like any other; its document excludes it
ENOUGH = 2  # of those, on a route that does not lead
# Each makes a request of the generate dialect a sampled one, alone as well.
ALONE: tuple[dict[str, Any], ...] = (
    {"do_sample": False, "temperature": 0.7},
    {"top_k": 40},
    {"top_p": 0.9},
    {"typical_p": 0.9},
)


def sampling(catalogue: Catalogue, form: Form) -> None:
    """The promises about sampling."""
    _seed(catalogue, form)
    if form.dialect != "generate" and not form.streamed:
        _unseeded(catalogue, form)
    if form.dialect == "generate":
        _reported(catalogue, form)
        _drawn(catalogue, form)
        _greedy_by_top_k(catalogue, form)


def _sampling(form: Form, tokens: int = TOKENS, **parameters: Any) -> Request:
    extra = {"details": True, "do_sample": True} if form.dialect == "generate" else {"temperature": 1.2}
    return form.ask(tokens=tokens, **extra, **parameters)


def _sampled(
    context: Context, form: Form, tokens: int = TOKENS, **parameters: Any
) -> tuple[Exchange, Answer]:
    exchange = context.cached(_sampling(form, tokens, **parameters))
    return exchange, expect_answer(form, exchange)


def _sampled_anew(
    context: Context, form: Form, tokens: int = TOKENS, **parameters: Any
) -> tuple[Exchange, Answer]:
    exchange = context.send(_sampling(form, tokens, **parameters))
    return exchange, expect_answer(form, exchange)


def _expect_repeated(context: Context, form: Form, seed: int | None) -> None:
    """Raise UnmetError unless a few pairs of a seed, given or drawn, have the same text.

    One of them does where decoding is exact, or else most: of a few tokens, which some seeds share by chance.
    """
    tokens, enough, chances = (
        (TOKENS, 1, CHANCES) if context.decoding_is_exact else (SHORT, MOST, CHANCES + MOST - 1)
    )
    pairs = []
    for chance in range(chances):
        ask = context.send if chance else context.cached
        exchange = ask(_sampling(form, tokens, **({} if seed is None else {"seed": seed})))
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


def _seed(catalogue: Catalogue, form: Form) -> None:
    source = parameter(form, "seed")

    @catalogue.add(
        words(form, "seed-repeats"),
        "The same seed gives the same sampled text.",
        source=source,
        operation=form.operation,
        needs=("reproducible",),
        why="Bug reports, tests and papers name a seed so that others see the same.",
    )
    def repeats(context: Context) -> None:
        for seed in (SEEDS[0], ZERO) if context.checks_every_case else SEEDS[:1]:
            with context.case():
                _expect_repeated(context, form, seed)

    @catalogue.add(
        words(form, "seeds-differ"),
        f"{len(SEEDS)} seeds do not all give the same sampled text.",
        source=source,
        operation=form.operation,
        why="A seed that is ignored, or sampling that is none, makes every answer the same.",
    )
    def differ(context: Context) -> None:
        exchange, answer = _sampled(context, form, seed=SEEDS[0])
        texts = {answer.text}
        for seed in SEEDS[1:]:
            if len(texts) == 1:
                exchange, answer = _sampled(context, form, seed=seed)
                texts.add(answer.text)
        if len(texts) == 1 and answer.finish != "length":
            raise UnsupportedError(f"the model ends its answers at once: {answer.text!r}")
        if len(texts) == 1:
            unless_sure(context, form)
        expect(len(texts) > 1, "different texts", texts, exchange)


def _reported(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "seed-is-reported"),
        "`details.seed` is the seed asked for, one that was drawn, or null when nothing was sampled.",
        source="#/components/schemas/Details/properties/seed",
        operation=form.operation,
        why="A drawn seed is the only way to ask for the same answer again.",
    )
    def check(context: Context) -> None:
        for seed in (1, 2**63 - 1):
            with context.case():
                exchange, answer = _sampled(context, form, seed=seed)
                expect_equal(seed, answer.seed, "details.seed", exchange)
                together = "".join(answer.own_texts)
                whole = (answer.text or "").rstrip(REPLACEMENT)
                expect_equal(whole, together.rstrip(REPLACEMENT), "the tokens put together", exchange)
                _expect_reason(answer, exchange)
                if form.streamed:
                    expect_numbered(context, exchange)
        with context.case():
            _, first = _sampled(context, form)
            exchange, answer = _sampled_anew(context, form)
            expect(answer.seed is not None, "a drawn seed", member(answer.raw, "details"), exchange)
            expect(first.seed != answer.seed, "another seed for each answer", answer.seed, exchange)
        for asked in context.sample(ALONE, ENOUGH):
            with context.case():
                exchange = context.send(form.ask(tokens=1, details=True, **asked))
                drawn = expect_answer(form, exchange).seed
                expect(drawn is not None, f"a drawn seed with {asked}", drawn, exchange)
        with context.case():
            exchange = context.cached(form.ask(tokens=2, **counted(form)))
            reported = expect_answer(form, exchange).seed
            expect_equal(None, reported, "details.seed of a greedy answer", exchange)


def _expect_reason(answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError where an answer that reached its limit says that it ended by a token that it lacks."""
    ended = bool(answer.tokens) and answer.tokens[-1].get("special") is True
    if answer.generated == TOKENS and not ended:
        expect_equal("length", answer.finish, "the finish reason at the limit", exchange)


def _drawn(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "drawn-seed-repeats"),
        "The seed that was drawn for an answer gives the same answer again.",
        source="#/components/schemas/Details/properties/seed",
        operation=form.operation,
        needs=("reproducible",),
        why="It is reported for that.",
    )
    def check(context: Context) -> None:
        _expect_repeated(context, form, None)


def _unseeded(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "answers-without-a-seed-differ"),
        f"{len(SEEDS)} sampled answers without a seed are not all the same.",
        source=parameter(form, "seed"),
        operation=form.operation,
        why="A seed that is always the same gives every user the same answer.",
    )
    def check(context: Context) -> None:
        exchange, answer = _sampled(context, form)
        for _ in SEEDS[1:]:
            if _sampled_anew(context, form)[1].text != answer.text:
                return
        if answer.finish != "length":
            raise UnsupportedError(f"the model ends its answers at once: {answer.text!r}")
        unless_sure(context, form)
        expect(False, "different texts", answer.text, exchange)


def _greedy_by_top_k(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "top-k-one-is-greedy"),
        "Sampling from the single likeliest token gives the greedy answer, whatever else widens the choice.",
        source=parameter(form, "top_k"),
        operation=form.operation,
        needs=("reproducible",),
        why="A `top_k` that is ignored shows here first.",
    )
    def check(context: Context) -> None:
        asked, limit = context.repeatable(form), context.repeatable_tokens(TOKENS)
        greedy = expect_answer(form, context.cached(asked.ask(tokens=limit, **counted(form))))
        exchange, sampled = _sampled(context, asked, limit, top_k=1, seed=5, top_p=0.99, temperature=2.0)
        ids = [token.get("id") for token in greedy.tokens]
        expect(bool(ids), "tokens", sampled.raw, exchange)
        expect_equal(ids, [token.get("id") for token in sampled.tokens], "ids", exchange)
