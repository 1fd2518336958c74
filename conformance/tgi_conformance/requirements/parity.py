"""The same question has the same answer: asked again, streamed, and by another route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol import forms as api
from tgi_conformance.protocol.forms import GENERATE, Form
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, seen
from tgi_conformance.requirements.characters import UNUSUAL
from tgi_conformance.requirements.tokens import LIMITS, LONG, PROMPTS, ask, bare, counted, long_limit
from tgi_conformance.requirements.validation import bad_values
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

REPEATS = ("reproducible",)
SOME = 2  # questionable requests, on a route that does not lead
# Greedy requests that show more or less of the same answer.
SHOWING_ELSE: dict[str, dict[str, Any]] = {
    "generate": {},
    "chat": {"temperature": 0.0, "logprobs": True},
    "completions": {"temperature": 0.0},
}


def repeats(catalogue: Catalogue, form: Form) -> None:
    """A greedy answer is the same when asked for again, and a smaller limit gives its beginning."""

    @catalogue.add(
        words(form, "greedy-answers-repeat"),
        "The same greedy request is answered with the same text.",
        source="behaviour.md#greedy-and-sampled",
        operation=form.operation,
        needs=REPEATS,
        why="Caches and tests rest on it.",
    )
    def again(context: Context) -> None:
        asked, limit = context.repeatable(form), context.repeatable_tokens(LONG)
        _, first = ask(context, asked, limit)
        exchange = context.send(asked.ask(tokens=limit, **counted(form)))
        expect_equal(first.text, expect_answer(form, exchange).text, "the text", exchange)
        exchange = context.cached(asked.ask(tokens=limit, **SHOWING_ELSE[form.dialect]))
        expect_equal(first.text, expect_answer(form, exchange).text, "the text, whatever is shown", exchange)

    @catalogue.add(
        words(form, "smaller-limit-gives-a-prefix"),
        "A smaller limit on tokens gives the beginning of the same greedy answer.",
        source="behaviour.md#greedy-and-sampled",
        operation=form.operation,
        needs=REPEATS,
        why="Otherwise the limit changes what is generated, not only how much.",
    )
    def prefix(context: Context) -> None:
        asked = context.repeatable(form)
        _, whole = ask(context, asked, context.repeatable_tokens(LONG))
        for limit in (2, context.repeatable_tokens(12)):
            exchange, part = ask(context, asked, limit)
            text = (part.text or "").rstrip("\N{REPLACEMENT CHARACTER}")
            expect((whole.text or "").startswith(text), f"a prefix of {whole.text!r}", part.text, exchange)
            ids = [[token.get("id") for token in answer.tokens] for answer in (whole, part)]
            expect_equal(ids[0][:limit], ids[1], f"the ids of the first {limit} tokens", exchange)


def streamed_as_unstreamed(catalogue: Catalogue, streamed: Form, unstreamed: Form) -> None:
    """A stream's pieces make up what the unstreamed request is answered with."""

    @catalogue.add(
        words(streamed, "stream-equals-the-unstreamed-answer"),
        f"The pieces of a greedy stream make up the text that {unstreamed.path} answers unstreamed.",
        source="behaviour.md#streams",
        operation=streamed.operation,
        needs=(*REPEATS, unstreamed.operation),
        why="Turning streaming on must not change what users read.",
    )
    def check(context: Context) -> None:
        forms = context.repeatable(unstreamed), context.repeatable(streamed)
        for limit in sorted(
            {context.repeatable_tokens(LONG), context.repeatable_tokens(long_limit(streamed))}
        ):
            with context.case():
                _, whole = ask_plain(context, forms[0], limit)
                exchange, pieces = ask_plain(context, forms[1], limit)
                _expect_same(streamed, whole, pieces, exchange)


def _expect_same(form: Form, whole: Answer, pieces: Answer, exchange: Exchange) -> None:
    text = (whole.text or "").rstrip("\N{REPLACEMENT CHARACTER}")
    together = "".join(pieces.pieces).rstrip("\N{REPLACEMENT CHARACTER}")
    expect_equal(text, together, "the pieces", exchange)
    reasons = [_reason(form, answer) for answer in (whole, pieces)]
    expect_equal(reasons[0], reasons[1], "the finish reason", exchange)
    expect_equal(whole.generated, pieces.generated, "the number of generated tokens", exchange)
    if whole.prompt is not None:
        expect_equal(whole.prompt, pieces.prompt, "the number of prompt tokens", exchange)
    if form.dialect == "generate":
        ids = [[token.get("id") for token in answer.tokens] for answer in (whole, pieces)]
        expect_equal(ids[0], ids[1], "ids", exchange)
    expect(not pieces.end_token, "no text of the end token", pieces.end_token, exchange)


