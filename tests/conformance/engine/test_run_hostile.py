"""Whole runs against servers that mean harm: they end in time, in little memory, with a report."""

from __future__ import annotations

import random
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from tests.conformance.hostile import EVENTS, JSON, OK, Connection, answer, answering, hostile

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.selection import Selection
from tgi_conformance.engine.run import run
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target
from tgi_conformance.results.levels import Depth, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.hostile import Handler

BOUNDS = Bounds(request_seconds=0.2, run_seconds=4, answer_bytes=400_000, run_bytes=4_000_000)
MOST_SECONDS = 40  # of a run that has 6, on a machine that has other things to do
MOST_MEMORY = 150_000_000


def hanging(connection: Connection) -> None:
    connection.request()
    connection.over.wait(60)


def trickling(connection: Connection) -> None:
    connection.request()
    for byte in OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 500:
        connection.send(bytes([byte]))
        if connection.over.wait(0.02):
            return


def flooding(head: bytes, piece: bytes) -> Handler:
    def handler(connection: Connection) -> None:
        connection.request()
        connection.send(head + b"\r\n")
        while not connection.over.is_set():
            connection.send(piece)

    return handler


def resetting(connection: Connection) -> None:
    connection.request()
    connection.reset()


def garbling(connection: Connection) -> None:
    connection.request()
    noise = random.Random(connection.number)  # noqa: S311
    connection.send(noise.randbytes(5000))


def closing_at_random(connection: Connection) -> None:
    whole = answer(b'{"generated_text": "x", "model_id": "y"}')
    while connection.request():
        chance = random.Random(connection.number)  # noqa: S311 - noise
        if chance.random() < 0.5:
            connection.send(whole[: chance.randrange(len(whole))])
            return
        connection.send(whole)


HOSTILE: dict[str, Callable[[Connection], None]] = {
    "hangs": hanging,
    "trickles": trickling,
    "never ends a stream": flooding(EVENTS, b'data: {"token": {"id": 1, "text": "x"}}\n\n' * 100),
    "sends without end": flooding(OK + b"Content-Length: 10000000000\r\n", b"x" * 65536),
    "resets": resetting,
    "answers garbage": garbling,
    "closes at random": closing_at_random,
    "answers lists in lists": answering(answer(b"[" + b"[]," * 130_000 + b"[]]", JSON)),
    "answers with events": answering(answer(b"data:{}\n\n" * 15_000, EVENTS)),
    "answers deep": answering(answer(b"[" * 100_000 + b"]" * 100_000, JSON)),
    "claims a huge release": answering(answer(b'{"version": "%s"}' % (b"9" * 300_000), JSON)),
}


@pytest.mark.parametrize("handler", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_run_ends_with_a_report(handler: Handler) -> None:
    started = time.monotonic()
    with hostile(handler) as server:
        report = run(RunConfig(Target(server.url), Depth.SMOKE, bounds=BOUNDS))

    assert report.verdict in {Verdict.DOES_NOT_CONFORM, Verdict.COULD_NOT_TELL}
    assert time.monotonic() - started < MOST_SECONDS
    assert () == report.having(Outcome.ERROR)


LARGE = [name for name in HOSTILE if name.startswith(("answers", "sends", "never"))]


@pytest.mark.parametrize("name", LARGE)
def test_the_run_stays_small(name: str) -> None:
    with hostile(HOSTILE[name]) as server:
        chosen = RunConfig(
            Target(server.url),
            Depth.SMOKE,
            selection=Selection(only=("generate", "generate-stream")),
            bounds=BOUNDS,
        )
        tracemalloc.start()
        try:
            run(chosen)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak < MOST_MEMORY
