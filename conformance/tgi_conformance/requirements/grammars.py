"""Grammars: output follows them, and invalid ones are refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tgi_common import json_text
from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, GENERATE, GENERATE_STREAM
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import GRAMMAR_FORMS
from tgi_conformance.requirements._pointers import parameter, with_grammar
from tgi_conformance.requirements._verify import (
    UNPROCESSABLE,
    expect,
    expect_answer,
    expect_fits,
    expect_status,
)
from tgi_conformance.requirements.refusals import ERROR_RESPONSE
from tgi_conformance.requirements.validation import expect_refusal
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

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


def _source(form: Form) -> str:
    return parameter(form, form.grammar_name)


def _request(form: Form, grammar: Any, **parameters: Any) -> Request:
    return form.ask(tokens=JSON_TOKENS, **{**counted(form), **parameters, form.grammar_name: grammar})


@requirement(
    "regex-holds-for-the-answer",
    lambda form: f"With a `{form.grammar_name}` of type regex the whole answer matches the expression.",
    forms=GRAMMAR_FORMS,
    source=_source,
    category="grammars",
    needs=with_grammar,
    why="Programs that parse the answer with the same expression fail on anything else.",
)
def regex_holds_for_the_answer(context: Context, form: Form) -> None:
    grammar = {"type": "regex", "value": REGEX}
    exchange = context.send(form.ask(tokens=TOKENS, **counted(form), **{form.grammar_name: grammar}))
    answer = expect_answer(form, exchange)
    text = "".join(answer.pieces) if form.streamed else answer.text or ""
    expect(re.fullmatch(REGEX, text.strip()) is not None, f"a match of {REGEX}", text, exchange)
    finish = {"generate": "eos_token", "chat": "stop"}[form.dialect]
    expect(
        answer.finish == finish,
        f"finish reason {finish}, as the grammar allows no further token",
        answer.finish,
        exchange,
    )


@requirement(
    "json-schema-holds-for-the-answer",
    lambda form: f"With a `{form.grammar_name}` of type json the whole answer is JSON that fits the schema.",
    forms=GRAMMAR_FORMS,
    source=_source,
    category="grammars",
    needs=with_grammar,
    why="Programs that parse the answer by this schema fail on anything else.",
)
def json_schema_holds_for_the_answer(context: Context, form: Form) -> None:
    _expect_json(form, context.send(_request(form, {"type": "json", "value": SCHEMA})))


@requirement(
    "named-json-schema-holds-for-the-answer",
    lambda form: (
        f"With a `{form.grammar_name}` of type json_schema the whole answer is JSON that fits the schema."
    ),
    forms=(GENERATE, CHAT),
    source="#/components/schemas/JsonSchemaConfig",
    category="grammars",
    since="3.2",
    needs=with_grammar,
    why="OpenAI's clients send this type.",
)
def named_json_schema_holds_for_the_answer(context: Context, form: Form) -> None:
    _expect_json(form, context.send(_request(form, {"type": "json_schema", "value": CONFIG})))


def _expect_json(form: Form, exchange: Exchange) -> None:
    answer = expect_answer(form, exchange)
    text = "".join(answer.pieces) if form.streamed else answer.text or ""
    try:
        value = json_text.parse(text)
    except ValueError:
        raise UnmetError("JSON that fits the schema", text, exchange) from None
    fits = Draft202012Validator(SCHEMA).is_valid(value)
    expect(fits, f"JSON that fits {json.dumps(SCHEMA)}", text, exchange)


@requirement(
    "grammar-holds-for-sampled-answers",
    "A sampled answer follows the grammar as a greedy one does.",
    forms=(GENERATE, CHAT),
    source=_source,
    category="grammars",
    needs=with_grammar,
    why="Most answers that programs parse are sampled.",
)
def grammar_holds_for_sampled_answers(context: Context, form: Form) -> None:
    seeded = {
        "seed": 5,
        "temperature": 1.2,
        **({"do_sample": True} if form.dialect == "generate" else {}),
    }
    exchange = context.send(_request(form, {"type": "regex", "value": REGEX}, **seeded))
    text = expect_answer(form, exchange).text or ""
    expect(re.fullmatch(REGEX, text.strip()) is not None, f"a match of {REGEX}", text, exchange)


@requirement(
    "impossible-grammar-is-refused",
    "An invalid regex is refused with 422 or 424 and an ErrorResponse.",
    forms=(GENERATE, CHAT),
    source="behaviour.md#grammars",
    category="grammars",
    needs=with_grammar,
    alone=True,  # TGI's model process fails, and with it every other request in its batch
    hurts="broken grammars",
    why="A 500 makes clients retry what can never succeed; an answer that ignores the grammar is worse.",
)
def impossible_grammar_is_refused(context: Context, form: Form) -> None:
    exchange = context.send(_request(form, {"type": "regex", "value": "(unclosed"}))
    expect_status(exchange, *REFUSED)
    expect_fits(context, exchange, exchange.response.json, ERROR_RESPONSE)


@requirement(
    "grammar-of-nothing-is-refused",
    "A JSON schema without properties, or an unknown grammar type, is refused with 422.",
    forms=(GENERATE, CHAT),
    source="behaviour.md#grammars",
    category="grammars",
    level=SHOULD,  # another grammar engine may support more
    needs=with_grammar,
    why="An answer that ignores the requested grammar breaks the program that parses it.",
)
def grammar_of_nothing_is_refused(context: Context, form: Form) -> None:
    for grammar in ({"type": "json", "value": {"type": "object"}}, {"type": "text"}):
        with context.case():
            expect_status(context.send(_request(form, grammar)), UNPROCESSABLE)


@requirement(
    "grammar-of-nothing-is-refused",
    "A stream whose grammar is a JSON schema without properties is refused with an error, before any token.",
    forms=(GENERATE_STREAM, CHAT_STREAM),
    source="behaviour.md#grammars",
    category="grammars",
    level=SHOULD,  # another grammar engine may support more
    needs=with_grammar,
    why="A stream that ends without an error looks like an empty answer.",
)
def grammar_of_nothing_is_refused_in_streams(context: Context, form: Form) -> None:
    grammar = {"type": "json", "value": {"type": "object"}}
    expect_refusal(context, form, context.send(_request(form, grammar)))
