"""Parameters that come together: each keeps its promise whatever else is asked."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.forms import CHAT_STREAM, GENERATE, PROMPT, Form, listed
from tgi_conformance.requirements._combinations import Factor, Row, rows
from tgi_conformance.requirements._declare import RECORDED
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.stops import at_token_ends, tokens_of
from tgi_conformance.requirements.tokens import REPLACEMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

TOKENS = 24
SEED = 77
KEPT = 3
TOPS = 2
PATTERN = "[a-z]{3} [0-9]{2} (red|green|blue)"
GRAMMAR = {"type": "regex", "value": PATTERN}
ONE_TEXT = "sun 12 red"  # of those that the pattern matches
LOW = 0.7  # a temperature at which most draws repeat
SOME = 5  # tokens, of which most answers repeat where decoding is not exact
UNSTREAMED = "decoder_input_details"
WHY = "Nobody asks for one thing at a time; what is lost only in company is lost in silence."

SAMPLING = "sampling"
TEMPERATURE, NARROWING, TYPICAL = "temperature", "top_k and top_p", "typical_p"
PENALTIES = "penalties"
WITH_GRAMMAR = "a grammar"
TRUNCATE = "truncate"
TOP_TOKENS = "top tokens"
PREFILL = "prompt tokens"
FULL_TEXT = "full text"
LOGPROBS = "log-probabilities"
TURNS = "earlier turns"

NATIVE = (
    Factor(TEMPERATURE, {"do_sample": True, "temperature": 1.3}, samples=True),
    Factor(NARROWING, {"top_k": 40, "top_p": 0.95}, samples=True),
    Factor(TYPICAL, {"typical_p": 0.9}, samples=True),
    Factor(PENALTIES, {"repetition_penalty": 1.3, "frequency_penalty": 0.5}),
    Factor(WITH_GRAMMAR, {"grammar": GRAMMAR}, "grammar"),
    Factor(TRUNCATE, {"truncate": KEPT}),
    Factor(TOP_TOKENS, {"top_n_tokens": TOPS}, "top-tokens"),
    Factor(PREFILL, {UNSTREAMED: True}, "prefill"),
    Factor(FULL_TEXT, {"return_full_text": True}),
)
CHATTED = (
    Factor(SAMPLING, {"temperature": 1.3, "top_p": 0.95}, samples=True),
    Factor(PENALTIES, {"frequency_penalty": 0.5, "presence_penalty": 0.5}),
    Factor(WITH_GRAMMAR, {"response_format": GRAMMAR}, "grammar"),
    Factor(LOGPROBS, {"logprobs": True, "top_logprobs": TOPS}, "top-tokens"),
    Factor(
        TURNS,
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Name a colour.", "name": "ada"},
                {"role": "assistant", "content": "Red."},
                {"role": "user", "content": PROMPT},
            ]
        },
    ),
)


def native_rows(context: Context) -> tuple[Row, ...]:
    """Give what to ask of a form of the generate dialect."""
    return _rows(context, NATIVE)


def _rows(context: Context, factors: Sequence[Factor]) -> tuple[Row, ...]:
    """Give the rows; where decoding is not exact, with less of chance."""
    if not context.exact:
        factors = [evolve(one, parameters={**one.parameters, **_surer(one.parameters)}) for one in factors]
    return rows(factors, context.capabilities.absent)


def _surer(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give a grammar that leaves one text alone for the other, and a lower temperature."""
    grammars = {
        name: {**GRAMMAR, "value": ONE_TEXT} for name, value in parameters.items() if value is GRAMMAR
    }
    return {**grammars, **({"temperature": LOW} if "temperature" in parameters else {})}


def tokens_of_row(context: Context, row: Row) -> int:
    """Give how many tokens to ask for: few where decoding is not exact, unless a grammar ends the answer."""
    return TOKENS if context.exact or WITH_GRAMMAR in row.factors else SOME


def asking(form: Form, row: Row, tokens: int, **extra: Any) -> Request:
    """Write a row as a request of the generate dialect; a stream cannot show the prompt's tokens."""
    kept = {key: one for key, one in row.parameters.items() if not form.streamed or key != UNSTREAMED}
    shared = {"details": True, "return_full_text": False, "seed": SEED}
    return form.ask(tokens=tokens, **{**shared, **kept, **extra})


def together(catalogue: Catalogue) -> None:
    """The promises of /generate about parameters that come together."""

    @catalogue.add(
        "parameters-keep-their-promises-together",
        "Limits, grammars, truncation, details, the prompt, seeds and stop strings count "
        "whatever else is asked.",
        source="#/components/schemas/GenerateParameters",
        needs=("reproducible",),
        since=RECORDED,
        why=WHY,
    )
    def check(context: Context) -> None:
        for row in native_rows(context):
            with context.case():
                context.steadily(partial(_expect_whole_row, context, context.steady(GENERATE), row))


