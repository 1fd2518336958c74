"""Characters beyond ASCII: read as they are sent, escaped or not, and written as they are generated."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import PROMPT, Form, listed, post
from tgi_conformance.requirements._counting import counted, either_counting
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import ALL_FORMS, CHAT_FORMS, NATIVE_FORMS
from tgi_conformance.requirements._pointers import with_grammar
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_status
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request
    from tgi_conformance.session.context import Context

# Characters of two, three and four bytes, of which no tokenizer makes as many tokens as of their substitutes.
FILLER = "".join(f"Line {n} of a long prompt, with words that cost little.\n" for n in range(4))
# What may be taken for markup, escapes or extra whitespace; repeated, so that the count shows a loss.
TAMPERED = "\t<b>&amp;%20</b> {{x}} “q” \\n  \r\n\n" * 3
UNUSUAL = (
    FILLER
    + TAMPERED
    + "Ξενία, façade, ที่ญี่ปุ่น 日本語の文章 🤖🦜 naïve Übergrößen, ещё раз, e\u0301a\u0300o\u0302u\u0308/n\u0303"
)
WRITTEN = "naïve 日本 🤖 [DONE]."  # the terminator of streams ends no stream within a text
WRITTEN_TOKENS = 64
BRACKETS = re.compile(r"[\[\].]")  # the only special characters of a regex in it; not every engine knows `\ `
AT_A_BORDER = 2  # tokens; a template may join a text differently with what surrounds it


def prompt_tokens(context: Context, form: Form, request: Request) -> int | None:
    """Return the number of prompt tokens that an answer states in its body or headers."""
    exchange = context.cached(request)
    expect_answer(form, exchange)
    stated = read_answer(form, exchange).prompt
    header = exchange.response.headers.get("x-prompt-tokens", "")
    return int(header) if stated is None and header.isascii() and header.isdigit() else stated


def _counting(context: Context, form: Form, prompt: str) -> tuple[Request, int]:
    request = form.ask(prompt, tokens=1, **counted(form))
    count = prompt_tokens(context, form, request)
    if count is None:
        raise UnsupportedError(f"{form.operation} does not count the prompt's tokens")
    return request, count


@requirement(
    "unusual-characters-of-a-prompt-are-read",
    "The prompt tokens of a prompt beyond ASCII exceed those of a plain one by as many as /tokenize returns.",
    forms=ALL_FORMS,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    category="tokens",
    needs=("POST /tokenize",),
    why="The model answers as if a character that is lost in the request had never been written.",
)
def unusual_characters_of_a_prompt_are_read(context: Context, form: Form) -> None:
    counts = []
    for text in (PROMPT, UNUSUAL):
        exchange = context.cached(post("/tokenize", {"inputs": text}))
        expect_status(exchange, OK)
        counts.append(len(listed(exchange.response.json)))
    asking = either_counting(context, form, "characters")
    plain = _counting(context, asking, PROMPT)[1]
    request, unusual = _counting(context, asking, UNUSUAL)
    more = counts[1] - counts[0]
    expected = f"about {plain} + {more} prompt tokens for {UNUSUAL[-64:]!r}"
    expect(abs(unusual - plain - more) <= AT_A_BORDER, expected, unusual, context.cached(request))


@requirement(
    "escaped-characters-are-read-as-themselves",
    "A prompt written in JSON `\\u` escapes has as many tokens as the same prompt in UTF-8.",
    forms=ALL_FORMS,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-7",
    category="tokens",
    needs=("lengths",),
    why="Many JSON writers escape by default; an emoji is a pair of escapes.",
)
def escaped_characters_are_read_as_themselves(context: Context, form: Form) -> None:
    asking = either_counting(context, form, "characters")
    request, count = _counting(context, asking, UNUSUAL)
    escaped = evolve(request, content=json.dumps(request.json, indent=1).replace("/", "\\/").encode("ascii"))
    actual = prompt_tokens(context, asking, escaped)
    expect(actual == count, f"{count} prompt tokens, as in UTF-8", actual, context.cached(escaped))


@requirement(
    "unusual-characters-are-written-as-generated",
    f"With a grammar that matches only {WRITTEN!r}, the generated text is exactly that.",
    forms=(*NATIVE_FORMS, *CHAT_FORMS),  # completions take no grammar
    source="behaviour.md#grammars",
    category="tokens",
    needs=with_grammar,
    why="Most languages are written with characters beyond ASCII.",
)
def unusual_characters_are_written_as_generated(context: Context, form: Form) -> None:
    grammar = {"type": "regex", "value": BRACKETS.sub(r"\\\g<0>", WRITTEN)}
    exchange = context.send(form.ask(tokens=WRITTEN_TOKENS, **{form.grammar_name: grammar}))
    answer = expect_answer(form, exchange)
    text = "".join(answer.pieces) if form.streamed else answer.text or ""
    if form.dialect == "generate" and not form.streamed and text.startswith(PROMPT):
        text = text.removeprefix(PROMPT)  # / returns the full text by default
    expect(text.strip() == WRITTEN, repr(WRITTEN), text, exchange)
    if form.dialect == "generate":
        whole = (answer.text or "").removeprefix(PROMPT)
        expect(whole.strip() == WRITTEN, f"{WRITTEN!r} as generated_text", answer.text, exchange)
