"""Which requests may make a model process raise."""

from __future__ import annotations

from typing import Any

import pytest

from tgi_conformance.protocol.forms import CHAT, GENERATE, post
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.requirements.grammars import CONFIG, REGEX, SCHEMA
from tgi_conformance.requirements.tools import WEATHER

PLAIN: list[Any] = [
    {"type": "regex", "value": "(yes|no)"},
    {"type": "regex", "value": REGEX},
    {"type": "regex", "value": "([0-9]){24}"},
    {"type": "json", "value": SCHEMA},
    {"type": "json_schema", "value": CONFIG},
    {"type": "json", "value": {"type": "object"}},
    {"type": "text"},
    5,
]
BROKEN: list[Any] = [
    {"type": "regex", "value": "(unclosed"},
    {"type": "regex", "value": "a{3"},
    {"type": "regex", "value": "a{1000000}"},
    {"type": "regex", "value": r"(a)\1"},
    {"type": "regex", "value": "a(?=b)"},
    {"type": "regex", "value": "[z-a]"},
    {"type": "regex", "value": "\0"},
    {"type": "regex", "value": 5},
    {"type": "regex"},
    {"type": "json", "value": {"properties": {"a": {"type": "string", "pattern": "("}}}},
    {"type": "json", "value": {"properties": {"a": {"type": ["string", "null"]}}}},
    {"type": "json", "value": {"properties": {"a": {"$ref": "#/nowhere"}}}},
    {"type": "json", "value": {"properties": {"a": 5}}},
    {"type": "json_schema", "value": {"name": "x", "schema": {"properties": {"a": {"not": {}}}}}},
]


@pytest.mark.parametrize("grammar", PLAIN)
def test_grammars_that_every_engine_accepts_or_refuses_are_safe(grammar: Any) -> None:
    assert not may_raise(GENERATE.ask(grammar=grammar))
    assert not may_raise(CHAT.ask(response_format=grammar))


@pytest.mark.parametrize("grammar", BROKEN)
def test_grammars_that_engines_treat_differently_may_raise(grammar: Any) -> None:
    assert may_raise(GENERATE.ask(grammar=grammar))
    assert may_raise(CHAT.ask(response_format=grammar))


def test_tools_are_grammars_too() -> None:
    odd = {"type": "object", "properties": {"a": {"type": "string", "format": "nothing"}}}

    assert not may_raise(CHAT.ask(tools=[WEATHER]))
    assert may_raise(CHAT.ask(tools=[{"type": "function", "function": {"name": "f", "parameters": odd}}]))


def test_plain_requests_are_safe() -> None:
    assert not any(may_raise(one) for one in (GENERATE.ask(), CHAT.ask(), post("/tokenize", {"inputs": "x"})))
    assert may_raise(GENERATE.ask(adapter_id="unknown"))
