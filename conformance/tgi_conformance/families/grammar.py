"""Grammars: what they allow is all that comes out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tgi_conformance.families.naming import grammar_name, parameter, with_grammar, words
from tgi_conformance.families.tokens import counted
from tgi_conformance.verify import expect, expect_answer

if TYPE_CHECKING:
    from tgi_conformance.api import Form
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}, "colour": {"enum": ["red", "green"]}},
    "required": ["ok", "colour"],
    "additionalProperties": False,
}
REGEX = r"[0-9]{3}-[a-f]{2}"
TOKENS = 40


def grammars(catalogue: Catalogue, form: Form) -> None:
    """A regex and a JSON schema hold for the whole answer."""
    name = grammar_name(form)
    shared: dict[str, Any] = {
        "source": parameter(form, name),
        "operation": form.operation,
        "needs": with_grammar(form),
    }

    @catalogue.add(
        words(form, "regex-holds-for-the-answer"),
        f"With a `{name}` of type regex the whole answer matches it.",
        why="Programs that parse the answer with the same expression fail on anything else.",
        **shared,
    )
    def regex(trial: Trial) -> None:
        exchange = trial.send(
            form.ask(tokens=TOKENS, **counted(form), **{name: {"type": "regex", "value": REGEX}})
        )
        answer = expect_answer(form, exchange)
        text = "".join(answer.pieces) if form.streamed else answer.text or ""
        expect(re.fullmatch(REGEX, text.strip()) is not None, f"a match of {REGEX}", text, exchange)
        ended = {"generate": "eos_token", "chat": "stop"}[form.dialect]
        expect(
            answer.finish == ended,
            f"finish reason {ended}, as the grammar allows no more",
            answer.finish,
            exchange,
        )

    @catalogue.add(
        words(form, "json-schema-holds-for-the-answer"),
        f"With a `{name}` of type json the whole answer is JSON that fits the schema.",
        why="Programs that read the answer as this schema fail on anything else.",
        **shared,
    )
    def schema(trial: Trial) -> None:
        exchange = trial.send(
            form.ask(tokens=TOKENS, **counted(form), **{name: {"type": "json", "value": SCHEMA}})
        )
        answer = expect_answer(form, exchange)
        text = "".join(answer.pieces) if form.streamed else answer.text or ""
        try:
            value = json.loads(text)
        except ValueError:
            expect(False, "JSON that fits the schema", text, exchange)
        else:
            fits = Draft202012Validator(SCHEMA).is_valid(value)
            expect(fits, f"JSON that fits {json.dumps(SCHEMA)}", text, exchange)
