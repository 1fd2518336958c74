"""The same request has the same answer: sent again, streamed, and on another route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.forms import (
    GENERATE,
    GENERATE_STREAM,
    INVOCATIONS,
    ROOT,
    STREAMED,
    Form,
    member,
    unstreamed,
)
from tgi_conformance.requirements._counting import LIMITS, LONG, PROMPTS, ask, bare, counted, long_limit
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import NATIVE_STREAMED, PRIMARY
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, seen
from tgi_conformance.requirements.characters import UNUSUAL
from tgi_conformance.requirements.validation import bad_values

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

REPEATS = ("reproducible",)
SOME = 2  # requests that may be invalid, where not all of them are sent
FULL_TEXT_BY_DEFAULT = (ROOT, INVOCATIONS)
# Parameters of greedy requests that show more or less of the same answer.
SHOWING_ELSE: dict[str, dict[str, Any]] = {
    "generate": {},
    "chat": {"temperature": 0.0, "logprobs": True},
    "completions": {"temperature": 0.0},
}


@requirement(
    "greedy-answers-repeat",
    "A greedy request that is sent again is answered with the same text.",
    forms=PRIMARY,
    source="behaviour.md#greedy-and-sampled",
    category="parity",
    needs=REPEATS,
    why="Caches and tests rely on it.",
)
def greedy_answers_repeat(context: Context, form: Form) -> None:
    asked, limit = context.repeatable(form), context.repeatable_tokens(LONG)
    _, first = ask(context, asked, limit)
    exchange = context.send(asked.ask(tokens=limit, **counted(form)))
    expect_equal(first.text, expect_answer(form, exchange).text, "the text", exchange)
    exchange = context.cached(asked.ask(tokens=limit, **SHOWING_ELSE[form.dialect]))
    expect_equal(
        first.text, expect_answer(form, exchange).text, "the text, whatever else is returned", exchange
    )


@requirement(
    "smaller-limit-gives-a-prefix",
    "A smaller limit on tokens gives the beginning of the same greedy answer.",
    forms=PRIMARY,
    source="behaviour.md#greedy-and-sampled",
    category="parity",
    needs=REPEATS,
    why="Otherwise the limit changes what is generated, not only how much.",
)
def smaller_limit_gives_a_prefix(context: Context, form: Form) -> None:
    asked = context.repeatable(form)
    _, whole = ask(context, asked, context.repeatable_tokens(LONG))
    for limit in (2, context.repeatable_tokens(12)):
        exchange, part = ask(context, asked, limit)
        text = (part.text or "").rstrip("\N{REPLACEMENT CHARACTER}")
        expect((whole.text or "").startswith(text), f"a prefix of {whole.text!r}", part.text, exchange)
        ids = [[token.get("id") for token in answer.tokens] for answer in (whole, part)]
        expect_equal(ids[0][:limit], ids[1], f"the ids of the first {limit} tokens", exchange)


def _pieces_make_up(form: Form) -> str:
    path = unstreamed(form).path
    return f"The pieces of a greedy stream, joined, are the text that {path} returns without streaming."


@requirement(
    "stream-equals-the-unstreamed-answer",
    _pieces_make_up,
    forms=STREAMED,
    source="behaviour.md#streams",
    category="parity",
    needs=lambda form: (*REPEATS, unstreamed(form).operation),
    why="Turning on streaming must not change what users read.",
)
def stream_equals_the_unstreamed_answer(context: Context, form: Form) -> None:
    forms = context.repeatable(unstreamed(form)), context.repeatable(form)
    for limit in sorted({context.repeatable_tokens(LONG), context.repeatable_tokens(long_limit(form))}):
        with context.case():
            _, whole = _ask_without_prompt(context, forms[0], limit)
            exchange, pieces = _ask_without_prompt(context, forms[1], limit)
            uncounted = pieces.generated is None or form.dialect == "completions"
            if context.beyond_tgi and uncounted:  # other servers count a stream only if asked, if at all
                pieces = evolve(pieces, generated=whole.generated, prompt=whole.prompt)
            _expect_same(form, whole, pieces, exchange)


def _expect_same(form: Form, whole: Answer, pieces: Answer, exchange: Exchange) -> None:
    text = (whole.text or "").rstrip("\N{REPLACEMENT CHARACTER}")
    joined = "".join(pieces.pieces).rstrip("\N{REPLACEMENT CHARACTER}")
    expect_equal(text, joined, "the joined pieces", exchange)
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
    """Return the finish reason; TGI's streamed completions say `eos_token` instead of `stop`."""
    native = form.dialect == "completions" and answer.finish == "eos_token"
    return "stop" if native else answer.finish


