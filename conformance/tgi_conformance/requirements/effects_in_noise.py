"""Effects of parameters where decoding is not exact: told by what noise cannot do.

Noise makes two equal requests differ, so a difference alone proves nothing. Where the model is sure of its
tokens it makes none: there a temperature near 0 gives the greedy answer and a high one never does. Elsewhere
several answers of each kind are compared, and the log-probabilities of a step, which noise moves by a little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import listed, member
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.tokens import counted
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

    Step = tuple[str, float]

TOKENS = 8
STEPS = 4
TIMES = 4
APART = 0.3  # log-probabilities of one token, six times what noise moves them
COLD, HOT = 0.01, 3.0  # temperatures
NEAR_ZERO = 0.000001
COLD_SEEDS, HOT_SEEDS = (11, 12, 13), (21, 22, 23, 24, 25, 26)
CHOICES = 2
# What makes a form show the log-probabilities of its tokens.
SHOWING: Mapping[str, Mapping[str, Any]] = {
    "generate": {"details": True},
    "chat": {"logprobs": True},
}


def expect_penalty(
    context: Context, form: Form, prompts: Iterable[str], penalty: Mapping[str, float]
) -> None:
    """Raise UnmetError unless a penalty changes what comes after one of the prompts, by more than noise does.

    Raises:
        UnsupportedError: The form does not show log-probabilities.
    """
    showing = SHOWING.get(form.dialect)
    if showing is None:
        raise unsupported(context, "a penalty")
    exchange = None
    for prompt in prompts:
        asked = {**counted(form), **showing}
        plain, other = (form.ask(prompt, tokens=STEPS, **asked, **more) for more in ({}, penalty))
        differ, exchange = _differ(context, form, plain, other)
        if differ:
            return
    expect(False, f"another answer with {dict(penalty)}", "the same, but for noise", exchange)


def unsupported(context: Context, what: str) -> UnsupportedError:
    """Say that noise hides something."""
    evidence = context.capabilities.absent.get("exact", "decoding is not exact")
    return UnsupportedError(f"{evidence}, which hides what {what} does")


def _differ(context: Context, form: Form, plain: Request, other: Request) -> tuple[bool, Exchange]:
    """Ask each a few times; tell whether every pair differs at the first step that is not alike for all."""
    exchanges = [context.send(request) for request in (plain, other) for _ in range(TIMES)]
    answers = [_steps(form, exchange) for exchange in exchanges]
    for steps in zip(*answers, strict=False):
        if all(_apart(one, another) for one in steps[:TIMES] for another in steps[TIMES:]):
            return True, exchanges[-1]
        if len({text for text, _ in steps}) > 1:
            break
    return False, exchanges[-1]


def _apart(one: Step, other: Step) -> bool:
    return one[0] != other[0] or abs(one[1] - other[1]) > APART


def _steps(form: Form, exchange: Exchange) -> list[Step]:
    """Give the text and the log-probability of each token."""
    answer = expect_answer(form, exchange)
    if form.dialect == "chat":
        bodies = json_events(exchange) if form.streamed else [exchange.response.json]
        shown = [e for body in bodies for e in listed(body, "choices", 0, "logprobs", "content")]
        return [_step(member(entry, "token"), member(entry, "logprob")) for entry in shown]
    return [_step(token.get("text"), token.get("logprob")) for token in answer.tokens]


def _step(text: Any, logprob: Any) -> Step:
    return str(text), float(logprob) if isinstance(logprob, (int, float)) else 0.0


def expect_temperature(context: Context, form: Form, beside: Mapping[str, Any]) -> None:
    """Raise UnmetError unless a temperature near 0 gives the greedy answer, and a high one never does."""
    greedy = _text(form, _asked(context, form, counted(form))[1])
    for seed in COLD_SEEDS:
        exchange, answer = _asked(context, form, _sampling(form, seed, COLD), beside)
        cold = _text(form, answer)
        expect(cold == greedy, f"{greedy!r} at temperature {COLD} {dict(beside)}", cold, exchange)
    for seed in HOT_SEEDS:
        exchange, answer = _asked(context, form, _sampling(form, seed, HOT), beside)
        hot = _text(form, answer)
        expect(hot != greedy, f"another text at temperature {HOT} {dict(beside)}", hot, exchange)


def expect_top_p(context: Context, form: Form, beside: Mapping[str, Any]) -> None:
    """Raise UnmetError unless a top_p near 0 gives the greedy answer, however high the temperature."""
    greedy = _text(form, _asked(context, form, counted(form))[1])
    for seed in COLD_SEEDS:
        exchange, answer = _asked(context, form, _sampling(form, seed, HOT), {"top_p": NEAR_ZERO, **beside})
        text = _text(form, answer)
        expect(text == greedy, f"{greedy!r} with a top_p of {NEAR_ZERO} {dict(beside)}", text, exchange)


def expect_top_k(context: Context, form: Form) -> None:
    """Raise UnmetError unless a top_k leaves as many of the likeliest tokens, however high the temperature.

    Raises:
        UnsupportedError: The deployment does not show the likeliest tokens.
    """
    if "top-tokens" in context.capabilities.absent:
        raise unsupported(context, "top_k")
    asked = {"details": True, "top_k": CHOICES, "top_n_tokens": CHOICES}
    for seed in COLD_SEEDS:
        exchange, answer = _asked(context, form, _sampling(form, seed, HOT), asked)
        for token, top in zip(answer.tokens, answer.tops, strict=False):
            ids = [member(entry, "id") for entry in top]
            expect(token.get("id") in ids, f"one of the {CHOICES} likeliest tokens", token, exchange)


def _asked(context: Context, form: Form, *asked: Mapping[str, Any]) -> tuple[Exchange, Answer]:
    parameters = {name: value for some in asked for name, value in some.items()}
    exchange = context.cached(
        context.repeatable(form).ask(tokens=context.repeatable_tokens(TOKENS), **parameters)
    )
    return exchange, expect_answer(form, exchange)


def _sampling(form: Form, seed: int, temperature: float) -> dict[str, Any]:
    sampled: dict[str, Any] = {"temperature": temperature, "seed": seed}
    return {**sampled, "do_sample": True} if form.dialect == "generate" else sampled


def _text(form: Form, answer: Answer) -> str:
    return "".join(answer.pieces) if form.streamed else answer.text or ""
