"""Parameters that a server may take and ignore: each must change the answer, or leave it as it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tgi_conformance.protocol.forms import GENERATE, PROMPT, listed, member
from tgi_conformance.requirements._naming import grammar_name, hyphened, parameter, with_grammar, words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, expect_status
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.effects_in_noise import (
    expect_penalty,
    expect_temperature,
    expect_top_k,
    expect_top_p,
    unsupported,
)
from tgi_conformance.requirements.tokens import LONG, ask, counted
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

TOKENS = 16
SILENT = "A parameter that is taken and ignored is a promise broken in silence."
SEEDS = (11, 12, 13, 14)
PENALTIES: Mapping[str, Mapping[str, float]] = {
    "generate": {"repetition_penalty": 4.0},
    "chat": {"presence_penalty": 2.0},
    "completions": {"repetition_penalty": 4.0},
}
# Values that change what a seed gives, unless they are ignored.
SHIFTING: Mapping[str, tuple[float, ...]] = {
    "temperature": (0.01, 3.0),
    "top_p": (0.000001, 0.6),  # less than an even share of the largest vocabulary
    "top_k": (2,),
    "typical_p": (0.05,),
    "frequency_penalty": (-1.9, 1.9),
}
# What a parameter must have its effect beside, where the form knows it.
BESIDE: Mapping[str, Mapping[str, Any]] = {
    "temperature": {"top_k": 40, "top_p": 0.95},
    "frequency_penalty": {"repetition_penalty": 1.2, "presence_penalty": 0.2},
    "repetition_penalty": {"frequency_penalty": 0.5},
    "presence_penalty": {"frequency_penalty": 0.5},
}
NATIVE = frozenset({"typical_p", "top_k"})  # not among the members of the OpenAI-style routes
DOUBT = -1.0  # log-probability of a whole answer above which other answers are too rare to be seen
UNLIMITED = Version("3.0")  # before it an answer without a limit had 100 tokens
DIGITS, FEWER_DIGITS = 110, 30  # each with a space: as many tokens or twice as many
# How strongly these count is the model server's own affair; log-probabilities show it, a few tokens may not.
WEAK = frozenset({"frequency_penalty", "presence_penalty"})
# What makes a form show the log-probabilities of its tokens.
SHOWING: Mapping[str, Mapping[str, Any]] = {
    "generate": {"details": True},
    "chat": {"logprobs": True},
    "completions": {},
}


def effects(catalogue: Catalogue, form: Form) -> None:
    """The promises of parameters that could be ignored without an error."""
    for name, value in PENALTIES[form.dialect].items():
        _penalty(catalogue, form, name, value)
    for name, values in SHIFTING.items():
        if name not in NATIVE or form.dialect == "generate":
            _shifting(catalogue, form, name, values)
    _top_p_near_zero(catalogue, form)
    _unknown_members(catalogue, form)
    _omitted_limit(catalogue, form)


def _text(form: Form, answer: Answer) -> str:
    return "".join(answer.pieces) if form.streamed else answer.text or ""


def _shown(form: Form, exchange: Exchange) -> tuple[str, list[float]]:
    """Give the text, and the log-probabilities where the form shows them."""
    answer = expect_answer(form, exchange)
    logprobs = [token.get("logprob") for token in answer.tokens]
    if form.dialect == "chat":
        bodies = json_events(exchange) if form.streamed else [exchange.response.json]
        entries = [e for body in bodies for e in listed(body, "choices", 0, "logprobs", "content")]
        logprobs = [member(entry, "logprob") for entry in entries]
    return _text(form, answer), [round(one, 3) for one in logprobs if isinstance(one, (int, float))]


def _level(form: Form, name: str) -> Level:
    return Level.SHOULD if name in WEAK and form.dialect == "completions" else Level.MUST


def _greedy(context: Context, form: Form, prompt: str, **extra: Any) -> Exchange:
    how = {**counted(form), **SHOWING[form.dialect], **extra}
    return context.cached(form.ask(prompt, tokens=TOKENS, **how))


def _sampled(context: Context, form: Form, seed: int, **extra: Any) -> Exchange:
    how = {**_sampling(form, seed), **SHOWING[form.dialect], **extra}
    return context.cached(form.ask(tokens=TOKENS, **how))


def _sampling(form: Form, seed: int) -> dict[str, Any]:
    sampled: dict[str, Any] = {"temperature": 1.0, "seed": seed}
    return {**sampled, "do_sample": True} if form.dialect == "generate" else sampled


def _beside(context: Context, form: Form, name: str) -> dict[str, Any]:
    """Give what to ask beside a parameter; nothing on routes that do not lead."""
    known = context.contract.has
    others = BESIDE.get(name, {}) if context.checks_every_case else {}
    return {other: value for other, value in others.items() if known(parameter(form, other))}


def _unless_it_ends_at_once(form: Form, exchange: Exchange) -> None:
    """Raise UnsupportedError where the model's answer ended by itself: a parameter had little to change."""
    answer = expect_answer(form, exchange)
    if answer.finish in {"eos_token", "stop"}:
        raise UnsupportedError(f"the model ends its answers at once: {_text(form, answer)[:100]!r}")


