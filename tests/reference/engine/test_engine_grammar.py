from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tgi_reference.engine import GrammarError
from tgi_reference.engine.schema import closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.engine import Engine, Finish, Step

    Write = Callable[..., list[Step]]
    End = Callable[..., Finish]

WEATHER = {
    "type": "object",
    "properties": {
        "_name": {"type": "string", "const": "get_weather"},
        "location": {"type": "string", "description": "The city"},
        "format": {"type": "string", "enum": ["celsius", "fahrenheit"]},
    },
    "required": ["location", "format", "_name"],
}
NO_TOOL = {
    "type": "object",
    "properties": {"_name": {"type": "string", "const": "no_tool"}, "content": {"type": "string"}},
    "required": ["content", "_name"],
}
TOOLS: dict[str, Any] = {
    "$functions": {"get_weather": WEATHER, "no_tool": NO_TOOL},
    "properties": {
        "function": {"anyOf": [{"$ref": "#/$functions/get_weather"}, {"$ref": "#/$functions/no_tool"}]}
    },
    "required": ["function"],
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "tools": TOOLS,
    "boolean": {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
    "untyped": {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a", "b"]},
    "numbers": {
        "type": "object",
        "properties": {
            "n": {"type": "number"},
            "i": {"type": "integer", "minimum": 1, "maximum": 12},
            "f": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        },
        "required": ["n", "i", "f"],
    },
    "nullable": {
        "type": "object",
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
        },
        "required": ["a", "b"],
    },
    "arrays": {
        "type": "object",
        "properties": {
            "words": {"type": "array", "items": {"type": "string"}},
            "pair": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "rows": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}}},
        },
        "required": ["words", "pair", "rows"],
    },
    "enum": {
        "type": "object",
        "properties": {"e": {"enum": ["red", 3, None, True]}, "c": {"const": "é\n"}},
        "required": ["e", "c"],
    },
    "recursive": {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]},
                },
                "required": ["value", "next"],
            }
        },
        "type": "object",
        "properties": {"list": {"$ref": "#/$defs/node"}},
        "required": ["list"],
    },
    "pattern": {
        "type": "object",
        "properties": {
            "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
            "day": {"format": "date", "type": "string"},
        },
        "required": ["code", "day"],
    },
    "optional": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
    "any": {
        "type": "object",
        "properties": {"free": {}, "map": {"type": "object"}},
        "required": ["free", "map"],
    },
    "merged": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"type": "object", "properties": {"b": {"type": "boolean"}}, "required": ["b"]},
        ],
        "properties": {"c": {"type": "null"}},
    },
}
PATTERNS = [
    "[0-9]{3}",
    "[0-9]+",
    r"\d{4}-\d{2}-\d{2}",
    "(yes|no|maybe)",
    "日本語?",
    r"((25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(25[0-5]|2[0-4]\d|[01]?\d\d?)",
    r"[a-z]+@[a-z]+\.com",
    "[A-Z][a-z]{2,8} [0-9]",
    ".{5}",
]
PARAMETERS: list[dict[str, Any]] = [
    {},
    {"do_sample": True, "seed": 1},
    {"temperature": 1.5, "seed": 2},
    {"top_p": 0.9, "seed": 3, "repetition_penalty": 1.2},
    {"top_k": 5, "seed": 4, "watermark": True},
]


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("name", SCHEMAS)
def test_an_object_matches_its_schema_and_ends(
    end: End, engine: Engine, name: str, parameters: dict[str, Any]
) -> None:
    grammar = engine.compile_grammar("json", SCHEMAS[name])
    finish = end(max_new_tokens=250, grammar=grammar, **parameters)
    assert "eos_token" == finish.reason
    jsonschema.validate(json.loads(finish.generated_text), closed(SCHEMAS[name]))


@pytest.mark.parametrize("name", ["tools", "boolean", "untyped", "nullable", "enum", "optional"])
def test_small_objects_are_short(end: End, engine: Engine, name: str) -> None:
    grammar = engine.compile_grammar("json", SCHEMAS[name])
    lengths = [
        end(max_new_tokens=250, grammar=grammar, do_sample=seed > 0, seed=seed).generated_tokens
        for seed in range(25)
    ]
    assert max(lengths) <= (100 if name == "tools" else 60)


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_text_matches_its_pattern_and_ends(
    end: End, engine: Engine, pattern: str, parameters: dict[str, Any]
) -> None:
    grammar = engine.compile_grammar("regex", pattern)
    finish = end(max_new_tokens=250, grammar=grammar, **parameters)
    assert "eos_token" == finish.reason
    assert re.fullmatch(pattern, finish.generated_text)


