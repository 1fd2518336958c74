"""Characters beyond ASCII: read as they are sent, escaped or not, and written as they are generated."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.answer import read_answer
from tgi_conformance.api import PROMPT, Form, listed, post
from tgi_conformance.families.naming import grammar_name, with_grammar, words
from tgi_conformance.families.tokens import counted, either_counting
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.verify import OK, expect, expect_answer, expect_status

if TYPE_CHECKING:
    from tgi_conformance.exchange import Request
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

# Characters of two, three and four bytes, of which no tokenizer makes as many tokens as of their substitutes.
FILLER = "".join(f"Line {n} of a long prompt, with words that cost little.\n" for n in range(4))
# What somebody on the way may take for markup, escapes or space to be tidied; often enough to be counted.
TAMPERED = "\t<b>&amp;%20</b> {{x}} “q” \\n  \r\n\n" * 3
UNUSUAL = (
    FILLER
    + TAMPERED
    + "Ξενία, façade, ที่ญี่ปุ่น 日本語の文章 🤖🦜 naïve Übergrößen, ещё раз, e\u0301a\u0300o\u0302u\u0308/n\u0303"
)
WRITTEN = "naïve 日本 🤖 [DONE]."  # what ends a stream ends none within a text
WRITTEN_TOKENS = 64
BRACKETS = re.compile(r"[\[\].]")  # what else a regex takes for itself; not every engine knows `\ `
AT_A_BORDER = 2  # tokens by which a template may join a text otherwise with what stands around it
SOURCE = "https://www.rfc-editor.org/rfc/rfc8259#section-8.1"


def characters(catalogue: Catalogue, form: Form) -> None:
    """The promises of a form about characters."""
    _read(catalogue, form)
    _escaped(catalogue, form)
    if form.dialect != "completions":  # which takes no grammar
        _written(catalogue, form)


def prompt_tokens(trial: Trial, form: Form, request: Request) -> int | None:
    """Give the number of prompt tokens that an answer states in its body or headers."""
    exchange = trial.sample(request)
    expect_answer(form, exchange)
    stated = read_answer(form, exchange).prompt
    header = exchange.response.headers.get("x-prompt-tokens", "")
    return int(header) if stated is None and header.isascii() and header.isdigit() else stated


def _counting(trial: Trial, form: Form, prompt: str) -> tuple[Request, int]:
    request = form.ask(prompt, tokens=1, **counted(form))
    count = prompt_tokens(trial, form, request)
    if count is None:
        raise UnsupportedError(f"{form.operation} does not count the prompt's tokens")
    return request, count


def _read(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "unusual-characters-of-a-prompt-are-read"),
        "A prompt beyond ASCII counts as many tokens more than a plain one as /tokenize says.",
        source=SOURCE,
        operation=form.operation,
        needs=("POST /tokenize",),
        why="A character that is lost on the way in is answered as if nobody had written it.",
    )
    def check(trial: Trial) -> None:
        counts = []
        for text in (PROMPT, UNUSUAL):
            exchange = trial.sample(post("/tokenize", {"inputs": text}))
            expect_status(exchange, OK)
            counts.append(len(listed(exchange.response.json)))
        asking = either_counting(trial, form, "characters")
        plain = _counting(trial, asking, PROMPT)[1]
        request, unusual = _counting(trial, asking, UNUSUAL)
        more = counts[1] - counts[0]
        expected = f"about {plain} + {more} prompt tokens for {UNUSUAL[-64:]!r}"
        expect(abs(unusual - plain - more) <= AT_A_BORDER, expected, unusual, trial.sample(request))


def _escaped(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "escaped-characters-are-read-as-themselves"),
        "A prompt whose characters are written as \\u escapes counts as many tokens as one in UTF-8.",
        source="https://www.rfc-editor.org/rfc/rfc8259#section-7",
        operation=form.operation,
        needs=("lengths",),
        why="Half the JSON writers escape by default; an emoji is a pair of escapes.",
    )
    def check(trial: Trial) -> None:
        asking = either_counting(trial, form, "characters")
        request, count = _counting(trial, asking, UNUSUAL)
        escaped = evolve(
            request, content=json.dumps(request.json, indent=1).replace("/", "\\/").encode("ascii")
        )
        actual = prompt_tokens(trial, asking, escaped)
        expect(actual == count, f"{count} prompt tokens, as in UTF-8", actual, trial.sample(escaped))


def _written(catalogue: Catalogue, form: Form) -> None:
    name = grammar_name(form)

    @catalogue.add(
        words(form, "unusual-characters-are-written-as-generated"),
        f"An answer that a grammar makes {WRITTEN!r} reads so.",
        source="behaviour.md#grammars",
        operation=form.operation,
        needs=with_grammar(form),
        why="Most of the world writes beyond ASCII.",
    )
    def check(trial: Trial) -> None:
        grammar = {"type": "regex", "value": BRACKETS.sub(r"\\\g<0>", WRITTEN)}
        exchange = trial.send(form.ask(tokens=WRITTEN_TOKENS, **{name: grammar}))
        answer = expect_answer(form, exchange)
        text = "".join(answer.pieces) if form.streamed else answer.text or ""
        if form.dialect == "generate" and not form.streamed and text.startswith(PROMPT):
            text = text.removeprefix(PROMPT)  # as / does by default
        expect(text.strip() == WRITTEN, repr(WRITTEN), text, exchange)
        if form.dialect == "generate":
            whole = (answer.text or "").removeprefix(PROMPT)
            expect(whole.strip() == WRITTEN, f"{WRITTEN!r} as generated_text", answer.text, exchange)
