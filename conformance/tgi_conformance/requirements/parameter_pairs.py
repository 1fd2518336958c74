"""Parameters in pairs: each one works whatever else the request has."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, GENERATE, PROMPT, Form, listed
from tgi_conformance.requirements._counting import REPLACEMENT
from tgi_conformance.requirements._declaration import RECORDED, requirement
from tgi_conformance.requirements._pairs import Factor, Row, rows
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.stops import at_token_ends, tokens_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

TOKENS = 24
SEED = 77
KEPT = 3
TOPS = 2
PATTERN = "[a-z]{3} [0-9]{2} (red|green|blue)"
GRAMMAR = {"type": "regex", "value": PATTERN}
ONE_TEXT = "sun 12 red"  # matches the pattern
LOW = 0.7  # a temperature at which most sampled answers repeat
SOME = 5  # tokens; most answers as short as this repeat even if decoding is not exact
UNSTREAMED = "decoder_input_details"
WHY = "Real requests combine parameters; one that is ignored only in a combination goes unnoticed."

SAMPLING = "sampling"
TEMPERATURE, NARROWING, TYPICAL = "temperature", "top_k and top_p", "typical_p"
PENALTIES = "penalties"
WITH_GRAMMAR = "a grammar"
TRUNCATE = "truncate"
TOP_TOKENS = "top tokens"
PREFILL = "prompt tokens"
FULL_TEXT = "full text"
LOGPROBS = "log-probabilities"
EARLIER = "earlier messages"

GENERATE_FACTORS = (
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
CHAT_FACTORS = (
    Factor(SAMPLING, {"temperature": 1.3, "top_p": 0.95}, samples=True),
    Factor(PENALTIES, {"frequency_penalty": 0.5, "presence_penalty": 0.5}),
    Factor(WITH_GRAMMAR, {"response_format": GRAMMAR}, "grammar"),
    Factor(LOGPROBS, {"logprobs": True, "top_logprobs": TOPS}, "top-tokens"),
    Factor(
        EARLIER,
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


def generate_rows(context: Context) -> tuple[Row, ...]:
    """Return the combinations to request from a form of the generate dialect."""
    return _rows(context, GENERATE_FACTORS)


def _rows(context: Context, factors: Sequence[Factor]) -> tuple[Row, ...]:
    """Return the rows, with less randomness if decoding is not exact."""
    if not context.exact:
        factors = [
            evolve(one, parameters={**one.parameters, **_less_random(one.parameters)}) for one in factors
        ]
    return rows(factors, context.capabilities.absent)


def _less_random(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return less random values: a grammar that allows only one text, and a lower temperature."""
    grammars = {
        name: {**GRAMMAR, "value": ONE_TEXT} for name, value in parameters.items() if value is GRAMMAR
    }
    return {**grammars, **({"temperature": LOW} if "temperature" in parameters else {})}


def tokens_of_row(context: Context, row: Row) -> int:
    """Return how many tokens to request: few if decoding is not exact, unless a grammar ends the answer."""
    return TOKENS if context.exact or WITH_GRAMMAR in row.factors else SOME


def generate_request(form: Form, row: Row, tokens: int, **extra: Any) -> Request:
    """Write a row as a request of the generate dialect; a stream cannot return prompt tokens."""
    kept = {key: one for key, one in row.parameters.items() if not form.streamed or key != UNSTREAMED}
    shared = {"details": True, "return_full_text": False, "seed": SEED}
    return form.ask(tokens=tokens, **{**shared, **kept, **extra})


@requirement(
    "parameters-keep-their-promises-together",
    "Limits, grammars, truncation, details, the returned prompt, seeds and stop strings work in combination "
    "with every other parameter.",
    forms=(GENERATE,),
    source="#/components/schemas/GenerateParameters",
    category="parameters",
    needs=("reproducible",),
    since=RECORDED,
    why=WHY,
)
def parameters_keep_their_promises_together(context: Context, form: Form) -> None:
    for row in generate_rows(context):
        with context.case():
            context.steadily(partial(_expect_whole_row, context, context.steady(form), row))


def _expect_whole_row(context: Context, form: Form, row: Row) -> None:
    """Raise UnmetError unless the answer to a row fits its factors, and a stop string ends it."""
    tokens = tokens_of_row(context, row)
    exchange = context.cached(generate_request(form, row, tokens))
    answer = expect_answer(form, exchange)
    _expect_row(row, tokens, answer, exchange)
    _expect_again(context, form, row, tokens, answer)


