"""Limits that `/info` advertises, enforced exactly on every route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import PROMPT, Form
from tgi_conformance.requirements._counting import bare, counted, either_counting
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import ALL_FORMS, CHAT_FORMS, NATIVE_FORMS
from tgi_conformance.requirements._pointers import parameter, with_grammar
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.requirements.characters import prompt_tokens
from tgi_conformance.requirements.validation import expect_refusal
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.probes import CHOICE

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

INFO = "#/components/schemas/Info/properties"
WHY = "Gateways route requests and truncate prompts by the advertised limits."
LARGEST_PROMPT = 4_000  # tokens; longer prompts are sent at depth exhaustive only
SIZES = (3, 4)  # tokens, fewer than any tokenizer needs for the prompt
CHECKED, CHECKED_SINCE = 1_024, (3, 1, 1)  # new tokens checked in advance at most, and since which release
ATTEMPTS = 3
FEW = 8  # tokens, within which an answer under the grammar has to end


def advertised(context: Context, name: str) -> int:
    """Give a limit of /info; raises UnsupportedError where there is none."""
    limit = context.capabilities.limit(name)
    if limit is None:
        raise UnsupportedError(f"/info advertises no {name}")
    return limit


def too_long(limit: int) -> str:
    """Write a prompt of more tokens than the limit: no token spans 16 of these words."""
    return " ".join(f"{n % 977} {PROMPT[n % 20]}?" for n in range(limit))


def check_prompt_limit(context: Context) -> int:
    """Give `max_input_tokens`; raises UnsupportedError where a prompt of that length costs too much."""
    limit = advertised(context, "max_input_tokens")
    if limit > LARGEST_PROMPT and context.session.depth is not Depth.EXHAUSTIVE:
        raise UnsupportedError(
            f"max_input_tokens is {limit}; a longer prompt is sent at depth exhaustive only"
        )
    return limit


@requirement(
    "tokens-beyond-the-context-are-refused",
    "A request for one token more than the prompt leaves of `max_total_tokens` is refused.",
    forms=ALL_FORMS,
    source=f"{INFO}/max_total_tokens",
    category="limits",
    needs=("GET /info", "lengths"),
    why=WHY,
)
def tokens_beyond_the_context_are_refused(context: Context, form: Form) -> None:
    limit = advertised(context, "max_total_tokens")
    asking = either_counting(context, form, "max_total_tokens")
    prompt, count = _prompt_for(context, asking, limit)
    expect_refusal(context, asking, context.cached(asking.ask(prompt, tokens=limit + 1 - count)))


def _prompt_for(context: Context, form: Form, limit: int) -> tuple[str, int]:
    """Give a prompt that leaves no more of the context than TGI checks in advance, and its number of tokens.

    Since 3.1.1 TGI checks at most 1,024 of the requested tokens against the context before it generates: a
    request for 100,000 is accepted, and generation may go on to the end of the context.
    """
    count = prompt_tokens(context, form, form.ask(tokens=1, **counted(form))) or 0
    version = context.capabilities.version
    if limit - count < CHECKED or (version is not None and version.release < CHECKED_SINCE):
        return PROMPT, count
    least, most = limit + 1 - CHECKED, context.capabilities.limit("max_input_tokens") or 0
    costly = least > LARGEST_PROMPT and context.session.depth is not Depth.EXHAUSTIVE
    if least > most or costly or not count:
        raise UnsupportedError(
            f"max_total_tokens is {limit}: TGI checks 1,024 new tokens against it, "
            f"and no prompt of {least} is sent"
        )
    words = least
    for _ in range(ATTEMPTS):
        prompt = "?" + " a" * words
        count = prompt_tokens(context, form, form.ask(prompt, tokens=1, **counted(form))) or 0
        if least <= count <= most:
            return prompt, count
        words = words * (least + most) // (2 * count) if count else 0
    raise UnsupportedError(f"no prompt of {least} to {most} tokens was found")


def _total_needs(form: Form) -> tuple[str, ...]:
    return ("GET /info", "lengths", *with_grammar(form))


@requirement(
    "tokens-up-to-the-context-are-taken",
    "A request for as many tokens as the prompt leaves of `max_total_tokens` is accepted.",
    forms=(*NATIVE_FORMS, *CHAT_FORMS),  # completions have no grammar, which ends a long answer early
    source=f"{INFO}/max_total_tokens",
    category="limits",
    needs=_total_needs,
    why=WHY,
)
def tokens_up_to_the_context_are_taken(context: Context, form: Form) -> None:
    limit = advertised(context, "max_total_tokens")
    asking = either_counting(context, form, "context")
    asked: dict[str, Any] = {**counted(asking), **bare(asking), form.grammar_name: CHOICE}
    # Without a grammar that ends it, the answer would be as long as the context, which costs too much.
    short = expect_answer(asking, context.cached(asking.ask(tokens=FEW, **asked)))
    if short.finish == "length":
        raise UnsupportedError("the grammar (yes|no) does not end the answer")
    prompt = prompt_tokens(context, asking, asking.ask(tokens=FEW, **asked))
    if prompt is None:
        raise UnsupportedError(f"{form.operation} does not count the prompt's tokens")
    exchange = context.cached(asking.ask(tokens=limit - prompt, **asked))
    answer = expect_answer(asking, exchange)
    expect(answer.finish is not None, "a finish reason", answer.finish, exchange)


@requirement(
    "prompt-beyond-the-context-is-refused",
    "A prompt longer than `max_input_tokens` is refused.",
    forms=ALL_FORMS,
    source=f"{INFO}/max_input_tokens",
    category="limits",
    needs=("GET /info", "lengths"),
    why=WHY,
)
def prompt_beyond_the_context_is_refused(context: Context, form: Form) -> None:
    limit = check_prompt_limit(context)
    expect_refusal(context, form, context.send(form.ask(too_long(limit), tokens=1)))


@requirement(
    "truncate-leaves-as-many-tokens",
    "`truncate` N leaves N tokens of a longer prompt, by the answer's own count.",
    forms=NATIVE_FORMS,
    source=lambda form: parameter(form, "truncate"),
    category="limits",
    needs=("lengths",),
    why="Clients that truncate to a size pay for that size.",
)
def truncate_leaves_as_many_tokens(context: Context, form: Form) -> None:
    asking = either_counting(context, form, "truncate")
    for size in context.share(SIZES):
        with context.case():
            request = asking.ask(tokens=1, **counted(asking), truncate=size)
            count = prompt_tokens(context, asking, request)
            if count is None:
                raise UnsupportedError(f"{form.operation} does not count the prompt's tokens")
            expect(count == size, f"{size} prompt tokens", count, context.cached(request))
