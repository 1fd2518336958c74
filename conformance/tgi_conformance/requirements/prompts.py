"""Prompts that look like nothing, or like something else: white space, and letters of two characters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import PROMPT, Form, listed, member, post
from tgi_conformance.requirements._naming import grammar_name, with_grammar, words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_status
from tgi_conformance.requirements.characters import AT_A_BORDER, prompt_tokens
from tgi_conformance.requirements.tokens import counted
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

BLANK = " \n\t  "
# A letter with its accent as a character of its own, and a sign that has a letter for a twin: what is
# normalised has others. No tokenizer need know them, bytes do.
DECOMPOSED = "Cafe\u0301 \u212b"
TOKENS = 24
WHY = "A text that comes back in other characters no longer matches what was sent, byte for byte."


def white_space(catalogue: Catalogue, form: Form) -> None:
    """A prompt of white space is one."""

    @catalogue.add(
        "white-space-is-a-prompt",
        "A prompt of white space alone is answered, and counts the tokens that it has.",
        source="behaviour.md#validation",
        operation=form.operation,
        why="Only an empty prompt is refused: code is indented, and a template may begin with a line end.",
    )
    def check(context: Context) -> None:
        request = form.ask(BLANK, tokens=1, **counted(form))
        expect_answer(form, context.cached(request))
        blank = prompt_tokens(context, form, request)
        plain = prompt_tokens(context, form, form.ask(tokens=1, **counted(form)))
        if form.dialect == "chat" or blank is None or plain is None or not context.offers("POST /tokenize"):
            return  # a template may trim a message, and what is not counted cannot be compared
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


def given_back(catalogue: Catalogue, form: Form) -> None:
    """A prompt that is part of the answer is the one that was sent."""

    @catalogue.add(
        "prompt-is-given-back-as-sent",
        "With `return_full_text` the answer begins with the prompt, character for character.",
        source="#/components/schemas/GenerateParameters/properties/return_full_text",
        operation=form.operation,
        why=WHY,
    )
    def check(context: Context) -> None:
        exchange = context.send(form.ask(DECOMPOSED, tokens=1, return_full_text=True))
        text = expect_answer(form, exchange).text or ""
        expect(text.startswith(DECOMPOSED), f"{DECOMPOSED!a} at the beginning", ascii(text), exchange)


def given_back_in_a_template(catalogue: Catalogue) -> None:
    """A message in a templated text is the one that was sent."""

    @catalogue.add(
        "messages-are-templated-as-sent",
        "`templated_text` holds a message character for character.",
        source="#/components/schemas/ChatTokenizeResponse/properties/templated_text",
        why=WHY,
    )
    def check(context: Context) -> None:
        body = {"messages": [{"role": "user", "content": DECOMPOSED}]}
        exchange = context.send(post(catalogue.operation.partition(" ")[2], body))
        expect_status(exchange, OK)
        text = str(member(exchange.response.json, "templated_text"))
        expect(DECOMPOSED in text, f"{DECOMPOSED!a} within", ascii(text), exchange)


def written(catalogue: Catalogue, form: Form) -> None:
    """What is generated is not normalised."""

    @catalogue.add(
        words(form, "answers-are-not-normalised"),
        f"An answer that a grammar makes {DECOMPOSED!a} has these characters, and no others like them.",
        source="behaviour.md#grammars",
        operation=form.operation,
        needs=with_grammar(form),
        why=WHY,
    )
    def check(context: Context) -> None:
        grammar = {"type": "regex", "value": DECOMPOSED}
        exchange = context.send(form.ask(tokens=TOKENS, **{grammar_name(form): grammar}))
        answer = expect_answer(form, exchange)
        texts = [answer.text or "", *(["".join(answer.pieces)] if form.streamed else [])]
        for text in texts:
            if _spelled_out(DECOMPOSED) not in _spelled_out(text):
                raise UnsupportedError(f"the grammar {DECOMPOSED!a} was answered {text!a}")
            expect(DECOMPOSED in text, ascii(DECOMPOSED), ascii(text), exchange)


def _spelled_out(text: str) -> str:
    return unicodedata.normalize("NFKD", text)
