"""The users read answers within limits, whatever a server sends, and say why one is none."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.hostile import EVENTS, hostile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.hostile import Connection

CHUNKED = EVENTS + b"Transfer-Encoding: chunked\r\n\r\n"
EVENT = b"data: {}\n\n"
TIMEOUT = 1.0  # of reading.py
LATE = "no whole answer within 1 s"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def sending(*pieces: bytes, waiting: bool = False) -> Callable[[Connection], None]:
    """Send these bytes, then end the connection, or else keep it open."""

    def handler(connection: Connection) -> None:
        connection.request()
        for piece in pieces:
            connection.send(piece)
        if waiting:
            connection.over.wait(60)

    return handler


def without_end(connection: Connection) -> None:
    """Send a line that does not end, as fast as it is read."""
    connection.request()
    connection.send(CHUNKED)
    while not connection.over.is_set():
        connection.send(chunk(b"x" * 65536))


BROKE = "the connection broke: "
CASES: dict[str, tuple[Callable[[Connection], None], str, int]] = {
    "whole": (sending(CHUNKED, chunk(EVENT + b"data"), chunk(b": {}\n\n"), chunk(b"")), "data: {}", 2),
    "lines of Windows": (sending(CHUNKED, chunk(b"data: {}\r\n\r\n"), chunk(b"")), "data: {}", 1),
    "ended by closing": (sending(EVENTS + b"\r\n" + EVENT), "data: {}", 1),
    "cut off": (sending(CHUNKED, chunk(EVENT)), BROKE, 0),
    "cut off in a chunk": (sending(CHUNKED, b"ff\r\n" + EVENT), BROKE, 0),
    "cut off in its headers": (sending(EVENTS), BROKE, 0),
    "no answer": (sending(waiting=True), LATE, 0),
    "no end": (sending(CHUNKED, chunk(EVENT), waiting=True), LATE, 0),
    "a line without end": (without_end, "more than 4,194,304 bytes", 0),
}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    with ExitStack() as stack:
        urls = [stack.enter_context(hostile(case[0])).url for case in CASES.values()]
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, str(Path(__file__).with_name("reading.py")), *urls],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert 0 == done.returncode, done.stderr
    return dict(zip(CASES, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_read_within_limits(case: str, found: dict[str, Any]) -> None:
    _, expected, events = CASES[case]
    told, counted, seconds, _ = found[case]

    assert told.startswith(expected)
    assert events == counted
    assert seconds < TIMEOUT + 2


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_counted_though_others_were_sent_meanwhile(case: str, found: dict[str, Any]) -> None:
    assert 1 == found[case][-1]
