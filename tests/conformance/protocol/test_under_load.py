"""What requirements and load runs judge by alike."""

from __future__ import annotations

import httpx
import pytest

from tgi_conformance.http.exchange import Response
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE
from tgi_conformance.protocol.under_load import (
    asking_for,
    indices,
    is_numbered,
    is_own_text,
    is_retry_after,
    is_terminated,
)

STREAM = httpx.Headers({"content-type": "text/event-stream"})


def stream(*data: str) -> Response:
    return Response(200, STREAM, "".join(f"data: {one}\n\n" for one in data).encode(), 0.1)


@pytest.mark.parametrize("value", ["0", "120", " 3 ", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after_is_in_seconds_or_a_date(value: str) -> None:
    assert is_retry_after(value)


@pytest.mark.parametrize("value", ["", "-1", "1.5", "soon", "3 s", "99999999999", "2026-10-21"])
def test_retry_after_is_nothing_else(value: str) -> None:
    assert not is_retry_after(value)


@pytest.mark.parametrize(
    ("answered", "own"), [("mark-1", True), ("mar", True), (" mark-1 ", True), ("mark-2", False), ("", False)]
)
def test_an_answer_is_its_own_text_or_the_beginning(answered: str, own: bool) -> None:
    assert own is is_own_text("mark-1", answered)


@pytest.mark.parametrize(
    ("events", "numbered"), [((1, 2, 3), True), ((0, 1), False), ((1, 3), False), ((), True)]
)
def test_events_are_numbered_from_1(events: tuple[int, ...], numbered: bool) -> None:
    assert numbered is is_numbered(indices(stream(*(f'{{"index":{event}}}' for event in events))))


@pytest.mark.parametrize(
    ("data", "terminated"),
    [
        (("{}", "[DONE]"), True),
        (("{}",), False),
        (("[DONE]", "{}"), False),
        (("[DONE]", "[DONE]"), False),
        ((), False),
    ],
)
def test_done_stands_once_and_last(data: tuple[str, ...], terminated: bool) -> None:
    assert terminated is is_terminated(stream(*data))


def test_each_dialect_has_its_grammar_where_it_takes_it() -> None:
    grammar = {"type": "regex", "value": "abc"}

    assert grammar == asking_for(GENERATE, "abc", tokens=4).json["parameters"]["grammar"]
    assert grammar == asking_for(CHAT, "abc", tokens=4, prompt="Say it.").json["response_format"]
    assert "Say it." == asking_for(CHAT, "abc", tokens=4, prompt="Say it.").json["messages"][0]["content"]
    assert COMPLETIONS.limit_name in asking_for(COMPLETIONS, "abc", tokens=4).json