def _penalty(catalogue: Catalogue, form: Form, name: str, value: float) -> None:
    @catalogue.add(
        words(form, f"{hyphened(name)}-has-an-effect"),
        f"A `{name}` of {value} changes a greedy answer that repeats what stands in its prompt.",
        source=parameter(form, name),
        operation=form.operation,
        level=_level(form, name),
        needs=("reproducible",),
        why=SILENT,
    )
    def check(context: Context) -> None:
        answer = _text(form, ask(context, form, LONG)[1])
        prompts = (PROMPT + answer + " " + PROMPT, (PROMPT + answer) * 2 + PROMPT)
        if not context.decoding_is_exact:
            expect_penalty(context, form, prompts, {name: value})
            return
        pairs = (
            (_greedy(context, form, one), _greedy(context, form, one, **{name: value})) for one in prompts
        )
        _expect_another(context, form, f"{name} {value}", pairs)
        beside = _beside(context, form, name)
        if beside:
            with context.case():
                sampled = {**_sampling(form, SEEDS[0]), **beside}
                pairs = (
                    (
                        _greedy(context, form, one, **sampled),
                        _greedy(context, form, one, **sampled, **{name: value}),
                    )
                    for one in prompts
                )
                _expect_another(context, form, f"{name} {value} beside {beside}", pairs)


def _shifting(catalogue: Catalogue, form: Form, name: str, values: tuple[float, ...]) -> None:
    @catalogue.add(
        words(form, f"{hyphened(name)}-has-an-effect"),
        f"A `{name}` of {' and one of '.join(map(str, values))} changes what some of several seeds give.",
        source=parameter(form, name),
        operation=form.operation,
        level=_level(form, name),
        needs=("reproducible",),
        why=SILENT,
    )
    def check(context: Context) -> None:
        if not context.decoding_is_exact:
            _expect_shift_in_noise(context, form, name)
            return
        for value in context.sample(values):
            with context.case():
                pairs = (
                    (_sampled(context, form, seed), _sampled(context, form, seed, **{name: value}))
                    for seed in SEEDS
                )
                _expect_another(context, form, f"{name} {value}", pairs)
        beside = _beside(context, form, name)
        if beside:
            with context.case():
                ends = ({**beside, name: values[0]}, {**beside, name: values[-1]})
                pairs = (
                    (_sampled(context, form, seed, **ends[0]), _sampled(context, form, seed, **ends[1]))
                    for seed in SEEDS
                )
                _expect_another(
                    context, form, f"{name} {values[-1]} instead of {values[0]} beside {beside}", pairs
                )


def _expect_shift_in_noise(context: Context, form: Form, name: str) -> None:
    if name == "temperature":
        expect_temperature(context, form, {})
        beside = _beside(context, form, name)
        if beside:
            expect_temperature(context, form, beside)
    elif name == "top_p":
        expect_top_p(context, form, {})
    elif name == "top_k":
        expect_top_k(context, form)
    else:
        raise unsupported(context, name)


def unless_sure(context: Context, form: Form) -> None:
    """Raise UnsupportedError where the model hardly doubts its greedy answer: sampling has no choice then."""
    showing = form if SHOWING[form.dialect] else GENERATE
    if showing.operation not in context.capabilities.absent:
        _, logprobs = _shown(showing, _greedy(context, showing, PROMPT))
        if logprobs and sum(logprobs) > DOUBT:
            raise UnsupportedError("the model is sure of every token")