@pytest.mark.parametrize("pattern", ["[0-9]", "[0-9]+"])
def test_what_can_end_does_so_with_the_end_token(write: Write, engine: Engine, pattern: str) -> None:
    *others, last = write(max_new_tokens=50, grammar=engine.compile_grammar("regex", pattern))
    assert last.token.special
    assert last.finish is not None
    assert ("eos_token", len(others) + 1) == (last.finish.reason, last.finish.generated_tokens)
    assert not any(step.token.special for step in others)


def test_a_limit_without_room_for_the_end_token_cuts_what_is_whole(end: End, engine: Engine) -> None:
    finish = end(max_new_tokens=1, grammar=engine.compile_grammar("regex", "[0-9]"))
    assert ("length", 1) == (finish.reason, finish.generated_tokens)


def test_the_limit_cuts_an_object(end: End, engine: Engine) -> None:
    finish = end(max_new_tokens=3, grammar=engine.compile_grammar("json", TOOLS))
    assert ("length", 3) == (finish.reason, finish.generated_tokens)


def test_logprobs_are_those_of_the_allowed_tokens(write: Write, engine: Engine) -> None:
    grammar = engine.compile_grammar("regex", "[0-9]{3}")
    steps = write(grammar=grammar, top_n_tokens=5)
    assert 4 == len(steps)
    assert all(token.text.isdecimal() for step in steps[:3] for token in step.top_tokens)
    assert [(steps[3].token.id, 0.0)] == [(one.id, one.logprob) for one in steps[3].top_tokens]


@pytest.mark.parametrize("pattern", ["[0-9", "(", "a{2,1}", "*", "(?=x)y", r"(a)\1"])
def test_a_bad_pattern_is_refused_in_one_line(engine: Engine, pattern: str) -> None:
    with pytest.raises(GrammarError) as caught:
        engine.compile_grammar("regex", pattern)
    assert str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("json", {"type": "nonsense", "properties": {}}),
        ("json", {"properties": {"a": {"$ref": "#/$defs/none"}}}),
        ("json", {"properties": {"a": {"enum": 3}}}),
        ("json", "no JSON"),
        ("json", [1]),
        ("json", None),
        ("regex", {"a": 1}),
        ("lark", "start: x"),
    ],
)
def test_a_bad_grammar_is_refused(engine: Engine, kind: str, value: Any) -> None:
    with pytest.raises(GrammarError):
        engine.compile_grammar(kind, value)


def test_a_schema_that_nests_without_end_is_refused(engine: Engine) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(100_000):
        schema = {"properties": {"a": schema}}
    with pytest.raises(GrammarError, match="deep"):
        engine.compile_grammar("json", schema)


def test_a_pattern_that_grows_too_large_ends_the_run_with_an_error(end: End, engine: Engine) -> None:
    started = time.perf_counter()
    grammar = engine.compile_grammar("regex", "(((a{500}){500}){500}){500}")
    with pytest.raises(GrammarError, match=r"^lexer error: too many expressions constructed$"):
        end(max_new_tokens=5, grammar=grammar)
    assert time.perf_counter() - started < 30


def test_a_schema_may_be_text(engine: Engine) -> None:
    assert engine.compile_grammar("json", json.dumps(TOOLS)) is engine.compile_grammar("json", TOOLS)


def test_compiling_takes_milliseconds(engine: Engine) -> None:
    started = time.perf_counter()
    for size in range(10):
        engine.compile_grammar("json", {**TOOLS, "title": f"timed {size}"})
    assert time.perf_counter() - started < 0.5


def test_runs_of_one_grammar_are_independent(write: Write, engine: Engine) -> None:
    grammar = engine.compile_grammar("json", TOOLS)
    assert write(grammar=grammar) == write(grammar=grammar)


def test_closing_leaves_other_words_alone() -> None:
    schema = {
        "properties": {
            "properties": {"type": "string"},
            "deep": {"properties": {}, "additionalProperties": True},
        },
        "enum": [{"properties": {}}],
        "default": {"properties": {}},
    }
    expected = {
        "properties": {
            "properties": {"type": "string"},
            "deep": {"properties": {}, "additionalProperties": True, "type": "object"},
        },
        "enum": [{"properties": {}}],
        "default": {"properties": {}},
        "type": "object",
        "additionalProperties": False,
    }
    assert expected == closed(schema)
