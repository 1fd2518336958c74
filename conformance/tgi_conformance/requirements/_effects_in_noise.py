"""Effects of parameters where decoding is not exact: found by differences that noise cannot cause.

Noise makes answers to equal requests differ, so a difference alone proves nothing. Where the model is sure of
its tokens, they do not differ: a temperature near 0 gives the greedy answer there, and a high one never does.
Elsewhere several answers of each kind are compared, with the log-probabilities of a step, which noise changes
only a little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import member
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._sampled import SHOWING, logprob_entries, sampling, text_of
from tgi_conformance.requirements._verify import expect, expect_answer
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
APART = 0.3  # log-probabilities of one token, six times as far as noise changes them
COLD, HOT = 0.01, 3.0  # temperatures
NEAR_ZERO = 0.000001
COLD_SEEDS, HOT_SEEDS = (11, 12, 13), (21, 22, 23, 24, 25, 26)
CHOICES = 2


def expect_penalty(
    context: Context, form: Form, prompts: Iterable[str], penalty: Mapping[str, float]
) -> None:
    """Raise UnmetError unless a penalty changes the answer to one of the prompts by more than noise does.

    Raises:
        UnsupportedError: The form does not return log-probabilities.
    """
    showing = SHOWING[form.dialect]
    if not showing:
        raise unsupported(context, "a penalty")
    exchange = None
    for prompt in prompts:
        asked = {**counted(form), **showing}
        plain, other = (form.ask(prompt, tokens=STEPS, **asked, **more) for more in ({}, penalty))
        differ, exchange = _differ(context, form, plain, other)
        if differ:
            return
    expect(False, f"another answer with {dict(penalty)}", "the same, apart from noise", exchange)


def unsupported(context: Context, what: str) -> UnsupportedError:
    """Give the error that says what noise hides."""
    evidence = context.capabilities.absent.get("exact", "decoding is not exact")
    return UnsupportedError(f"{evidence}, which hides what {what} does")


def _differ(context: Context, form: Form, plain: Request, other: Request) -> tuple[bool, Exchange]:
    """Send each a few times; tell whether every pair differs at the first step at which any do."""
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
        entries = logprob_entries(exchange, form)
        return [_step(member(entry, "token"), member(entry, "logprob")) for entry in entries]
    return [_step(token.get("text"), token.get("logprob")) for token in answer.tokens]


def _step(text: Any, logprob: Any) -> Step:
    return str(text), float(logprob) if isinstance(logprob, (int, float)) else 0.0


def expect_temperature(context: Context, form: Form, beside: Mapping[str, Any]) -> None:
    """Raise UnmetError unless a temperature near 0 gives the greedy answer, and a high one never does."""
    greedy = expect_low_temperature(context, form, beside)
    for seed in HOT_SEEDS:
        exchange, answer = _asked(context, form, sampling(form, seed, HOT), beside)
        hot = text_of(form, answer)
        expect(hot != greedy, f"another text at temperature {HOT} {dict(beside)}", hot, exchange)


def expect_low_temperature(context: Context, form: Form, beside: Mapping[str, Any]) -> str:
    """Return the greedy answer; raise UnmetError unless a temperature near 0 gives it too."""
    greedy = text_of(form, _asked(context, form, counted(form))[1])
    for seed in COLD_SEEDS:
        exchange, answer = _asked(context, form, sampling(form, seed, COLD), beside)
        cold = text_of(form, answer)
        expect(cold == greedy, f"{greedy!r} at temperature {COLD} {dict(beside)}", cold, exchange)
    return greedy


def expect_top_p(context: Context, form: Form, beside: Mapping[str, Any]) -> None:
    """Raise UnmetError unless a `top_p` near 0 gives the greedy answer at a high temperature."""
    greedy = text_of(form, _asked(context, form, counted(form))[1])
    for seed in COLD_SEEDS:
        exchange, answer = _asked(context, form, sampling(form, seed, HOT), {"top_p": NEAR_ZERO, **beside})
        text = text_of(form, answer)
        expect(text == greedy, f"{greedy!r} with a top_p of {NEAR_ZERO} {dict(beside)}", text, exchange)


def expect_top_k(context: Context, form: Form) -> None:
    """Raise UnmetError unless each token is one of the `top_k` most likely at a high temperature.

    Raises:
        UnsupportedError: The deployment does not return the most likely tokens.
    """
    if "top-tokens" in context.capabilities.absent:
        raise unsupported(context, "top_k")
    asked = {"details": True, "top_k": CHOICES, "top_n_tokens": CHOICES}
    for seed in COLD_SEEDS:
        exchange, answer = _asked(context, form, sampling(form, seed, HOT), asked)
        for token, top in zip(answer.tokens, answer.tops, strict=False):
            ids = [member(entry, "id") for entry in top]
            expect(token.get("id") in ids, f"one of the {CHOICES} most likely tokens", token, exchange)


def _asked(context: Context, form: Form, *asked: Mapping[str, Any]) -> tuple[Exchange, Answer]:
    parameters = {name: value for some in asked for name, value in some.items()}
    exchange = context.cached(
        context.repeatable(form).ask(tokens=context.repeatable_tokens(TOKENS), **parameters)
    )
    return exchange, expect_answer(form, exchange)
