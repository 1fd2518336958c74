"""Parameters that a server could accept and ignore: each must change the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import PROMPT
from tgi_conformance.requirements._counting import LONG, ask
from tgi_conformance.requirements._declaration import MUST, SHOULD, requirement
from tgi_conformance.requirements._effects_in_noise import (
    expect_low_temperature,
    expect_penalty,
    expect_temperature,
    expect_top_k,
    expect_top_p,
    unsupported,
)
from tgi_conformance.requirements._forms import PRIMARY
from tgi_conformance.requirements._pointers import parameter
from tgi_conformance.requirements._sampled import (
    SHOWING,
    TOKENS,
    greedy,
    need_choice,
    sampling,
    text_and_logprobs,
    text_of,
)
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.results.levels import Level
    from tgi_conformance.session.context import Context

WHY = "A parameter that is accepted and ignored is a promise broken without an error."
SEEDS = (11, 12, 13, 14)
PENALTIES: Mapping[str, Mapping[str, float]] = {
    "generate": {"repetition_penalty": 4.0},
    "chat": {"presence_penalty": 2.0},
    "completions": {"repetition_penalty": 4.0},
}
# Values that change sampled output, unless they are ignored.
SHIFTING: Mapping[str, tuple[float, ...]] = {
    "temperature": (0.01, 3.0),
    "top_p": (0.000001, 0.6),  # less than an even share of the largest vocabulary
    "top_k": (2,),
    "typical_p": (0.05,),
    "frequency_penalty": (-1.9, 1.9),
}
# Other parameters with which one must have its effect too, where the form has them.
COMBINED: Mapping[str, Mapping[str, Any]] = {
    "temperature": {"top_k": 40, "top_p": 0.95},
    "frequency_penalty": {"repetition_penalty": 1.2, "presence_penalty": 0.2},
    "repetition_penalty": {"frequency_penalty": 0.5},
    "presence_penalty": {"frequency_penalty": 0.5},
}
NATIVE = frozenset({"typical_p", "top_k"})  # not among the parameters of the OpenAI-style routes
# The strength of these is up to the model server; log-probabilities show it, a few tokens may not.
WEAK = frozenset({"frequency_penalty", "presence_penalty"})


def _pointer(form: Form, name: str, _: Any) -> str:
    return parameter(form, name)


def _level(form: Form, name: str, _: Any) -> Level:
    return SHOULD if name in WEAK and form.dialect == "completions" else MUST


def _sampled(context: Context, form: Form, seed: int, **extra: Any) -> Exchange:
    parameters = {**sampling(form, seed), **SHOWING[form.dialect], **extra}
    return context.cached(form.ask(tokens=TOKENS, **parameters))


def _combined(context: Context, form: Form, name: str) -> dict[str, Any]:
    """Give the parameters to combine one with; none where another route checks that."""
    others = COMBINED.get(name, {}) if context.checks_every_case else {}
    return {other: value for other, value in others.items() if context.contract.has(parameter(form, other))}


@requirement(
    "{}-has-an-effect",
    lambda _, name, value: f"A `{name}` of {value} changes a greedy answer that repeats text of its prompt.",
    forms=PRIMARY,
    each=lambda form: PENALTIES[form.dialect],
    source=_pointer,
    category="sampling",
    level=_level,
    needs=("reproducible",),
    why=WHY,
)
def penalty_has_an_effect(context: Context, form: Form, name: str, value: float) -> None:
    answer = text_of(form, ask(context, form, LONG)[1])
    prompts = (PROMPT + answer + " " + PROMPT, (PROMPT + answer) * 2 + PROMPT)
    if not context.decoding_is_exact:
        expect_penalty(context, form, prompts, {name: value})
        return

    def pairs(**others: Any) -> Iterator[tuple[Exchange, Exchange]]:
        for prompt in prompts:
            plain = greedy(context, form, prompt, **others)
            yield plain, greedy(context, form, prompt, **others, **{name: value})

    _expect_another(context, form, f"{name} {value}", pairs())
    combined = _combined(context, form, name)
    if combined:
        with context.case():
            what = f"{name} {value} combined with {combined}"
            _expect_another(context, form, what, pairs(**sampling(form, SEEDS[0]), **combined))


def _shifting(form: Form) -> dict[str, tuple[float, ...]]:
    native = form.dialect == "generate"
    return {name: values for name, values in SHIFTING.items() if native or name not in NATIVE}


def _shifting_statement(_: Form, name: str, values: tuple[float, ...]) -> str:
    verb = "changes" if len(values) == 1 else "each change"
    shown = " and one of ".join(map(str, values))
    return f"A `{name}` of {shown} {verb} sampled output for at least one of four seeds."


@requirement(
    "{}-has-an-effect",
    _shifting_statement,
    forms=PRIMARY,
    each=_shifting,
    source=_pointer,
    category="sampling",
    level=_level,
    needs=("reproducible",),
    why=WHY,
)
def sampling_parameter_has_an_effect(
    context: Context, form: Form, name: str, values: tuple[float, ...]
) -> None:
    if not context.decoding_is_exact:
        _expect_effect_in_noise(context, form, name)
        return

    def pairs(plain: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[Exchange, Exchange]]:
        for seed in SEEDS:
            yield _sampled(context, form, seed, **plain), _sampled(context, form, seed, **other)

    for value in context.sample(values):
        with context.case():
            _expect_another(context, form, f"{name} {value}", pairs({}, {name: value}))
    combined = _combined(context, form, name)
    if combined:
        with context.case():
            what = f"{name} {values[-1]} instead of {values[0]} combined with {combined}"
            ends = ({**combined, name: values[0]}, {**combined, name: values[-1]})
            _expect_another(context, form, what, pairs(*ends))


def _expect_effect_in_noise(context: Context, form: Form, name: str) -> None:
    if name == "temperature":
        expect_temperature(context, form, {})
        combined = _combined(context, form, name)
        if combined:
            expect_temperature(context, form, combined)
    elif name == "top_p":
        expect_top_p(context, form, {})
    elif name == "top_k":
        expect_top_k(context, form)
    else:
        raise unsupported(context, name)


def _expect_another(
    context: Context, form: Form, what: str, pairs: Iterable[tuple[Exchange, Exchange]]
) -> None:
    """Raise UnmetError unless in one of the pairs the answers without and with a parameter differ."""
    last = None
    for plain, exchange in pairs:
        if text_and_logprobs(form, plain) != text_and_logprobs(form, exchange):
            return
        last = plain, exchange
    if last is not None:
        _need_length(form, last[0])
        need_choice(context, form)
        expect(False, f"another answer with {what}", text_and_logprobs(form, last[1])[0], last[1])


def _need_length(form: Form, exchange: Exchange) -> None:
    """Raise UnsupportedError if the model ended the answer itself: a parameter had little to change."""
    answer = expect_answer(form, exchange)
    if answer.finish in {"eos_token", "stop"}:
        raise UnsupportedError(f"the model ends its answers at once: {text_of(form, answer)[:100]!r}")


@requirement(
    "top-p-near-zero-is-greedy",
    "Sampling with a `top_p` near 0 takes the most likely token at each step.",
    forms=PRIMARY,
    source=lambda form: parameter(form, "top_p"),
    category="sampling",
    needs=("reproducible",),
    why=WHY,
)
def top_p_near_zero_is_greedy(context: Context, form: Form) -> None:
    if not context.decoding_is_exact:
        expect_top_p(context, form, {"top_k": 40} if form.dialect == "generate" else {})
        return
    near_zero = SHIFTING["top_p"][0]
    first = _sampled(context, form, SEEDS[0], top_p=near_zero)
    exchange = _sampled(context, form, SEEDS[1], top_p=near_zero)
    texts = [text_and_logprobs(form, one)[0] for one in (first, exchange)]
    expect_equal(texts[0], texts[1], "the text for two seeds", exchange)
    if form.dialect == "generate" and context.checks_every_case:
        exchange = _sampled(context, form, SEEDS[2], top_p=near_zero, top_k=40, temperature=2.0)
        text = text_and_logprobs(form, exchange)[0]
        expect_equal(texts[0], text, "the text combined with a top_k of 40", exchange)


@requirement(
    "temperature-near-zero-is-greedy",
    "Sampling with a `temperature` near 0 gives the same text for two of four seeds.",
    forms=PRIMARY,
    source=lambda form: parameter(form, "temperature"),
    category="sampling",
    needs=("reproducible",),
    why="Clients that want the likeliest answer send a low temperature; one that is raised gives another.",
)
def temperature_near_zero_is_greedy(context: Context, form: Form) -> None:
    """Compare several seeds: tokens that are equally likely are drawn at any temperature."""
    if not context.decoding_is_exact:
        expect_low_temperature(context, form, {})
        return
    texts: list[str] = []
    last = None
    for seed in SEEDS:
        last = _sampled(context, form, seed, temperature=SHIFTING["temperature"][0])
        texts.append(text_and_logprobs(form, last)[0])
        if texts[-1] in texts[:-1]:
            return
    expect(False, "the same text for two of four seeds", texts, last)
