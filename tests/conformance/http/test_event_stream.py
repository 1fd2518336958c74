"""The reader of event streams, by the rules of the HTML standard, byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgi_conformance.http.event_stream import MOST_FAULTS, MOST_LINES, Event, EventStream, read

if TYPE_CHECKING:
    from random import Random


def said(body: bytes) -> list[tuple[str, str, str]]:
    return [(event.type, event.data, event.id) for event in read(body).events]


def datas(body: bytes) -> list[str]:
    return [event.data for event in read(body).events]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a \n\n", ["a "]),
        (b"data:\ta\n\n", ["\ta"]),
        (b"data: a:b\n\n", ["a:b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data\n\ndata\ndata\n\ndata:", ["", "\n"]),  # the standard's own example
        (b"data:test\n\ndata: test\n\n", ["test", "test"]),  # and another
        (b"\n\n\ndata: a\n\n\n\n", ["a"]),
        (b"event: x\n\n", []),
        (b"data: a\r\n\r\ndata: b\r\r" + b"data: c\n\n", ["a", "b", "c"]),
        (b"data: a\r\ndata: b\r\n\r\n", ["a\nb"]),
        (b"data: a\r\n\ndata: b\n\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        (b"data: \xe2\x80\xa8\x0b\x0c\x85 b\n\n".replace(b"\x85", b"\xc2\x85"), ["\u2028\x0b\x0c\x85 b"]),
        (b"data: a\0b\n\n", ["a\0b"]),
        (b"Data: a\n\n", []),
        (b" data: a\n\n", []),
        (b"data: [DONE]\n\n", ["[DONE]"]),
        (b"", []),
    ],
)
def test_data_is_what_a_browser_dispatches(body: bytes, expected: list[str]) -> None:
    assert expected == datas(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"event: add\ndata: 1\n\ndata: 2\n\n", [("add", "1", ""), ("message", "2", "")]),
        (b"event\ndata: 1\n\n", [("message", "1", "")]),
        (b"event: a\nevent: b\ndata: 1\n\n", [("b", "1", "")]),
        (b"id: 1\ndata: a\n\ndata: b\n\n", [("message", "a", "1"), ("message", "b", "1")]),
        (b"id: 1\ndata: a\n\nid\ndata: b\n\n", [("message", "a", "1"), ("message", "b", "")]),
        (b"id: 1\n\ndata: a\n\n", [("message", "a", "1")]),
        (b"id: 1\nid: 2\0\ndata: a\n\n", [("message", "a", "1")]),
        (b": comment\nretry: 10\ndata: a\n:\n\n", [("message", "a", "")]),
    ],
)
def test_types_and_ids_are_kept_as_the_standard_says(
    body: bytes, expected: list[tuple[str, str, str]]
) -> None:
    assert expected == said(body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"data: a", "the last line has no line end"),
        (b"data: a\n", "the stream ends inside an event: 'a'"),
        (b"data: a\n\ndata: b\n", "the stream ends inside an event: 'b'"),
        (b"data: a\n\n: comment", "the last line has no line end"),
        (b"data: \xff\n\n", "byte 6 is not UTF-8"),
        (b"data: \xe2\x82\n\n", "byte 6 is not UTF-8"),
        (b"data: a\n\n{}\n\n", "a line that is not a field of the standard: '{}'"),
        (b"DATA: a\n\n", "a line that is not a field of the standard: 'DATA'"),
        (b"data : a\n\n", "a line that is not a field of the standard: 'data '"),
    ],
)
def test_what_a_browser_drops_is_reported(body: bytes, fault: str) -> None:
    assert [fault] == [found[: len(fault)] for found in read(body).faults][:1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"data: a\n\n",
        b"data: a\r\n\r\n",
        b"data:a\r\r",
        b":ping\n\ndata: a\n\n",
        b"id: 4\nevent: message\nretry: 5\ndata: a\n\n",
        b"data: \xf0\x9f\xa4\x96\n\n",
    ],
)
def test_legal_variations_are_no_fault(body: bytes) -> None:
    assert () == read(body).faults


@pytest.mark.parametrize("line", [b"trace: 1", b"x-trace:1", b"comment: a", b"nonce:"])
def test_fields_that_the_standard_does_not_name_are_ignored(line: bytes) -> None:
    stream = read(line + b"\ndata: a\n" + line + b"\n\n")

    assert ["a"] == [event.data for event in stream.events]
    assert () == stream.faults


@pytest.mark.parametrize("line", [b"keep-alive", b"Data: a", b"data : a", b'{"a": 1}', b' "index": 1,'])
def test_lines_that_are_not_fields_are_faults(line: bytes) -> None:
    assert 1 == len(read(b"data: a\n" + line + b"\n\n").faults)


def test_comments_are_counted() -> None:
    assert 2 == read(b": a\n:\ndata: x\n\n").comments


def test_offsets_are_those_after_each_event() -> None:
    body = b"\xef\xbb\xbfdata: \xf0\x9f\xa4\x96\r\n\r\ndata: b\n\n"

    assert [body.index(b"data: b"), len(body)] == [event.offset for event in read(body).events]


def test_a_cut_character_shows_as_one_replacement() -> None:
    assert ["\ufffdx"] == datas(b"data: \xf0\x9f\xa4x\n\n")


@pytest.mark.parametrize("data", ["NaN", "{", "[" * 5000, "", "\u00e4"])
def test_data_that_is_not_json_raises(data: str) -> None:
    event = Event(data)

    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reader says
        _ = event.json
    assert event.json_or_none is None


def test_lines_and_faults_are_bounded() -> None:
    stream = read(b"x\n" * (MOST_LINES + 50))

    assert MOST_FAULTS == len(stream.faults)
    assert MOST_LINES // 2 == len(read(b"data:1\n\n" * MOST_LINES).events)
    assert f"more than {MOST_LINES} lines" in read(b"data:1\n\n" * MOST_LINES).faults[0]


TEXTS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)
# A bare CR and a bare LF in a row are one line end, so no body has both.
LINE_ENDS = st.sampled_from([["\n", "\r\n"], ["\r", "\r\n"]])


@given(
    events=st.lists(st.lists(TEXTS, min_size=1, max_size=3), max_size=5), ends=LINE_ENDS, random=st.randoms()
)
def test_events_are_the_same_with_every_line_end(
    events: list[list[str]], ends: list[str], random: Random
) -> None:
    lines = [line for event in events for line in [": comment", *(f"data: {text}" for text in event), ""]]
    stream = read("".join(line + random.choice(ends) for line in lines).encode())

    assert ["\n".join(event) for event in events] == [event.data for event in stream.events]
    assert () == stream.faults


PIECES = st.sampled_from([b"data", b":", b" ", b"\r", b"\n", b"id", b"x", b"\xf0", b"\x9f", b"\0"])


@given(st.lists(PIECES))
def test_line_ends_are_equivalent(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    plain = re.sub(rb"\r\n|\r", b"\n", body)

    assert _without_places(read(plain)) == _without_places(read(body))


def _without_places(stream: EventStream) -> tuple[object, ...]:
    events = [(event.type, event.data, event.id) for event in stream.events]
    faults = [re.sub(r"byte \d+", "byte", fault) for fault in stream.faults]
    return events, faults, stream.comments


@given(st.binary(max_size=200))
def test_any_bytes_are_read(body: bytes) -> None:
    stream = read(body)

    assert sorted(event.offset for event in stream.events) == [event.offset for event in stream.events]
