"""Requests for answers whose tokens are counted, and verifiers of their tokens."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.protocol.under_load import indices
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

PROMPTS = ("What is Deep Learning?", "Une idée naïve: 日本語の 🤖")
# Limits on new tokens: two that most requirements share, a longer one, and those of the one long answer.
LIMITS = (1, 12)
LONG = 24
LONGER, LONGEST = 110, 210
BY_THEIR_OWN_NAME = ("generate", "generate-stream", "chat-completions")  # others are compared with these
ROUNDING = 0.01  # of probabilities in 16 bits
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def ask(context: Context, form: Form, limit: int, **parameters: Any) -> tuple[Exchange, Answer]:
    """Request a greedy answer whose tokens are counted; give it as received and as read."""
    exchange = context.cached(form.ask(tokens=limit, **counted(form), **parameters))
    return exchange, expect_answer(form, exchange)


def counted(form: Form) -> dict[str, Any]:
    """Give the parameters with which a form decodes greedily and counts its tokens."""
    if form.dialect == "generate":
        return {"details": True}
    if form.dialect == "chat" and form.streamed:
        return {"temperature": 0.0, "stream_options": {"include_usage": True}}
    return {"temperature": 0.0}


def counting(form: Form) -> tuple[str, ...]:
    """Give what the document must have for a form to count its tokens.

    Streamed chat counts them only if requested. Streamed completions count them since the release in which
    their chunks are called `Chunk`; no document says so.
    """
    needs = {"chat": ("#/components/schemas/StreamOptions",), "completions": ("#/components/schemas/Chunk",)}
    return needs.get(form.dialect, ()) if form.streamed else ()


def either_counting(context: Context, form: Form, name: str) -> Form:
    """Give what `context.one_form` chooses, if it counts tokens, and the form itself otherwise."""
    either = context.one_form(form, name)
    return either if context.offers(*counting(either)) else form


def bare(form: Form) -> dict[str, Any]:
    """Give the parameters that leave the prompt out of an answer."""
    return {"return_full_text": False} if form.dialect == "generate" else {}


def long_limit(form: Form) -> int:
    """Give the token limit of the one long answer of a form."""
    return LONGEST if form.name in BY_THEIR_OWN_NAME else LONGER


def expect_numbered(context: Context, exchange: Exchange) -> None:
    """Raise UnmetError unless a stream's events are numbered from 1, if the document has an `index`."""
    if context.contract.has("#/components/schemas/StreamResponse/properties/index"):
        found = indices(exchange.response)
        expect_equal(list(range(1, len(found) + 1)), found, "the indices", exchange)


def expect_tokens_make_up_the_text(answer: Answer, exchange: Exchange) -> None:
    """Raise UnmetError unless the tokens that are not special have the answer's text."""
    joined, whole = "".join(answer.own_texts), answer.text or ""
    expect_equal(
        whole.rstrip(REPLACEMENT), joined.rstrip(REPLACEMENT), "the joined text of all tokens", exchange
    )


def expect_probabilities(top: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless the tokens of one step have probabilities that sum to at most 1."""
    logprobs = [member(token, "logprob") for token in top]
    numbers = all(isinstance(one, (int, float)) and one <= 0 for one in logprobs)
    total = sum(exp(one) for one in logprobs) if numbers else inf
    expect(total <= 1 + ROUNDING, "probabilities of one step that sum to at most 1", logprobs, exchange)
