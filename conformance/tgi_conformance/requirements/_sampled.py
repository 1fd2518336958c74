"""Requests for sampled output, and what shows whether two answers are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import GENERATE, PROMPT, listed, member
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._verify import expect_answer
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

TOKENS = 16
SURE = -1.0  # log-probability of a whole answer above which other answers are too rare to be sampled
# The parameters with which a form returns the log-probabilities of its tokens; completions never do.
SHOWING: Mapping[str, Mapping[str, Any]] = {
    "generate": {"details": True},
    "chat": {"logprobs": True},
    "completions": {},
}


def sampling(form: Form, seed: int, temperature: float = 1.0) -> dict[str, Any]:
    """Give the parameters of a sampled request."""
    sampled: dict[str, Any] = {"temperature": temperature, "seed": seed}
    return {**sampled, "do_sample": True} if form.dialect == "generate" else sampled


def greedy(context: Context, form: Form, prompt: str, **extra: Any) -> Exchange:
    """Request a greedy answer with its log-probabilities."""
    parameters = {**counted(form), **SHOWING[form.dialect], **extra}
    return context.cached(form.ask(prompt, tokens=TOKENS, **parameters))


def text_of(form: Form, answer: Answer) -> str:
    """Give the text of an answer; that of a stream is joined from its pieces."""
    return "".join(answer.pieces) if form.streamed else answer.text or ""


def logprob_entries(exchange: Exchange, form: Form) -> list[Any]:
    """Give the tokens of a chat answer with their log-probabilities."""
    bodies = json_events(exchange) if form.streamed else [exchange.response.json]
    return [entry for body in bodies for entry in listed(body, "choices", 0, "logprobs", "content")]


def text_and_logprobs(form: Form, exchange: Exchange) -> tuple[str, list[float]]:
    """Give the text of an answer, and its rounded log-probabilities if it has any."""
    answer = expect_answer(form, exchange)
    tokens = logprob_entries(exchange, form) if form.dialect == "chat" else answer.tokens
    logprobs = [member(token, "logprob") for token in tokens]
    return text_of(form, answer), [round(one, 3) for one in logprobs if isinstance(one, (int, float))]


def need_choice(context: Context, form: Form) -> None:
    """Raise UnsupportedError if the model is nearly sure of its greedy answer: there is nothing to sample."""
    showing = form if SHOWING[form.dialect] else GENERATE
    if showing.operation not in context.capabilities.absent:
        _, logprobs = text_and_logprobs(showing, greedy(context, showing, PROMPT))
        if logprobs and sum(logprobs) > SURE:
            raise UnsupportedError("the model is sure of every token")