def _expect_another(
    context: Context, form: Form, what: str, pairs: Iterable[tuple[Exchange, Exchange]]
) -> None:
    """Raise UnmetError unless one of the pairs, without and with a parameter, has different answers."""
    last = None
    for plain, exchange in pairs:
        if _shown(form, plain) != _shown(form, exchange):
            return
        last = plain, exchange
    if last is not None:
        _unless_it_ends_at_once(form, last[0])
        unless_sure(context, form)
        expect(False, f"another answer with {what}", _shown(form, last[1])[0], last[1])


def _top_p_near_zero(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "top-p-near-zero-is-greedy"),
        "Sampling with a `top_p` near 0 leaves only the likeliest token at each step.",
        source=parameter(form, "top_p"),
        operation=form.operation,
        needs=("reproducible",),
        why=SILENT,
    )
    def check(context: Context) -> None:
        if not context.decoding_is_exact:
            expect_top_p(context, form, {"top_k": 40} if form.dialect == "generate" else {})
            return
        first = _sampled(context, form, SEEDS[0], top_p=SHIFTING["top_p"][0])
        exchange = _sampled(context, form, SEEDS[1], top_p=SHIFTING["top_p"][0])
        texts = [_shown(form, one)[0] for one in (first, exchange)]
        expect_equal(texts[0], texts[1], "the text for two seeds", exchange)
        if form.dialect == "generate" and context.checks_every_case:
            exchange = _sampled(
                context, form, SEEDS[2], top_p=SHIFTING["top_p"][0], top_k=40, temperature=2.0
            )
            expect_equal(texts[0], _shown(form, exchange)[0], "the text with top_k 40 beside it", exchange)


def _unknown_members(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "unknown-members-are-ignored"),
        "Members that the document does not name change nothing.",
        source=f"#/components/schemas/{form.schema}",
        operation=form.operation,
        why="Clients of other releases send members that this one does not know.",
    )
    def check(context: Context) -> None:
        asking = context.one_form(form, "unknown members")
        body = asking.body(tokens=2, x_unknown={"a": [1]})
        exchange = context.cached(asking.request({**body, "x_other": None}))
        expect_answer(asking, exchange)


def _omitted_limit(catalogue: Catalogue, form: Form) -> None:
    name = grammar_name(form)
    if form.dialect == "completions":
        return  # it takes no grammar, and without one an answer without a limit is as long as the context

    @catalogue.add(
        words(form, "limit-may-be-null-or-left-out"),
        f"`{form.limit_name}` may be null or left out.",
        source=parameter(form, form.limit_name),
        operation=form.operation,
        needs=("lengths", *with_grammar(form)),  # which say what is left
        why="Client libraries send null for what was not set (text-generation-inference#2421).",
    )
    def check(context: Context) -> None:
        longest = context.capabilities.limit("max_total_tokens")
        release = context.capabilities.version or context.contract.release
        digits = DIGITS if release >= UNLIMITED else FEWER_DIGITS
        if longest is not None and longest < digits * 3:
            raise UnsupportedError(f"a context of {context} tokens has no room for {digits} digits")
        asked = {**counted(form), name: _digits(FEWER_DIGITS)}
        with context.case():
            _expect_digits(context, form, FEWER_DIGITS, **asked, **{form.limit_name: None})
        asked = {**counted(form), name: _digits(digits)}
        text = ""
        with context.case():
            text = _expect_digits(context, form, digits, **asked)
        stop = Counter(text[-digits:]).most_common(1)[0][0]  # no space, which may begin the next token
        if context.checks_every_case and context.capabilities.limit("max_stop_sequences") != 0:
            with context.case():
                exchange = context.send(form.ask(tokens=None, **asked, stop=[stop]))
                shown = _text(form, expect_answer(form, exchange)).replace(" ", "")
                expect(len(shown) < digits, f"an end with {stop!r}", shown, exchange)


def _digits(count: int) -> dict[str, str]:
    """Write a grammar of digits, each with a space after it."""
    return {"type": "regex", "value": f"([0-9] ){{{count}}}"}


def _expect_digits(context: Context, form: Form, count: int, **asked: Any) -> str:
    """Raise UnmetError unless an answer without a limit has all digits of its grammar; give them."""
    exchange = context.send(form.ask(tokens=None, **asked))
    expect_status(exchange, OK)
    text = _text(form, expect_answer(form, exchange)).replace(" ", "")
    expect(text[-count:].isdigit() and len(text) >= count, f"{count} digits", text, exchange)
    return text