def _expect_row(row: Row, tokens: int, answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError unless the answer fits each factor of the row."""
    text, own = answer.text or "", "".join(answer.own_texts)
    prompt = text[: len(text) - len(own)]
    expect(text.rstrip(REPLACEMENT).endswith(own.rstrip(REPLACEMENT)), f"{own!r} at the end", text, exchange)
    if FULL_TEXT not in row.factors:
        expect_equal("", prompt.rstrip(REPLACEMENT), f"the text before the answer with {row.name}", exchange)
    elif TRUNCATE in row.factors:
        expect(bool(prompt), f"the prompt before the answer with {row.name}", text, exchange)
    else:
        expect(text.startswith(PROMPT), f"the prompt before the answer with {row.name}", text, exchange)
    _expect_end(row, tokens, len(answer.tokens), own, answer, exchange)
    expect_equal(len(answer.tokens), answer.generated, f"generated_tokens with {row.name}", exchange)
    sampled = bool(row.factors & {TEMPERATURE, NARROWING, TYPICAL})
    expect_equal(SEED if sampled else None, answer.seed, f"details.seed with {row.name}", exchange)
    _expect_shown(row, answer, exchange)


def _expect_end(  # noqa: PLR0913, PLR0917 - all that an end depends on
    row: Row, tokens: int, count: int, text: str, answer: Answer, exchange: Exchange
) -> None:
    expect(1 <= count <= tokens, f"1 to {tokens} tokens with {row.name}", count, exchange)
    if answer.finish == "length":
        expect_equal(tokens, count, f"tokens at `length` with {row.name}", exchange)
    if WITH_GRAMMAR in row.factors:
        fits = re.match(PATTERN, text.strip()) is not None
        expect(fits, f"a match of {PATTERN} with {row.name}", text, exchange)


def _expect_shown(row: Row, answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError unless top tokens and prompt tokens are present exactly if they were requested."""
    tops = [len(top) for top in answer.tops]
    if TOP_TOKENS in row.factors:
        least = _least(row)
        enough = len(tops) == len(answer.tokens) and all(count >= least for count in tops)
        expect(enough, f"{least} top tokens for each token with {row.name}", tops, exchange)
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
    """Return the least number of top tokens: some factors may leave only one token at a step."""
    return 1 if row.factors & {WITH_GRAMMAR, NARROWING, TYPICAL, SAMPLING} else TOPS


def _expect_again(context: Context, form: Form, row: Row, tokens: int, first: Answer) -> None:
    """Raise UnmetError unless the same request without details ends at a stop string."""
    pieces = first.own_texts
    stop = _stop(context, pieces)
    exchange = context.send(generate_request(form, row, tokens, details=False, **stop))
    text = expect_answer(form, exchange).text or ""
    whole = first.text or ""
    expected = _until(whole, stop, after=len(whole) - len("".join(pieces)))
    expect_equal(expected, text.rstrip(REPLACEMENT), f"the text with {row.name}{_named(stop)}", exchange)


def _stop(context: Context, pieces: Sequence[str]) -> dict[str, list[str]]:
    """Return a stop string at the end of one of the pieces, if one is suitable and the server allows any."""
    stops = [] if context.capabilities.limit("max_stop_sequences") == 0 else at_token_ends(pieces)[:1]
    return {"stop": stops} if stops else {}


def _named(stop: dict[str, list[str]]) -> str:
    return f" and stop {stop['stop'][0]!r}" if stop else ", requested again"


def _until(whole: str, stop: dict[str, list[str]], after: int) -> str:
    """Return the text to the end of the stop string, searched for after the prompt; all of it without one."""
    if not stop:
        return whole.rstrip(REPLACEMENT)
    (text,) = stop["stop"]
    return whole[: whole.find(text, max(after, 0)) + len(text)]


@requirement(
    "parameters-keep-their-promises-together",
    "Limits, formats, log-probabilities, earlier messages, seeds and stop strings work in combination with "
    "every other parameter, streamed or not.",
    forms=(CHAT,),
    source="#/components/schemas/ChatRequest",
    category="parameters",
    needs=("reproducible",),
    since=RECORDED,
    why=WHY,
)
def parameters_keep_their_promises_together_in_chat(context: Context, form: Form) -> None:
    for row in _rows(context, CHAT_FACTORS):
        with context.case():
            context.steadily(partial(_expect_whole_chat_row, context, context.steady(form), row))


def _expect_whole_chat_row(context: Context, form: Form, row: Row) -> None:
    """Raise UnmetError unless the answer to a row fits its factors, also streamed and with a stop string."""
    tokens = tokens_of_row(context, row)
    exchange = context.cached(_chat_request(form, row, tokens))
    if exchange.response.is_template_error:
        row = _without_system(row)
        exchange = context.cached(_chat_request(form, row, tokens))
    answer = expect_answer(form, exchange)
    _expect_chat_row(row, tokens, answer, _tokens_of_question(context, form, row), exchange)
    streamed = context.cached(_chat_request(context.steady(CHAT_STREAM), row, tokens))
    pieces = _expect_streamed_row(context, row, answer, streamed)
    stop = _stop(context, pieces)
    exchange = context.send(_chat_request(form, row, tokens, **stop))
    text = (expect_answer(form, exchange).text or "").rstrip(REPLACEMENT)
    expected = _until(answer.text or "", stop, after=0)
    expect_equal(expected, text, f"the text with {row.name}{_named(stop)}", exchange)


def _tokens_of_question(context: Context, form: Form, row: Row) -> int:
    """Count the prompt tokens of the row's question without earlier messages except a system message."""
    if "lengths" in context.capabilities.absent:
        return -1
    messages = row.parameters.get("messages", ())
    kept = [one for one in messages[:1] if one["role"] == "system"] + list(messages[-1:])
    asked = {"messages": kept} if kept else {}
    return expect_answer(form, context.cached(form.ask(tokens=1, **asked))).prompt or 0


def _without_system(row: Row) -> Row:
    _, *messages = row.parameters["messages"]
    return evolve(row, parameters={**row.parameters, "messages": messages})


def _chat_request(form: Form, row: Row, tokens: int, **extra: Any) -> Request:
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
    if EARLIER in row.factors:
        more = (answer.prompt or 0) > plain
        expect(more, f"more than {plain} prompt tokens with {row.name}", answer.prompt, exchange)


def _expect_streamed_row(context: Context, row: Row, whole: Answer, exchange: Exchange) -> tuple[str, ...]:
    """Raise UnmetError unless a stream agrees with the unstreamed answer; return its pieces."""
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
