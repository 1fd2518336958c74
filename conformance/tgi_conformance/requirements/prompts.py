"""Prompts that are easily mistreated: white space, text that Unicode normalisation changes, a suffix."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import (
    CHAT,
    COMPLETIONS,
    COMPLETIONS_STREAM,
    GENERATE,
    PROMPT,
    ROOT,
    Form,
    listed,
    post,
)
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import GRAMMAR_FORMS
from tgi_conformance.requirements._pointers import with_grammar
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_status
from tgi_conformance.requirements.characters import AT_A_BORDER, prompt_tokens
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

BLANK = " \n\t  "
# A letter followed by a combining accent, and a sign with a canonical equivalent: Unicode normalisation
# changes both. A tokenizer of bytes can spell them even if its vocabulary has neither.
DECOMPOSED = "Cafe\u0301 \u212b"
AROUND = "\n \t\n"  # what is trimmed from either end does not come back
TOKENS = 24
CHANGED = "A text that comes back in other characters no longer matches what was sent, byte for byte."


@requirement(
    "white-space-is-a-prompt",
    "A prompt of only white space is answered, and its tokens are counted.",
    forms=(GENERATE, CHAT, COMPLETIONS),
    source="behaviour.md#validation",
    category="tokens",
    why="Only an empty prompt is invalid: code is indented, and a template may begin with a newline.",
)
def white_space_is_a_prompt(context: Context, form: Form) -> None:
    request = form.ask(BLANK, tokens=1, **counted(form))
    expect_answer(form, context.cached(request))
    blank = prompt_tokens(context, form, request)
    plain = prompt_tokens(context, form, form.ask(tokens=1, **counted(form)))
    if form.dialect == "chat" or blank is None or plain is None or not context.offers("POST /tokenize"):
        return  # a template may trim a message, and without counts there is nothing to compare
    more = _tokens(context, BLANK) - _tokens(context, PROMPT)
    expect(
        abs(blank - plain - more) <= AT_A_BORDER,
        f"about {plain + more} prompt tokens for {BLANK!r}",
        blank,
        context.cached(request),
    )


def _tokens(context: Context, text: str) -> int:
    exchange = context.cached(post("/tokenize", {"inputs": text}))
    expect_status(exchange, OK)
    return len(listed(exchange.response.json))


@requirement(
    "prompt-is-given-back-as-sent",
    "With `return_full_text` the answer begins with the prompt, character for character.",
    forms=(GENERATE, ROOT),
    source="#/components/schemas/GenerateParameters/properties/return_full_text",
    category="tokens",
    why=CHANGED,
)
def prompt_is_given_back_as_sent(context: Context, form: Form) -> None:
    prompt = f"{AROUND}{DECOMPOSED}{AROUND}"
    exchange = context.send(form.ask(prompt, tokens=1, return_full_text=True))
    text = expect_answer(form, exchange).text or ""
    expect(text.startswith(prompt), f"{prompt!a} at the beginning", ascii(text), exchange)


@requirement(
    "answers-are-not-normalised",
    f"If a grammar allows only {DECOMPOSED!a}, the answer has exactly these characters, not normalised ones.",
    forms=GRAMMAR_FORMS,
    source="behaviour.md#grammars",
    category="tokens",
    needs=with_grammar,
    why=CHANGED,
)
def answers_are_not_normalised(context: Context, form: Form) -> None:
    grammar = {"type": "regex", "value": DECOMPOSED}
    exchange = context.send(form.ask(tokens=TOKENS, **{form.grammar_name: grammar}))
    answer = expect_answer(form, exchange)
    texts = [answer.text or "", *(["".join(answer.pieces)] if form.streamed else [])]
    for text in texts:
        if _normalised(DECOMPOSED) not in _normalised(text):
            raise UnsupportedError(f"the grammar {DECOMPOSED!a} was answered with {text!a}")
        expect(DECOMPOSED in text, ascii(DECOMPOSED), ascii(text), exchange)


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


@requirement(
    "suffix-is-refused",
    "A `suffix` is refused with 422 and an ErrorResponse, streamed or not.",
    forms=(COMPLETIONS,),
    source="behaviour.md#openai-style-routes",
    category="refusals",
    why="An editor that asks for text between prompt and suffix must not get a mere continuation.",
)
def suffix_is_refused(context: Context, form: Form) -> None:
    for one in (form, COMPLETIONS_STREAM):
        with context.case():
            exchange = context.send(one.ask(tokens=2, suffix="the end"))
            expect_refused(context, one.operation, exchange)
