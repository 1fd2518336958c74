"""The command: how it starts, stops and complains. Each test runs it as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests.reference.raw_http import exchange

from tgi_reference.server import listen
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = {"content-type": "application/json"}


@contextmanager
def served(*flags: str, key: str | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    environment = {**os.environ, **({"API_KEY": key} if key else {})}
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "tgi_reference", "--port", "0", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def complaint(*flags: str) -> str:
    """What the command says of wrong flags: one line, with status 2 and without a traceback."""
    process = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", "tgi_reference", *flags],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (2, "") == (process.returncode, process.stdout)
    assert 1 == process.stderr.count("\n")
    return process.stderr


def stream_of(url: str, tokens: int) -> tuple[HTTPConnection, HTTPResponse]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    body = json.dumps({"inputs": "x", "parameters": {"max_new_tokens": tokens}})
    connection.request("POST", "/generate_stream", body, JSON)
    return connection, connection.getresponse()


def test_a_signal_lets_streams_end_and_then_the_server_leaves_with_status_0() -> None:
    with served("--token-latency-ms", "20") as (process, url):
        connection, response = stream_of(url, 30)
        first = response.readline()
        process.send_signal(signal.SIGTERM)
        events = (first + response.read()).decode().split("\n\n")
        connection.close()
        assert 30 == len(events) - 1
        assert '"generated_text":"' in events[-2]
        assert 0 == process.wait(10)


def test_an_idle_server_leaves_at_once() -> None:
    with served() as (process, _):
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(5)


def test_a_second_signal_does_not_wait() -> None:
    with served("--token-latency-ms", "50") as (process, url):
        connection, response = stream_of(url, 900)
        response.readline()
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)  # two signals that are pending at once count as one
        process.send_signal(signal.SIGINT)
        process.wait(5)
        connection.close()


def test_signals_take_the_model_process_down_and_up() -> None:
    with served() as (process, url):
        for number, expected in ((signal.SIGUSR1, 503), (signal.SIGUSR2, 200)):
            process.send_signal(number)
            deadline = time.monotonic() + 5
            while exchange(url, "GET", "/health").status != expected:
                assert time.monotonic() < deadline


def test_the_log_has_a_line_a_request_and_never_the_key() -> None:
    with served(key="sesame-secret") as (process, url):
        body = json.dumps({"inputs": "x", "parameters": {"max_new_tokens": 2}}).encode()
        right = {**JSON, "authorization": "Bearer sesame-secret"}
        assert 401 == exchange(url, "POST", "/generate", JSON, body).status
        assert 200 == exchange(url, "POST", "/generate?k=sesame-secret", right, body).status
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=10)
    lines = [line.partition(" ")[2].partition(" ")[2] for line in log.splitlines()]
    assert re.fullmatch(r"POST /generate 401 [\d.]+ ms", lines[0])
    assert re.fullmatch(r"POST /generate 200 1\+2 tokens [\d.]+ ms", lines[1])
    assert "sesame" not in output + log


def test_quiet_means_no_log() -> None:
    with served("--quiet") as (process, url):
        exchange(url, "GET", "/info")
        process.send_signal(signal.SIGTERM)
        assert "" == process.communicate(timeout=10)[1]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--nope"], "--nope"),
        (["--as", "someone"], "someone"),
        (["--port", "high"], "high"),
        (["--port", "70000"], "--port must be between 0 and 65535"),
        (["--max-input-tokens", "1024"], "--max-input-tokens must be less than --max-total-tokens"),
        (["--max-best-of", "0"], "--max-best-of must be at least 1"),
        (["--api-key", " "], "--api-key must be"),
        (["--noise", "-1"], "--noise must be a number from 0 on"),
        (["--noise", "nan"], "--noise must be a number from 0 on"),
        (["--token-latency-ms", "-1"], "--token-latency-ms must not be negative"),
        (["--host", "203.0.113.1"], "cannot listen on 203.0.113.1"),
    ],
)
def test_wrong_flags_get_one_line(flags: list[str], expected: str) -> None:
    assert expected in complaint(*flags)


def test_a_port_in_use_gets_one_line() -> None:
    with listen(Settings()) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in complaint("--port", str(port))
