"""The limits that `/info` advertises, held on every route: to the token, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import PROMPT, Form
from tgi_conformance.requirements._naming import grammar_name, parameter, with_grammar, words
from tgi_conformance.requirements._verify import expect, expect_answer
from tgi_conformance.requirements.characters import prompt_tokens
from tgi_conformance.requirements.tokens import bare, counted, either_counting
from tgi_conformance.requirements.validation import expect_refusal
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.probes import CHOICE

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

INFO = "#/components/schemas/Info/properties"
WHY = "Gateways route and cut prompts by what is advertised."
LARGEST_PROMPT = 4_000  # tokens; a context larger than that is tried only at level exhaustive
SIZES = (3, 4)  # tokens, fewer than any tokenizer makes of the prompt
COUNTED_AT_ONCE, COUNTING = 1_024, (3, 1, 1)  # new tokens, and the release since which they are cut to that
ATTEMPTS = 3
FEW = 8  # tokens, within which an answer under the grammar has to end


def limits(catalogue: Catalogue, form: Form) -> None:
    """The limits of a form."""
    _total_refused(catalogue, form)
    if form.dialect != "completions":  # which takes no grammar to end a long answer early
        _total_taken(catalogue, form)
    _prompt(catalogue, form)
    if form.dialect == "generate":
        _truncate(catalogue, form)


def advertised(context: Context, name: str) -> int:
    """Give a limit of /info; raises UnsupportedError where there is none."""
    limit = context.capabilities.limit(name)
    if limit is None:
        raise UnsupportedError(f"/info advertises no {name}")
    return limit


def too_long(limit: int) -> str:
    """Write a prompt of more tokens than the limit: no token of common text holds 16 of these words."""
    return " ".join(f"{n % 977} {PROMPT[n % 20]}?" for n in range(limit))


def check_prompt_limit(context: Context) -> int:
    """Give `max_input_tokens`; raises UnsupportedError where a prompt of that length is too dear."""
    limit = advertised(context, "max_input_tokens")
    if limit > LARGEST_PROMPT and context.session.depth is not Depth.EXHAUSTIVE:
        raise UnsupportedError(
            f"max_input_tokens is {limit}; a longer prompt is sent at level exhaustive only"
        )
    return limit


def _total_refused(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "tokens-beyond-the-context-are-refused"),
        "One new token more than the prompt leaves of `max_total_tokens` is refused.",
        source=f"{INFO}/max_total_tokens",
        operation=form.operation,
        needs=("GET /info", "lengths"),
        why=WHY,
    )
    def check(context: Context) -> None:
        limit = advertised(context, "max_total_tokens")
        asking = either_counting(context, form, "max_total_tokens")
        prompt, count = _prompt_for(context, asking, limit)
        expect_refusal(context, asking, context.cached(asking.ask(prompt, tokens=limit + 1 - count)))


def _prompt_for(context: Context, form: Form, limit: int) -> tuple[str, int]:
    """Give a prompt that leaves no more of the context than TGI counts at once, with its tokens.

    Since 3.1.1 no more than 1,024 of the tokens asked for are held against the context when a request comes:
    one for 100,000 is taken, and may be answered to the end of the context.
    """
    count = prompt_tokens(context, form, form.ask(tokens=1, **counted(form))) or 0
    version = context.capabilities.version
    if limit - count < COUNTED_AT_ONCE or (version is not None and version.release < COUNTING):
        return PROMPT, count
    least, most = limit + 1 - COUNTED_AT_ONCE, context.capabilities.limit("max_input_tokens") or 0
    dear = least > LARGEST_PROMPT and context.session.depth is not Depth.EXHAUSTIVE
    if least > most or dear or not count:
        raise UnsupportedError(
            f"max_total_tokens is {limit}: TGI holds 1,024 new tokens against it, "
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


def _total_taken(catalogue: Catalogue, form: Form) -> None:
    name = grammar_name(form)

    @catalogue.add(
        words(form, "tokens-up-to-the-context-are-taken"),
        "As many new tokens as the prompt leaves of `max_total_tokens` may be asked for.",
        source=f"{INFO}/max_total_tokens",
        operation=form.operation,
        needs=("GET /info", "lengths", *with_grammar(form)),
        why=WHY,
    )
    def check(context: Context) -> None:
        limit = advertised(context, "max_total_tokens")
        asking = either_counting(context, form, "context")
        asked: dict[str, Any] = {**counted(asking), **bare(asking), name: CHOICE}
        # Without a grammar that ends it, the answer would be as long as the context: that is not paid for.
        short = expect_answer(asking, context.cached(asking.ask(tokens=FEW, **asked)))
        if short.finish == "length":
            raise UnsupportedError("the grammar (yes|no) does not end the answer")
        prompt = prompt_tokens(context, asking, asking.ask(tokens=FEW, **asked))
        if prompt is None:
            raise UnsupportedError(f"{form.operation} does not count the prompt's tokens")
        exchange = context.cached(asking.ask(tokens=limit - prompt, **asked))
        answer = expect_answer(asking, exchange)
        expect(answer.finish is not None, "a finish reason", answer.finish, exchange)


def _prompt(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "prompt-beyond-the-context-is-refused"),
        "A prompt longer than `max_input_tokens` is refused.",
        source=f"{INFO}/max_input_tokens",
        operation=form.operation,
        needs=("GET /info", "lengths"),
        why=WHY,
    )
    def check(context: Context) -> None:
        limit = check_prompt_limit(context)
        expect_refusal(context, form, context.send(form.ask(too_long(limit), tokens=1)))


def _truncate(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "truncate-leaves-as-many-tokens"),
        "`truncate` N leaves N tokens of a longer prompt, as the answer counts them.",
        source=parameter(form, "truncate"),
        operation=form.operation,
        needs=("lengths",),
        why="Whoever cuts to a size pays for that size.",
    )
    def check(context: Context) -> None:
        asking = either_counting(context, form, "truncate")
        for size in context.sample(SIZES):
            with context.case():
                request = asking.ask(tokens=1, **counted(asking), truncate=size)
                count = prompt_tokens(context, asking, request)
                if count is None:
                    raise UnsupportedError(f"{form.operation} does not count the prompt's tokens")
                expect(count == size, f"{size} prompt tokens", count, context.cached(request))
