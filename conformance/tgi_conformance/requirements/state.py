"""Requests leave no state behind: none affects the answer to a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import PRIMARY_UNSTREAMED
from tgi_conformance.requirements._pointers import with_grammar
from tgi_conformance.requirements._verify import expect_answer, expect_equal

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

TOKENS = 12
MOST_STOPS = 4
SYSTEM = {"role": "system", "content": "Answer in capitals."}


@requirement(
    "nothing-is-left-for-the-next-request",
    "A repeated request is answered the same, whatever was requested in between.",
    forms=PRIMARY_UNSTREAMED,
    source="behaviour.md#greedy-and-sampled",
    category="state",
    needs=("reproducible",),
    alone=True,
    why="Stop strings, seeds or messages of one user must not affect another's answer.",
)
def nothing_is_left_for_the_next_request(context: Context, form: Form) -> None:
    plain = context.steady(form).ask(tokens=context.few(TOKENS), **counted(form))
    first = expect_answer(form, context.send(plain))
    limit = context.capabilities.limit("max_stop_sequences")
    most = 1 if limit is None else min(limit, MOST_STOPS)
    grammar = context.offers(*with_grammar(form))
    for between in _between(form, first.text or "", most, grammar=grammar):
        context.send(between)
        exchange = context.send(plain)
        again = expect_answer(form, exchange)
        expect_equal(first.text, again.text, "the text, as before", exchange)
        expect_equal(first.prompt, again.prompt, "the prompt tokens, as before", exchange)


def _between(form: Form, text: str, most: int, *, grammar: bool) -> list[Request]:
    """Give requests whose parameters would show if they persisted: stops, penalties, a grammar, a message."""
    stops = [word for word in text.split() if word.isalnum()][:most]
    parameters: dict[str, Any] = {"seed": 3, **({"stop": stops} if stops else {})}
    if grammar:
        parameters[form.grammar_name] = {"type": "regex", "value": "([0-9]){2}"}
    if form.dialect != "chat":
        return [form.ask("Another prompt.", tokens=2, repetition_penalty=3.0, **parameters)]
    body = form.body("Another prompt.", tokens=2, presence_penalty=1.5, **parameters)
    return [form.request({**body, "messages": [SYSTEM, *body["messages"]]})]