@requirement(
    "input-length-counts-the-prompt",
    "`details.input_length` equals the `x-prompt-tokens` that /generate returns for the same prompt.",
    forms=NATIVE_STREAMED,
    source="#/components/schemas/StreamDetails/properties/input_length",
    category="parity",
    needs=("tgi-headers", GENERATE.operation),
    why="Gateways bill by it.",
)
def input_length_counts_the_prompt(context: Context, form: Form) -> None:
    for prompt in PROMPTS:  # one of them is beyond ASCII, where counts of characters and bytes differ
        with context.case():
            asked = {"tokens": LIMITS[-1], "details": True}
            whole = context.cached(GENERATE.ask(prompt, **asked))
            exchange = context.cached(form.ask(prompt, **asked))
            stated = whole.response.headers.get("x-prompt-tokens")
            streamed = expect_answer(form, exchange)
            expect_equal(stated, str(streamed.prompt), "input_length", exchange)


def _ask_without_prompt(context: Context, form: Form, limit: int) -> tuple[Exchange, Answer]:
    """Request a greedy answer without the prompt in its text."""
    return ask(context, form, limit, **bare(form))


@requirement(
    "answers-as-generate",
    "A greedy request is answered with the same tokens as at /generate.",
    forms=(ROOT, INVOCATIONS),
    source="behaviour.md#other-routes",
    category="parity",
    needs=(*REPEATS, GENERATE.operation),
    why="The route is another path to the same model.",
)
def answers_as_generate(context: Context, form: Form) -> None:
    _, expected = _ask_without_prompt(context, context.repeatable(GENERATE), context.repeatable_tokens(LONG))
    exchange, actual = _ask_without_prompt(context, context.repeatable(form), context.repeatable_tokens(LONG))
    ids = [[token.get("id") for token in answer.tokens] for answer in (expected, actual)]
    expect_equal(ids[0], ids[1], "ids", exchange)
    expect_equal(expected.text, actual.text, "text", exchange)


def _full_text(form: Form) -> str:
    default = str(form in FULL_TEXT_BY_DEFAULT).lower()
    return f"With `return_full_text` the text begins with the prompt; the default is `{default}`."


@requirement(
    "return-full-text-decides-about-the-prompt",
    _full_text,
    forms=(GENERATE, GENERATE_STREAM, *FULL_TEXT_BY_DEFAULT),
    source="#/components/schemas/GenerateParameters/properties/return_full_text",
    category="parity",
    why="A chat interface that expects only the generated text would show the prompt twice.",
)
def return_full_text_decides_about_the_prompt(context: Context, form: Form) -> None:
    for asked in (True, False, None):
        with context.case():
            extra: dict[str, Any] = {} if asked is None else {"return_full_text": asked}
            prompt = UNUSUAL if asked else PROMPTS[0]
            exchange = context.cached(form.ask(prompt, tokens=4, **extra))
            text = expect_answer(form, exchange).text or ""
            whole = form in FULL_TEXT_BY_DEFAULT if asked is None else asked
            starts = text.startswith(prompt)
            expect(starts is whole, f"{'the prompt first' if whole else 'no prompt'}", text, exchange)


@requirement(
    "refuses-what-is-refused-unstreamed",
    "A streaming request is refused before any token exactly when the same request is refused without "
    "streaming.",
    forms=STREAMED,
    source="behaviour.md#streams",
    category="parity",
    needs=lambda form: (unstreamed(form).operation,),
    why="A streaming client needs the error to notice its mistake (text-generation-inference#2514).",
)
def refuses_what_is_refused_unstreamed(context: Context, form: Form) -> None:
    for asked in context.sample(_questionable(context, form), SOME):
        with context.case():
            plain = context.cached(unstreamed(form).ask(tokens=2, **asked))
            exchange = context.cached(form.ask(tokens=2, **asked))
            refused = plain.response.status != OK
            expected = f"{'no ' if refused else ''}tokens"
            expect(_has_token(exchange) is not refused, expected, seen(exchange), exchange)


def _questionable(context: Context, form: Form) -> list[dict[str, Any]]:
    """Return parameters of which some are refused by every release, others by some releases only."""
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
    return any(member(body, "token") or member(body, "choices") for body in bodies)
