"""Models: what comes in goes out, whatever it is, and each variant is told from the others."""

from __future__ import annotations

import copy
import json
import pickle
from collections import UserDict, defaultdict
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tgi_client import models
from tgi_client.errors import DecodeError
from tgi_client.models import (
    BestOfSequence,
    ChatCompletionChoice,
    ChatCompletionComplete,
    ChatRequest,
    CompletionRequest,
    GenerateParameters,
    GrammarTypeJson,
    GrammarTypeJsonSchema,
    GrammarTypeRegex,
    MessageWithContent,
    MessageWithToolCalls,
    Token,
)
from tgi_client.types import UNSET, Unset

MODELS = [getattr(models, name) for name in models.__all__ if attrs.has(getattr(models, name))]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    Any: JSON,
    str: st.text(max_size=5),
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    type(None): st.none(),
    Unset: st.just(UNSET),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Give values of a type that models use."""
    if attrs.has(kind):
        return instances(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list:
        return st.lists(values(arguments[0]), max_size=2)
    if origin is Literal:
        return st.sampled_from(arguments)
    if arguments:
        return st.one_of(*map(values, arguments))
    return SCALARS[kind]


def instances(model: Any) -> st.SearchStrategy[Any]:
    """Give instances of a model, unknown members included."""
    hints = get_type_hints(model)
    members = {item.name: item for item in attrs.fields(model)}
    wire_names = {name.rstrip("_") for name in members}
    extra = st.dictionaries(st.text(max_size=3).filter(lambda name: name not in wire_names), JSON, max_size=1)
    strategies = {name: values(hints[name]) for name in members if name != "additional_properties"}
    return st.builds(model, **strategies, additional_properties=extra)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_a_model_comes_back_from_its_json(model: Any, data: st.DataObject) -> None:
    instance = data.draw(instances(model))
    assert instance == model.from_dict(instance.to_dict())
    assert instance == model.from_dict(json.loads(json.dumps(instance.to_dict())))


def test_unknown_members_go_back_out() -> None:
    wire = {"id": 1, "text": "a", "logprob": None, "special": False, "new": {"a": [1]}, "from_dict": 2}
    assert {"new": {"a": [1]}, "from_dict": 2} == Token.from_dict(wire).additional_properties
    assert wire == Token.from_dict(wire).to_dict()
    assert "new" in wire  # what came in is left as it was


@pytest.mark.parametrize("more", [{}, {"x": 1}, {"tool_call_id": None}, {"tool_call_id": "a", "x": None}])
def test_the_object_that_is_read_stays_as_it_is(more: dict[str, Any]) -> None:
    delta = {"role": "assistant", "content": "a", **more}
    wire = {"index": 0, "delta": delta, "y": [1]}
    before = copy.deepcopy(wire)
    choice = ChatCompletionChoice.from_dict(wire)
    choice.additional_properties["z"] = 2
    choice.delta.additional_properties["z"] = 2
    assert before == wire
    assert {"y": [1], "z": 2} == choice.additional_properties
    assert {
        **{name: more[name] for name in more if name == "x"},
        "z": 2,
    } == choice.delta.additional_properties


def test_members_may_be_those_of_any_mapping() -> None:
    wire = defaultdict(int, id=1, text="a", logprob=0, special=False, x=2)
    for source in (wire, MappingProxyType(wire), UserDict(wire)):
        assert Token.from_dict({**wire}) == Token.from_dict(source)
    del wire["id"]
    with pytest.raises(DecodeError, match="required member 'id' is missing"):
        Token.from_dict(wire)
    assert {"text", "logprob", "special", "x"} == set(wire)


@pytest.mark.parametrize("reason", ["length", "eos_token", "stop_sequence", "tool_calls", ""])
def test_an_unknown_value_of_an_enum_arrives_as_itself(reason: str) -> None:
    wire = {"generated_text": "", "finish_reason": reason, "generated_tokens": 1, "prefill": [], "tokens": []}
    assert reason == BestOfSequence.from_dict(wire).finish_reason
    assert wire == BestOfSequence.from_dict(wire).to_dict()


@pytest.mark.parametrize(
    ("wire", "expected"),
    [({}, UNSET), ({"seed": None}, None), ({"seed": 0}, 0), ({"seed": 2**64 - 1}, 2**64 - 1)],
)
def test_null_absent_and_values_are_told_apart(wire: dict[str, Any], expected: object) -> None:
    parameters = GenerateParameters.from_dict(wire)
    assert expected is parameters.seed or expected == parameters.seed
    assert wire == parameters.to_dict()


def test_no_default_is_sent_of_its_own_accord() -> None:
    assert {} == GenerateParameters().to_dict()
    assert {"prompt": "x"} == CompletionRequest(prompt="x").to_dict()


def test_absent_stays_absent_when_it_is_copied() -> None:
    parameters = GenerateParameters()
    for copied in (copy.deepcopy(parameters), pickle.loads(pickle.dumps(parameters))):  # noqa: S301 (our own)
        assert parameters == copied
        assert copied.seed is UNSET
    assert not UNSET
    assert "UNSET" == repr(UNSET)


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        ({"text": "a", "logprob": 0, "special": False}, "Token: required member 'id' is missing"),
        ([], "Token: an array, expected an object"),
        ("a", "Token: a string, expected an object"),
        (None, "Token: null, expected an object"),
    ],
)
def test_what_is_no_such_model_is_told(wire: Any, told: str) -> None:
    with pytest.raises(DecodeError) as raised:
        Token.from_dict(wire)
    assert told == str(raised.value)


TEXT = {"role": "assistant", "content": "a"}
CALLS = {"role": "assistant", "tool_calls": []}


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (TEXT, "TextMessage"),
        (CALLS, "ToolCallDelta"),
        ({**CALLS, "content": None}, "ToolCallDelta"),
        ({**TEXT, "tool_calls": None}, "TextMessage"),
        ({**TEXT, "tool_call_id": None}, "TextMessage"),
        ({**TEXT, "refusal": None, "x": [1]}, "TextMessage"),
        ({"role": "assistant", "content": None}, "TextMessage"),
        ({"role": "assistant", "tool_calls": [{"index": 0}]}, None),
    ],
)
def test_a_delta_is_text_or_a_call(delta: dict[str, Any], expected: str | None) -> None:
    wire = {"index": 0, "delta": delta}
    if expected is None:
        with pytest.raises(DecodeError):
            ChatCompletionChoice.from_dict(wire)
        return
    choice = ChatCompletionChoice.from_dict(wire)
    assert expected == type(choice.delta).__name__
    assert wire == choice.to_dict()


def test_a_message_of_no_known_kind_is_told() -> None:
    wire = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant"}}
    with pytest.raises(DecodeError, match="none of TextMessage, ToolCallMessage"):
        ChatCompletionComplete.from_dict(wire)


@pytest.mark.parametrize(
    ("grammar", "expected"),
    [
        ({"type": "json", "value": {}}, GrammarTypeJson),
        ({"type": "json", "value": "a"}, GrammarTypeJson),
        ({"type": "regex", "value": "a"}, GrammarTypeRegex),
        ({"type": "json_schema", "value": {"schema": {}}}, GrammarTypeJsonSchema),
        ({"type": "new", "value": 1}, GrammarTypeJson),
        (None, type(None)),
    ],
)
def test_a_grammar_is_told_by_its_type(grammar: Any, expected: type) -> None:
    parameters = GenerateParameters.from_dict({"grammar": grammar})
    assert expected is type(parameters.grammar)
    assert {"grammar": grammar} == parameters.to_dict()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "user", "content": "a"}, MessageWithContent),
        ({"role": "user", "content": [{"type": "text", "text": "a"}]}, MessageWithContent),
        ({"role": "assistant", "tool_calls": []}, MessageWithToolCalls),
        ({"role": "assistant", "tool_calls": [], "content": None}, MessageWithToolCalls),
    ],
)
def test_a_message_is_told_by_its_members(message: dict[str, Any], expected: type) -> None:
    request = ChatRequest.from_dict({"messages": [message]})
    assert expected is type(request.messages[0])
    assert {"messages": [message]} == request.to_dict()


@pytest.mark.parametrize(
    "choice",
    ["auto", "none", "required", "get_weather", None, {"function": {"name": "f"}, "type": "function"}],
)
def test_a_tool_choice_is_a_word_a_name_or_an_object(choice: Any) -> None:
    wire = {"messages": [], "tool_choice": choice}
    assert wire == ChatRequest.from_dict(wire).to_dict()


def test_a_constant_needs_not_be_given() -> None:
    assert {"type": "regex", "value": "a"} == GrammarTypeRegex(value="a").to_dict()
