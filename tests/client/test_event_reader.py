"""Event streams by the rules of WHATWG, however their bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgi_client.errors import EventTooLong
from tgi_client.events import EventReader


def read(*chunks: bytes, limit: int = 1000) -> list[str]:
    reader = EventReader(limit)
    return [data for chunk in chunks for data in reader.feed(chunk)]


def read_quickly(*chunks: bytes, limit: int = 1000) -> list[str]:
    """Read as streams do: what is one event of one line without the other rules."""
    reader, found = EventReader(limit), []
    for chunk in chunks:
        data = reader.sole(chunk)
        found += [data.decode("utf-8", "replace")] if data is not None else reader.feed(chunk)
    return found


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a \n\n", ["a "]),
        (b"data: a\r\n\r\n", ["a"]),
        (b"data: a\r\r", ["a"]),
        (b"data: a\r\n\n", ["a"]),
        (b"data: a\n\rdata: b\n\n", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data\n\n", [""]),
        (b"data\ndata\n\n", ["\n"]),
        (b"data:\n\n", [""]),
        (b": comment\ndata: a\n\n", ["a"]),
        (b":\n\n:\n\n", []),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"event: x\n\n", []),
        (b"database: a\n\n", []),
        (b" data: a\n\n", []),
        (b"DATA: a\n\n", []),
        (b"data : a\n\n", []),
        (b"data: a\n", []),
        (b"data: a", []),
        (b"\n\n\ndata: a\n\n\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: \xef\xbb\xbfa\n\n", ["\ufeffa"]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", ["a"]),
        ("data: é日🤖\n\n".encode(), ["é日🤖"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"data: a\x00b\n\n", ["a\x00b"]),
        ("data: a\u2028b\x0bc\x85\n\n".encode(), ["a\u2028b\x0bc\x85"]),
        (b"", []),
    ],
)
def test_a_stream_gives_the_events_that_the_rules_say(stream: bytes, expected: list[str]) -> None:
    assert expected == read(stream)
    assert expected == read(*(stream[i : i + 1] for i in range(len(stream))))


PIECES = st.sampled_from(
    [
        b"data: a",
        b"data:",
        b"data",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b": c",
        b"event: x",
        "é🤖".encode(),
        b" ",
        b":",
    ]
)


@given(st.lists(PIECES).map(b"".join), st.lists(st.integers(0, 200)))
def test_where_a_stream_is_cut_makes_no_difference(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[start:end] for start, end in pairwise(places)]
    assert read(stream) == read(*chunks)
    assert read(stream) == read_quickly(*chunks)


@given(st.lists(PIECES | st.sampled_from([b"data: a\n\n", b"data: \n\n", b"data: b\rdata: c\n\n"])))
def test_a_chunk_that_is_one_event_is_read_as_any_other(chunks: list[bytes]) -> None:
    assert read(*chunks) == read_quickly(*chunks)


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        (b"data: a\n\n", b"a"),
        (b"data: \n\n", b""),
        (b"data:a\n\n", None),
        (b"data: a\n", None),
        (b"data: a\n\n\n", None),
        (b"data: a\nid: 1\n\n", None),
        (b"data: a\rid: 1\n\n", None),
        (b"data: a\r\n\r\n", None),
        (b"id: 1\n\n", None),
        (b"data: " + b"x" * 1000 + b"\n\n", None),
        (b"", None),
    ],
)
def test_only_one_event_of_one_line_needs_no_other_rules(chunk: bytes, expected: bytes | None) -> None:
    reader = EventReader(1000)
    assert reader.sole(chunk) is None  # a byte order mark may be at the start
    reader.feed(b":\n\n")
    assert expected == reader.sole(chunk)
    for begun in (b"data: 0", b"data: 0\n", b"data: 0\r"):
        reader = EventReader(1000)
        reader.feed(b":\n\n" + begun)
        assert reader.sole(chunk) is None


def test_an_event_comes_with_the_cr_that_ends_it() -> None:
    reader = EventReader()
    assert [] == reader.feed(b"data: a\r")
    assert ["a"] == reader.feed(b"\r")
    assert [] == reader.feed(b"\n")


@pytest.mark.parametrize(
    "chunks",
    [
        [b"x" * 1001],
        [b"x" * 600, b"x" * 600],
        [b"data: " + b"x" * 1001 + b"\n"],
        [b"data: xxxx\n"] * 1000,
        [b"data\n"] * 2000,
    ],
)
def test_a_line_or_event_over_the_limit_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(EventTooLong):
        read(*chunks)


def test_events_up_to_the_limit_pass() -> None:
    assert ["x" * 900] * 3 == read(b"data: " + b"x" * 900 + b"\n\n", (b"data: " + b"x" * 900 + b"\n\n") * 2)
