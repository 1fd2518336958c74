"""Streamed tool calls: TGI sends the model's text as it stands, the document's way adds up to JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.reference.raw_http import exchange

from tgi_reference.api.streams import ChatEvents, NoToolChosen, TextToolEvents
from tgi_reference.compose import running
from tgi_reference.engine import Finish, Step, Token
from tgi_reference.generation.generation import Generation
from tgi_reference.settings import Settings
from tgi_reference.wire.requests import GenerateParameters, GenerateRequest

if TYPE_CHECKING:
    from tgi_reference.server import Running

END = "<|im_end|>"
SCHEMA = {"properties": {"city": {"enum": ["Rome", "Oslo"]}}, "required": ["city"]}
TOOL = {"name": "get_weather", "parameters": SCHEMA}
CHAT = {
    "messages": [{"role": "user", "content": "Will it rain?"}],
    "max_tokens": 80,
    "stream": True,
    "tools": [{"type": "function", "function": TOOL}],
    "tool_choice": "required",
    "stream_options": {"include_usage": True},
}


def steps(*texts: str) -> list[Step]:
    tokens = [Token(0, text, -1.0, special=text == END) for text in texts]
    finish = Finish("eos_token", "", len(texts), None)
    return [Step(one, (), finish if one is tokens[-1] else None) for one in tokens]


def sent(*texts: str, logprobs: bool = False) -> list[Any]:
    generation = Generation(GenerateRequest("x", GenerateParameters()))
    chunks = ChatEvents(Settings(), generation, "m", logprobs=logprobs, include_usage=False)
    events = TextToolEvents(chunks, "0")
    return [json.loads(one[6:])["choices"][0] for one in map(events.render, steps(*texts)) if one]


def pieces(choices: list[Any]) -> list[str]:
    calls = [call for one in choices for call in one["delta"].get("tool_calls", ())]
    return [call["function"]["arguments"] for call in calls]


BEGINNING = '{"function": {"_name": "f'


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (('",', ' "a', '": 1', "}}"), ["{", ' "a', '": 1', "}"]),
        (('"', ",", ' "a": 1', "}", "}"), ["{", ",", ' "a": 1', "}", ""]),  # the quote alone
        (('","a": ', "1", "}}"), ["{", "}"]),  # one token more, and the arguments are torn
        (('"', "}}"), ["{", "}"]),
        (('"}}',), ["{"]),
    ],
)
def test_pieces_of_arguments(texts: tuple[str, ...], expected: list[str]) -> None:
    assert expected == pieces(sent(BEGINNING, *texts, END))


def test_the_first_piece_names_the_function_and_no_piece_tells_the_end() -> None:
    choices = sent(BEGINNING, '",', ' "a": 1}}', END, logprobs=True)
    calls = [one["delta"]["tool_calls"][0]["function"] for one in choices]
    assert ["f", None] == [one["name"] for one in calls]
    assert ["{", ' "a": 1}'] == [one["logprobs"]["content"][0]["token"] for one in choices]
    assert {None} == {one["finish_reason"] for one in choices}


def test_a_call_that_the_limit_ends_tells_so() -> None:
    assert "stop" == sent(BEGINNING, '",', ' "a": 1}}')[-1]["finish_reason"]


def test_an_answer_that_is_no_call_sends_nothing() -> None:
    assert [] == sent('{"function": {', END)


def test_plain_words_are_told_at_once() -> None:
    with pytest.raises(NoToolChosen):
        sent('{"function": {"_name": "no_tool"', "}}", END)


def streamed(server: Running) -> tuple[str, list[str], list[Any]]:
    answer = exchange(
        server.url,
        "POST",
        "/v1/chat/completions",
        {"content-type": "application/json"},
        json.dumps(CHAT).encode(),
    )
    *lines, done = [line.removeprefix("data: ") for line in answer.text.strip().split("\n\n")]
    assert "[DONE]" == done
    *chunks, usage = map(json.loads, lines)
    choices = [one["choices"][0] for one in chunks]
    assert usage["usage"]["completion_tokens"] > 5
    reasons = [one["finish_reason"] for one in choices if one["finish_reason"]]
    return "".join(pieces(choices)), reasons, choices


def test_ours_adds_up_since_its_model_writes_as_models_do(tgi: Running) -> None:
    arguments, reasons, _ = streamed(tgi)
    assert json.loads(arguments) in ({"city": "Rome"}, {"city": "Oslo"})
    assert [] == reasons


def test_as_documented_the_end_is_told(documented: Running) -> None:
    arguments, reasons, _ = streamed(documented)
    assert json.loads(arguments) in ({"city": "Rome"}, {"city": "Oslo"})
    assert ["stop"] == reasons


def test_a_model_whose_quotes_stand_alone_writes_no_json() -> None:
    with running(Settings(variants=("quotes-stand-alone",))) as server:
        arguments, _, _ = streamed(server)
    first, comma, members = arguments.partition(",")
    assert ("{", ",") == (first.rstrip(), comma)
    assert {"city"} == json.loads("{" + members).keys()
