"""Stop strings: found wherever they fall, kept in the text, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.families.naming import words
from tgi_conformance.families.tokens import LONG, ask, counted
from tgi_conformance.outcomes import InconclusiveError
from tgi_conformance.verify import expect, expect_answer, expect_equal

if TYPE_CHECKING:
    from tgi_conformance.answer import Answer
    from tgi_conformance.api import Form
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

WIDTHS = (6, 3, 9)
LONGEST_TOKEN = 40


def stops(catalogue: Catalogue, form: Form) -> None:
    """Take a greedy answer, ask again with a piece of it as a stop string: the answer ends there."""
    schema = "GenerateParameters" if form.dialect == "generate" else form.schema
    source = f"#/components/schemas/{schema}/properties/stop"

    @catalogue.add(
        words(form, "stop-string-ends-the-answer"),
        "An answer ends with the token that completes a stop string, which stays in the text.",
        source=source,
        operation=form.operation,
        needs=("reproducible",),
        why="Agents cut their turns with stop strings; a missed one runs on to the limit.",
    )
    def check(trial: Trial) -> None:
        _, whole = ask(trial, form, LONG)
        text = "".join(whole.pieces) if form.streamed else whole.text or ""
        for stop in pieces(text):
            with trial.case():
                exchange = trial.send(form.ask(tokens=LONG, stop=[stop], **counted(form)))
                answer = expect_answer(form, exchange)
                cut = "".join(answer.pieces) if form.streamed else answer.text or ""
                end = text.find(stop) + len(stop)
                expect(text.startswith(cut), f"the beginning of {text!r}", cut, exchange)
                expect(len(cut) >= end, f"{stop!r} kept in the text", cut, exchange)
                expect(
                    stop not in before_last(form, answer, cut),
                    f"an end with the token after {stop!r}",
                    cut,
                    exchange,
                )
                expect_equal("stop_sequence", answer.finish, "the finish reason", exchange)


def before_last(form: Form, answer: Answer, text: str) -> str:
    """Give the text without its last token; where tokens are not shown, without what one may be long."""
    if form.dialect == "generate":
        return "".join(str(token.get("text")) for token in answer.tokens[:-1] if not token.get("special"))
    if form.streamed:
        return "".join([piece for piece in answer.pieces if piece][:-1])
    return text[:-LONGEST_TOKEN]


def pieces(text: str) -> list[str]:
    """Choose stop strings that occur in a text and begin after its first characters; a few widths."""
    found = []
    for position, width in enumerate(WIDTHS):
        start = len(text) // 3 + position * 2
        piece = text[start : start + width]
        if len(piece) == width and "\N{REPLACEMENT CHARACTER}" not in piece:
            found.append(piece)
    if not found:
        raise InconclusiveError(f"the greedy answer is too short to take a stop string from: {text!r}")
    return found
