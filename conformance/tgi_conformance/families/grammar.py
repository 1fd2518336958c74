"""Grammars: what they allow is all that comes out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tgi_common import json_text
from tgi_conformance.families.naming import grammar_name, parameter, with_grammar, words
from tgi_conformance.families.refusals import ERROR_RESPONSE
from tgi_conformance.families.tokens import counted
from tgi_conformance.families.validation import expect_refusal
from tgi_conformance.levels import Level
from tgi_conformance.outcomes import UnmetError
from tgi_conformance.verify import UNPROCESSABLE, expect, expect_answer, expect_fits, expect_status

if TYPE_CHECKING:
    from tgi_conformance.api import Form
    from tgi_conformance.exchange import Exchange, Request
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

SCHEMA = {
    "type": "object",
    "properties": {
        "ok": {"type": "boolean"},
        "colour": {"enum": ["red", "green"]},
        "pair": {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 2},
        "inner": {
            "type": "object",
            "properties": {"size": {"enum": ["small", "large"]}},
            "required": ["size"],
            "additionalProperties": False,
        },
    },
    "required": ["ok", "colour", "pair", "inner"],
    "additionalProperties": False,
}
REGEX = r"[0-9]{3}-[a-f]{2}"
TOKENS = 40
JSON_TOKENS = 90
CONFIG = {"name": "a_name", "schema": SCHEMA}
REFUSED = (422, 424)


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
        _expect_json(form, trial.send(_asking(form, {"type": "json", "value": SCHEMA})))

    if form.streamed:
        _refused_in_streams(catalogue, form)
    else:
        _named_schema(catalogue, form)
        _sampled(catalogue, form)
        _impossible(catalogue, form)


def _asking(form: Form, grammar: Any, **parameters: Any) -> Request:
    return form.ask(tokens=JSON_TOKENS, **{**counted(form), **parameters, grammar_name(form): grammar})


def _expect_json(form: Form, exchange: Exchange) -> None:
    answer = expect_answer(form, exchange)
    text = "".join(answer.pieces) if form.streamed else answer.text or ""
    try:
        value = json_text.parse(text)
    except ValueError:
        raise UnmetError("JSON that fits the schema", text, exchange) from None
    fits = Draft202012Validator(SCHEMA).is_valid(value)
    expect(fits, f"JSON that fits {json.dumps(SCHEMA)}", text, exchange)


def _named_schema(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "named-json-schema-holds-for-the-answer"),
        f"With a `{grammar_name(form)}` of type json_schema the whole answer fits the schema in it.",
        source="#/components/schemas/JsonSchemaConfig",
        since="3.2",
        operation=form.operation,
        needs=with_grammar(form),
        why="It is the form that OpenAI's clients know.",
    )
    def check(trial: Trial) -> None:
        _expect_json(form, trial.send(_asking(form, {"type": "json_schema", "value": CONFIG})))


def _sampled(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "grammar-holds-for-sampled-answers"),
        "A grammar holds for a sampled answer as for a greedy one.",
        source=parameter(form, grammar_name(form)),
        operation=form.operation,
        needs=with_grammar(form),
        why="Nearly all that programs read is sampled.",
    )
    def check(trial: Trial) -> None:
        seeded = {
            "seed": 5,
            "temperature": 1.2,
            **({"do_sample": True} if form.dialect == "generate" else {}),
        }
        exchange = trial.send(_asking(form, {"type": "regex", "value": REGEX}, **seeded))
        text = expect_answer(form, exchange).text or ""
        expect(re.fullmatch(REGEX, text.strip()) is not None, f"a match of {REGEX}", text, exchange)


def _refused_in_streams(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "grammar-of-nothing-is-refused"),
        "A JSON schema without properties is refused by an error, and no token comes.",
        source="behaviour.md#grammars",
        operation=form.operation,
        level=Level.SHOULD,  # another grammar engine may know more
        needs=with_grammar(form),
        why="A stream that just ends looks like an answer of nothing.",
    )
    def nothing(trial: Trial) -> None:
        grammar = {"type": "json", "value": {"type": "object"}}
        expect_refusal(trial, form, trial.send(_asking(form, grammar)))


def _impossible(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "impossible-grammar-is-refused"),
        "A regex that is none is refused with 422 or 424 and an ErrorResponse.",
        source="behaviour.md#grammars",
        operation=form.operation,
        needs=with_grammar(form),
        alone=True,  # TGI's model process fails, and with it whatever else is in its batch
        hurts="broken grammars",
        why="A 500 makes clients retry what can never succeed; an answer without the grammar is worse.",
    )
    def regex(trial: Trial) -> None:
        exchange = trial.send(_asking(form, {"type": "regex", "value": "(unclosed"}))
        expect_status(exchange, *REFUSED)
        expect_fits(trial, exchange, exchange.response.json, ERROR_RESPONSE)

    @catalogue.add(
        words(form, "grammar-of-nothing-is-refused"),
        "A JSON schema without properties, and a type of grammar that there is not, are refused with 422.",
        source="behaviour.md#grammars",
        operation=form.operation,
        level=Level.SHOULD,  # another grammar engine may know more
        needs=with_grammar(form),
        why="An answer without the grammar that was asked for breaks who parses it.",
    )
    def nothing(trial: Trial) -> None:
        for grammar in ({"type": "json", "value": {"type": "object"}}, {"type": "text"}):
            with trial.case():
                expect_status(trial.send(_asking(form, grammar)), UNPROCESSABLE)
