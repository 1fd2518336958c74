"""Parameters that come together: each keeps its promise whatever else is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.api import CHAT_STREAM, GENERATE, PROMPT, Form, listed
from tgi_conformance.families.answers import json_events
from tgi_conformance.families.combinations import Factor, Row, rows
from tgi_conformance.families.stops import at_token_ends, tokens_of
from tgi_conformance.families.tokens import REPLACEMENT
from tgi_conformance.requirement import RECORDED
from tgi_conformance.verify import expect, expect_answer, expect_equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.answer import Answer
    from tgi_conformance.exchange import Exchange, Request
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

TOKENS = 24
SEED = 77
KEPT = 3
TOPS = 2
PATTERN = "[a-z]{3} [0-9]{2} (red|green|blue)"
GRAMMAR = {"type": "regex", "value": PATTERN}
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


def native_rows(trial: Trial) -> tuple[Row, ...]:
    """Give what to ask of a form of the generate dialect."""
    return rows(NATIVE, trial.facts.absent)


def asking(form: Form, row: Row, **extra: Any) -> Request:
    """Write a row as a request of the generate dialect; a stream cannot show the prompt's tokens."""
    kept = {key: one for key, one in row.parameters.items() if not form.streamed or key != UNSTREAMED}
    shared = {"details": True, "return_full_text": False, "seed": SEED}
    return form.ask(tokens=TOKENS, **{**shared, **kept, **extra})


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
    def check(trial: Trial) -> None:
        for row in native_rows(trial):
            with trial.case():
                exchange = trial.sample(asking(GENERATE, row))
                answer = expect_answer(GENERATE, exchange)
                _expect_row(row, answer, exchange)
                _expect_again(trial, row, answer)


def _expect_row(row: Row, answer: Answer, exchange: Exchange) -> None:
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
    _expect_end(row, len(answer.tokens), own, answer, exchange)
    expect_equal(len(answer.tokens), answer.generated, f"generated_tokens with {row.name}", exchange)
    sampled = bool(row.factors & {TEMPERATURE, NARROWING, TYPICAL})
    expect_equal(SEED if sampled else None, answer.seed, f"details.seed with {row.name}", exchange)
    _expect_shown(row, answer, exchange)


def _expect_end(row: Row, count: int, text: str, answer: Answer, exchange: Exchange) -> None:
    expect(1 <= count <= TOKENS, f"1 to {TOKENS} tokens with {row.name}", count, exchange)
    if answer.finish == "length":
        expect_equal(TOKENS, count, f"tokens at `length` with {row.name}", exchange)
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


def _expect_again(trial: Trial, row: Row, first: Answer) -> None:
    """Raise UnmetError unless the same, asked without details and with a stop string, ends at that string."""
    pieces = first.own_texts
    stop = _stop(trial, pieces)
    exchange = trial.send(asking(GENERATE, row, details=False, **stop))
    text = expect_answer(GENERATE, exchange).text or ""
    whole = first.text or ""
    expected = _until(whole, stop, after=len(whole) - len("".join(pieces)))
    expect_equal(expected, text.rstrip(REPLACEMENT), f"the text with {row.name}{_named(stop)}", exchange)


def _stop(trial: Trial, pieces: Sequence[str]) -> dict[str, list[str]]:
    """Ask for a stop string that one of the pieces ends with, if one serves and the server takes any."""
    stops = [] if trial.facts.limit("max_stop_sequences") == 0 else at_token_ends(pieces)[:1]
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
    def check(trial: Trial) -> None:
        for row in rows(CHATTED, trial.facts.absent):
            with trial.case():
                exchange = trial.sample(_chatting(form, row))
                if exchange.response.is_template_error:
                    row = _without_system(row)  # noqa: PLW2901 - the same row for a template that has none
                    exchange = trial.sample(_chatting(form, row))
                answer = expect_answer(form, exchange)
                _expect_chat_row(row, answer, _without_turns(trial, form, row), exchange)
                streamed = trial.sample(_chatting(CHAT_STREAM, row))
                pieces = _expect_streamed_row(row, answer, streamed)
                stop = _stop(trial, pieces)
                exchange = trial.send(_chatting(form, row, **stop))
                text = (expect_answer(form, exchange).text or "").rstrip(REPLACEMENT)
                expected = _until(answer.text or "", stop, after=0)
                expect_equal(expected, text, f"the text with {row.name}{_named(stop)}", exchange)


def _without_turns(trial: Trial, form: Form, row: Row) -> int:
    """Count the prompt tokens of the row's question alone, after its system message if it has one."""
    if "lengths" in trial.facts.absent:
        return -1
    messages = row.parameters.get("messages", ())
    kept = [one for one in messages[:1] if one["role"] == "system"] + list(messages[-1:])
    asked = {"messages": kept} if kept else {}
    return expect_answer(form, trial.sample(form.ask(tokens=1, **asked))).prompt or 0


def _without_system(row: Row) -> Row:
    _, *messages = row.parameters["messages"]
    return evolve(row, parameters={**row.parameters, "messages": messages})


def _chatting(form: Form, row: Row, **extra: Any) -> Request:
    usage = {"stream_options": {"include_usage": True}} if form.streamed else {}
    shared = {"temperature": 0.0, "seed": SEED, **usage}
    return form.ask(tokens=TOKENS, **{**shared, **extra, **row.parameters})


def _expect_chat_row(row: Row, answer: Answer, plain: int, exchange: Exchange) -> None:
    _expect_end(row, answer.generated or 0, answer.text or "", answer, exchange)
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


def _expect_streamed_row(row: Row, whole: Answer, exchange: Exchange) -> tuple[str, ...]:
    """Raise UnmetError unless a stream says what the unstreamed answer did; give its pieces."""
    answer = expect_answer(CHAT_STREAM, exchange)
    for what in ("finish", "generated", "prompt"):
        expected, actual = getattr(whole, what), getattr(answer, what)
        expect_equal(expected, actual, f"{what} with {row.name}, as unstreamed", exchange)
    texts = [(one.text or "").rstrip(REPLACEMENT) for one in (whole, answer)]
    expect_equal(texts[0], texts[1], f"the text with {row.name}, as unstreamed", exchange)
    shown = [bool(listed(event, "choices", 0, "logprobs", "content")) for event in json_events(exchange)]
    asked = LOGPROBS in row.factors
    expect(any(shown) is asked, f"{'some' if asked else 'no'} logprobs with {row.name}", shown, exchange)
    return tokens_of(answer)