def _expect_whole_row(context: Context, form: Form, row: Row) -> None:
    """Raise UnmetError unless a row is answered as its factors promise, and ends at a stop string."""
    tokens = tokens_of_row(context, row)
    exchange = context.cached(asking(form, row, tokens))
    answer = expect_answer(form, exchange)
    _expect_row(row, tokens, answer, exchange)
    _expect_again(context, form, row, tokens, answer)


def _expect_row(row: Row, tokens: int, answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError unless the answer has what each factor of the row promises."""
    text, own = answer.text or "", "".join(answer.own_texts)
    prompt = text[: len(text) - len(own)]
    expect(text.rstrip(REPLACEMENT).endswith(own.rstrip(REPLACEMENT)), f"{own!r} at the end", text, exchange)
    if FULL_TEXT not in row.factors:
        expect_equal(
            "", prompt.rstrip(REPLACEMENT), f"what comes before the answer with {row.name}", exchange
        )
    elif TRUNCATE in row.factors:
        expect(bool(prompt), f"the prompt before the answer with {row.name}", text, exchange)
    else:
        expect(text.startswith(PROMPT), f"the prompt before the answer with {row.name}", text, exchange)
    _expect_end(row, tokens, len(answer.tokens), own, answer, exchange)
    expect_equal(len(answer.tokens), answer.generated, f"generated_tokens with {row.name}", exchange)
    sampled = bool(row.factors & {TEMPERATURE, NARROWING, TYPICAL})
    expect_equal(SEED if sampled else None, answer.seed, f"details.seed with {row.name}", exchange)
    _expect_shown(row, answer, exchange)


def _expect_end(  # noqa: PLR0913, PLR0917 - what an end is told by
    row: Row, tokens: int, count: int, text: str, answer: Answer, exchange: Exchange
) -> None:
    expect(1 <= count <= tokens, f"1 to {tokens} tokens with {row.name}", count, exchange)
    if answer.finish == "length":
        expect_equal(tokens, count, f"tokens at `length` with {row.name}", exchange)
    if WITH_GRAMMAR in row.factors:
        fits = re.match(PATTERN, text.strip()) is not None
        expect(fits, f"a match of {PATTERN} with {row.name}", text, exchange)


def _expect_shown(row: Row, answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError unless top tokens and the prompt's tokens are there just where they were asked for."""
    tops = [len(top) for top in answer.tops]
    if TOP_TOKENS in row.factors:
        least = _least(row)
        enough = len(tops) == len(answer.tokens) and all(count >= least for count in tops)
        expect(enough, f"{least} top tokens a token with {row.name}", tops, exchange)
    else:
        expect(not tops, f"no top tokens with {row.name}", tops, exchange)
    prefill = listed(answer.raw, "details", "prefill")
    if PREFILL not in row.factors:
        expect_equal(0, len(prefill), f"entries of prefill with {row.name}", exchange)
    elif TRUNCATE in row.factors:
        expect_equal(KEPT, len(prefill), f"entries of prefill with {row.name}", exchange)
    else:
        expect(len(prefill) > KEPT, f"the whole prompt in prefill with {row.name}", prefill, exchange)


def _least(row: Row) -> int:
    """Give how many top tokens there are at least: some factors leave no more than one token at a step."""
    return 1 if row.factors & {WITH_GRAMMAR, NARROWING, TYPICAL, SAMPLING} else TOPS


def _expect_again(context: Context, form: Form, row: Row, tokens: int, first: Answer) -> None:
    """Raise UnmetError unless the same, asked without details and with a stop string, ends at that string."""
    pieces = first.own_texts
    stop = _stop(context, pieces)
    exchange = context.send(asking(form, row, tokens, details=False, **stop))
    text = expect_answer(form, exchange).text or ""
    whole = first.text or ""
    expected = _until(whole, stop, after=len(whole) - len("".join(pieces)))
    expect_equal(expected, text.rstrip(REPLACEMENT), f"the text with {row.name}{_named(stop)}", exchange)


def _stop(context: Context, pieces: Sequence[str]) -> dict[str, list[str]]:
    """Ask for a stop string that one of the pieces ends with, if one serves and the server takes any."""
    stops = [] if context.capabilities.limit("max_stop_sequences") == 0 else at_token_ends(pieces)[:1]
    return {"stop": stops} if stops else {}


def _named(stop: dict[str, list[str]]) -> str:
    return f" and stop {stop['stop'][0]!r}" if stop else ", asked again"


def _until(whole: str, stop: dict[str, list[str]], after: int) -> str:
    """Give the text up to the end of the stop string, looked for behind a prompt; all of it without one."""
    if not stop:
        return whole.rstrip(REPLACEMENT)
    (text,) = stop["stop"]
    return whole[: whole.find(text, max(after, 0)) + len(text)]


def chat_together(catalogue: Catalogue, form: Form) -> None:
    """The promises of chat about parameters that come together."""

    @catalogue.add(
        "parameters-keep-their-promises-together",
        "Limits, formats, log-probabilities, turns, seeds and stop strings count whatever else is asked, "
        "streamed as well.",
        source="#/components/schemas/ChatRequest",
        needs=("reproducible",),
        since=RECORDED,
        why=WHY,
    )
    def check(context: Context) -> None:
        for row in _rows(context, CHATTED):
            with context.case():
                context.steadily(partial(_expect_whole_chat_row, context, context.steady(form), row))


def _expect_whole_chat_row(context: Context, form: Form, row: Row) -> None:
    """Raise UnmetError unless a row is answered as its factors promise, streamed and cut short too."""
    tokens = tokens_of_row(context, row)
    exchange = context.cached(_chatting(form, row, tokens))
    if exchange.response.is_template_error:
        row = _without_system(row)
        exchange = context.cached(_chatting(form, row, tokens))
    answer = expect_answer(form, exchange)
    _expect_chat_row(row, tokens, answer, _without_turns(context, form, row), exchange)
    streamed = context.cached(_chatting(context.steady(CHAT_STREAM), row, tokens))
    pieces = _expect_streamed_row(context, row, answer, streamed)
    stop = _stop(context, pieces)
    exchange = context.send(_chatting(form, row, tokens, **stop))
    text = (expect_answer(form, exchange).text or "").rstrip(REPLACEMENT)
    expected = _until(answer.text or "", stop, after=0)
    expect_equal(expected, text, f"the text with {row.name}{_named(stop)}", exchange)


def _without_turns(context: Context, form: Form, row: Row) -> int:
    """Count the prompt tokens of the row's question alone, after its system message if it has one."""
    if "lengths" in context.capabilities.absent:
        return -1
    messages = row.parameters.get("messages", ())
    kept = [one for one in messages[:1] if one["role"] == "system"] + list(messages[-1:])
    asked = {"messages": kept} if kept else {}
    return expect_answer(form, context.cached(form.ask(tokens=1, **asked))).prompt or 0


def _without_system(row: Row) -> Row:
    _, *messages = row.parameters["messages"]
    return evolve(row, parameters={**row.parameters, "messages": messages})


def _chatting(form: Form, row: Row, tokens: int, **extra: Any) -> Request:
    usage = {"stream_options": {"include_usage": True}} if form.streamed else {}
    shared = {"temperature": 0.0, "seed": SEED, **usage}
    return form.ask(tokens=tokens, **{**shared, **extra, **row.parameters})


def _expect_chat_row(row: Row, tokens: int, answer: Answer, plain: int, exchange: Exchange) -> None:
    _expect_end(row, tokens, answer.generated or 0, answer.text or "", answer, exchange)
    entries = listed(answer.raw, "choices", 0, "logprobs", "content")
    if LOGPROBS in row.factors:
        least = _least(row)
        shown = [len(listed(entry, "top_logprobs")) >= least for entry in entries]
        expected = f"{answer.generated} entries of {least} alternatives with {row.name}"
        expect(len(shown) == answer.generated and all(shown), expected, entries, exchange)
    else:
        expect(not entries, f"no log-probabilities with {row.name}", entries, exchange)
    if TURNS in row.factors:
        more = (answer.prompt or 0) > plain
        expect(more, f"more than {plain} prompt tokens with {row.name}", answer.prompt, exchange)


def _expect_streamed_row(context: Context, row: Row, whole: Answer, exchange: Exchange) -> tuple[str, ...]:
    """Raise UnmetError unless a stream says what the unstreamed answer did; give its pieces."""
    answer = expect_answer(CHAT_STREAM, exchange)
    for what in ("finish", "generated", "prompt"):
        if what == "generated" and not context.exact:
            continue  # the same text may be cut into other tokens
        expected, actual = getattr(whole, what), getattr(answer, what)
        expect_equal(expected, actual, f"{what} with {row.name}, as unstreamed", exchange)
    texts = [(one.text or "").rstrip(REPLACEMENT) for one in (whole, answer)]
    expect_equal(texts[0], texts[1], f"the text with {row.name}, as unstreamed", exchange)
    shown = [bool(listed(event, "choices", 0, "logprobs", "content")) for event in json_events(exchange)]
    asked = LOGPROBS in row.factors
    expect(any(shown) is asked, f"{'some' if asked else 'no'} logprobs with {row.name}", shown, exchange)
    return tokens_of(answer)
