"""A stream is shown event by event, and what its pieces add up to."""

from __future__ import annotations

import pytest
from tests.conformance.reports.answers import TOKENS, TOOLS, call, chunk, stream, token
from tests.conformance.reports.samples import STREAM, result

from tgi_conformance.reports.finding_view import finding_view
from tgi_conformance.reports.stream_view import assembled
from tgi_conformance.results.evidence import ResponseSeen
from tgi_conformance.results.levels import Outcome

ARGUMENTS = "Arguments of tool call 0"
OLD_CALL = chunk({"tool_calls": {"index": 0, "function": {"name": "", "arguments": '{"a": 1}'}}})


def joined(response: ResponseSeen, size: int = 6000) -> dict[str, str]:
    return {one.title: one.text for one in assembled(response, size)}


@pytest.mark.parametrize(
    ("response", "texts"),
    [
        (TOKENS, {"Text": " is a"}),
        (stream(token(1, "\n")), {"Text": '"\\n"'}),
        (TOOLS, {ARGUMENTS: '{"city": "Paris"}'}),
        (stream(OLD_CALL, "[DONE]"), {ARGUMENTS: '{"a": 1}'}),
        (stream(chunk({"content": "Hi"}), chunk({"content": " there"}), "[DONE]"), {"Text": "Hi there"}),
        (
            stream(*({"choices": [{"index": n % 2, "text": f"{n} "}]} for n in range(4))),
            {"Text": "0 2 ", "Text of choice 1": "1 3 "},
        ),
        (stream(chunk({"role": "assistant"}), {"error": "x"}, "no JSON", [], {"choices": 5}), {}),
        (
            stream(
                {"token": None}, {"token": {"text": 5}}, {"choices": [None, {"delta": {"tool_calls": [5]}}]}
            ),
            {},
        ),
    ],
)
def test_pieces_are_joined(response: ResponseSeen, texts: dict[str, str]) -> None:
    assert texts == joined(response)


def test_a_gap_stands_for_events_that_were_left_out() -> None:
    tokens = [token(n, f" {n}") for n in range(50)]
    text = joined(stream(*tokens, omitted=100))["Text"]

    assert " 39 …  40" in text
    assert 1 == text.count("…")


def test_what_is_joined_is_cut_to_the_size() -> None:
    assert (
        "x" * 100 + "… (300 characters)"
        == joined(stream(*[token(n, "x" * 100) for n in range(3)]), 100)["Text"]
    )


def test_an_event_shows_what_is_new_in_it() -> None:
    view = finding_view(result("x", Outcome.FAILED, response=stream(call("a"), call("b"))), 6000).response

    assert view is not None
    second = "".join(part.text for part in view.events[1].data)
    assert '"delta": {"tool_calls": [{"function": {"arguments": "b", …}, …}]}, …' in second
    assert "chat.completion.chunk" not in second


@pytest.mark.parametrize(
    ("size", "numbers", "omitted"),
    [
        (6000, [1, 2, *range(10, 20)], {2: 7}),
        (400, [1, 2, 10, 19], {2: 7, 10: 8}),
        (200, [1, 19], {1: 17}),
    ],
)
def test_events_keep_their_numbers_when_some_are_left_out(
    size: int, numbers: list[int], omitted: dict[int, int]
) -> None:
    kept = STREAM.events[:2] + STREAM.events[2:] * 10  # the last ten are the end of the stream
    shown = ResponseSeen(200, (), 0.4, "", kept, 7)
    view = finding_view(result("x", Outcome.FAILED, response=shown), size).response

    assert view is not None
    assert numbers == [event.number for event in view.events]
    assert omitted == {event.number: event.omitted_after for event in view.events if event.omitted_after}


def test_the_timeline_starts_at_the_previous_event() -> None:
    view = finding_view(
        result("x", Outcome.FAILED, response=ResponseSeen(200, (), 0.4, "", STREAM.events)), 6000
    ).response

    assert view is not None
    assert [("0.00", "25.00"), ("25.00", "25.00"), ("50.00", "50.00")] == [
        (event.start, event.width) for event in view.events
    ]
    assert ["100", "200", "400"] == [event.milliseconds for event in view.events]