def _reason(form: Form, answer: Answer) -> str | None:
    """Give the finish reason; TGI's streamed completions call the end token by its native name."""
    native = form.dialect == "completions" and answer.finish == "eos_token"
    return "stop" if native else answer.finish


def prompt_is_counted(catalogue: Catalogue, streamed: Form) -> None:
    """The last event of a stream counts the prompt as the unstreamed answer's header does."""

    @catalogue.add(
        words(streamed, "input-length-counts-the-prompt"),
        "`details.input_length` is what /generate says in `x-prompt-tokens` of the same prompt.",
        source="#/components/schemas/StreamDetails/properties/input_length",
        operation=streamed.operation,
        needs=("tgi-headers", GENERATE.operation),
        why="Gateways bill by it.",
    )
    def check(context: Context) -> None:
        whole, _ = ask(context, GENERATE, LIMITS[-1])
        exchange, streams = ask(context, streamed, LIMITS[-1])
        stated = whole.response.headers.get("x-prompt-tokens")
        expect_equal(stated, str(streams.prompt), "input_length", exchange)


def ask_plain(context: Context, form: Form, limit: int = LONG) -> tuple[Exchange, Answer]:
    """Ask greedily without the prompt in the answer."""
    return ask(context, form, limit, **bare(form))


def same_as_generate(catalogue: Catalogue, form: Form) -> None:
    """A route that is generate by another name answers as generate does."""

    @catalogue.add(
        words(form, "answers-as-generate"),
        "The same greedy request has the same tokens as at /generate.",
        source="behaviour.md#other-routes",
        operation=form.operation,
        needs=(*REPEATS, GENERATE.operation),
        why="The route is a way in, not another model.",
    )
    def check(context: Context) -> None:
        _, expected = ask_plain(context, context.repeatable(GENERATE), context.repeatable_tokens(LONG))
        exchange, actual = ask_plain(context, context.repeatable(form), context.repeatable_tokens(LONG))
        expect_equal(
            [t.get("id") for t in expected.tokens], [t.get("id") for t in actual.tokens], "ids", exchange
        )
        expect_equal(
            expected.text, actual.text if not form.streamed else "".join(actual.pieces), "text", exchange
        )


def full_text(catalogue: Catalogue, form: Form, *, default: bool) -> None:
    """`return_full_text` puts the prompt before the text, or leaves it away."""

    @catalogue.add(
        words(form, "return-full-text-decides-about-the-prompt"),
        f"`return_full_text` decides whether the prompt comes first; left out, it is {str(default).lower()}.",
        source="#/components/schemas/GenerateParameters/properties/return_full_text",
        operation=form.operation,
        why="Chat interfaces that expect the answer alone show the prompt twice.",
    )
    def check(context: Context) -> None:
        for asked in (True, False, None):
            with context.case():
                extra: dict[str, Any] = {} if asked is None else {"return_full_text": asked}
                prompt = UNUSUAL if asked else PROMPTS[0]
                exchange = context.cached(form.ask(prompt, tokens=4, **extra))
                text = expect_answer(form, exchange).text or ""
                whole = default if asked is None else asked
                starts = text.startswith(prompt)
                expect(starts is whole, f"{'the prompt first' if whole else 'no prompt'}", text, exchange)


def refused_alike(catalogue: Catalogue, streamed: Form, unstreamed: Form) -> None:
    """What is refused unstreamed is refused streamed, and the other way round."""

    @catalogue.add(
        words(streamed, "refuses-what-is-refused-unstreamed"),
        "A request that is refused unstreamed yields no token streamed.",
        source="behaviour.md#streams",
        operation=streamed.operation,
        depth=Depth.STANDARD,
        needs=(unstreamed.operation,),
        why="A client that streams must learn of its mistake too (text-generation-inference#2514).",
    )
    def check(context: Context) -> None:
        for asked in context.sample(_questionable(context, streamed), SOME):
            with context.case():
                plain = context.cached(unstreamed.ask(tokens=2, **asked))
                exchange = context.cached(streamed.ask(tokens=2, **asked))
                refused = plain.response.status != OK
                expect(
                    _has_token(exchange) is not refused,
                    f"{'no ' if refused else ''}tokens",
                    seen(exchange),
                    exchange,
                )


def _questionable(context: Context, form: Form) -> list[dict[str, Any]]:
    shared: list[dict[str, Any]] = [
        *({name: value} for name, value in bad_values(context, form)),
        {"seed": 7},
    ]
    if form.dialect == "generate":
        return [*shared, {"repetition_penalty": 0}, {"top_k": 0}, {"typical_p": 1.5}, {"truncate": 0}]
    return shared


def _has_token(exchange: Exchange) -> bool:
    if exchange.response.status != OK:
        return False
    bodies = [event.json_or_none for event in exchange.response.stream.events]
    return any(api.member(body, "token") or api.member(body, "choices") for body in bodies)
