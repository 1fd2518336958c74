"""How fast the reference server is: events of one stream, and answers of ``/generate`` with keep-alive.

The server runs in a process of its own; the client is a bare socket, so that what is measured is the server.
Goals: one stream of at least 20,000 events a second, and at least 300 answers of 20 tokens a second.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS_GOAL = 20_000
START_GOAL = 2
ANSWERS_GOAL = 300
PROMPT = "What is Deep Learning?"


@contextmanager
def server(*flags: str) -> Iterator[tuple[str, int]]:
    """A reference server, quiet, on a free port."""
    command = [sys.executable, "-m", "tgi_reference", "--port", "0", "--quiet", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own
    try:
        if process.stdout is None:
            raise RuntimeError("the server has no output")
        found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
        if found is None:
            raise RuntimeError("the server did not say where it is")
        yield found[1], int(found[2])
    finally:
        process.terminate()
        process.wait()


def request(path: str, body: str) -> bytes:
    """A request, as bytes."""
    head = f"POST {path} HTTP/1.1\r\nhost: benchmark\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


def events_a_second(address: tuple[str, int], tokens: int, do_sample: str) -> float:
    """Events of one stream; the first event starts the clock, the last one stops it."""
    parameters = f'{{"max_new_tokens":{tokens},"do_sample":{do_sample},"seed":1}}'
    body = f'{{"inputs":"{PROMPT}","parameters":{parameters}}}'
    with socket.create_connection(address) as connection:
        connection.sendall(request("/generate_stream", body))
        received = bytearray(connection.recv(65536))
        start = time.perf_counter()
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(262144)
        seconds = time.perf_counter() - start
    return received.count(b"data: ") / seconds


def answers_a_second(address: tuple[str, int], count: int) -> float:
    """Answers of 20 tokens over one connection, one after the other."""
    body = f'{{"inputs":"{PROMPT}","parameters":{{"max_new_tokens":20}}}}'
    raw = request("/generate", body)
    with socket.create_connection(address) as connection:
        start = time.perf_counter()
        for _ in range(count):
            connection.sendall(raw)
            _read_answer(connection)
        return count / (time.perf_counter() - start)


def _read_answer(connection: socket.socket) -> None:
    """Read one answer with a Content-Length."""
    received = bytearray()
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head)
    if found is None or not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not an answer: {head[:80]!r}")
    missing = int(found[1]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(missing))


def seconds_to_start() -> float:
    """Give the seconds from the command to the note that it serves, the least of three."""
    return min(_start_once() for _ in range(3))


def _start_once() -> float:
    begun = time.perf_counter()
    with server():
        return time.perf_counter() - begun


@click.command()
@click.option("--tokens", default=100_000, show_default=True, help="Length of the stream.")
@click.option("--answers", default=2_000, show_default=True, help="Number of answers.")
def main(tokens: int, answers: int) -> None:
    """Measure the reference server and print a table; status 1 when a goal is missed."""
    start = seconds_to_start()
    with server("--max-total-tokens", str(tokens + 1000)) as address:
        events_a_second(address, 1000, "true")
        rows = [
            ("events of one stream a second, greedy", events_a_second(address, tokens, "false"), EVENTS_GOAL),
            ("events of one stream a second, sampled", events_a_second(address, tokens, "true"), EVENTS_GOAL),
            (
                "answers of /generate a second, 20 tokens each",
                answers_a_second(address, answers),
                ANSWERS_GOAL,
            ),
        ]
    table = Table("measured", "value", "goal", title=f"Reference server, {os.cpu_count()} processors")
    for text, value, goal in rows:
        table.add_row(text, f"{value:,.0f}", f"{goal:,}")
    table.add_row("seconds to start", f"{start:.2f}", f"{START_GOAL} at most")
    Console().print(table)
    sys.exit(start > START_GOAL or any(value < goal for _, value, goal in rows))


if __name__ == "__main__":
    main()
