"""Under load: refusals at once, a quick /health, and nothing done for clients that are gone."""

from __future__ import annotations

import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests.reference.raw_http import exchange

from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tgi_reference.server import Running

JSON = {"content-type": "application/json"}
LONG = {"inputs": "What is Deep Learning?", "parameters": {"max_new_tokens": 500}}


@pytest.fixture(scope="module")
def slow() -> Iterator[Running]:
    """A server of two permits that takes 20 ms a token."""
    with running(Settings(max_concurrent_requests=2, token_latency=0.02)) as server:
        yield server


def raw_request(path: str, value: object) -> bytes:
    body = json.dumps(value).encode()
    return head(path, len(body)) + body


def head(path: str, size: int) -> bytes:
    fields = f"host: x\r\ncontent-type: application/json\r\ncontent-length: {size}"
    return f"POST {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode()


@contextmanager
def connected(server: Running) -> Iterator[socket.socket]:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        yield connection


def metric(server: Running, name: str) -> float:
    text = exchange(server.url, "GET", "/metrics").text
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.01)
    return False


def in_flight(server: Running) -> float:
    return metric(server, "tgi_reference_generations_in_flight")


@pytest.mark.parametrize("path", ["/generate", "/generate_stream"])
def test_a_client_that_leaves_frees_its_slot_and_stops_its_generation(slow: Running, path: str) -> None:
    before = metric(slow, "tgi_reference_cancelled_generations")
    with connected(slow) as connection:
        connection.sendall(raw_request(path, LONG))
        assert eventually(lambda: in_flight(slow) == 1)
    assert eventually(lambda: in_flight(slow) == 0)
    assert before + 1 == metric(slow, "tgi_reference_cancelled_generations")


def test_beyond_the_limit_requests_are_refused_at_once_and_health_stays(slow: Running) -> None:
    with connected(slow) as one, connected(slow) as other:
        one.sendall(raw_request("/generate_stream", LONG))
        other.sendall(raw_request("/generate", LONG))
        assert eventually(lambda: in_flight(slow) == 2)
        start = time.perf_counter()
        body = json.dumps(LONG).encode()
        refused = exchange(slow.url, "POST", "/generate", JSON, body)
        streamed = exchange(slow.url, "POST", "/generate_stream", JSON, body)
        assert 0.5 > time.perf_counter() - start
        assert (429, "overloaded") == (refused.status, json.loads(refused.body)["error_type"])
        assert (200, 'data: {"error":"Model is overloaded","error_type":"overloaded"}\n\n') == (
            streamed.status,
            streamed.text,
        )
        for path in ("/health", "/ping", "/", "/info", "/metrics"):
            assert 200 == exchange(slow.url, "GET", path).status
    assert eventually(lambda: in_flight(slow) == 0)
    short = json.dumps({"inputs": "x", "parameters": {"max_new_tokens": 1}}).encode()
    assert 200 == exchange(slow.url, "POST", "/generate", JSON, short).status


def test_best_of_takes_a_permit_for_each_sequence(slow: Running) -> None:
    with connected(slow) as connection:
        connection.sendall(raw_request("/generate_stream", LONG))
        assert eventually(lambda: in_flight(slow) == 1)
        parameters = {"best_of": 2, "do_sample": True, "max_new_tokens": 2}
        body = json.dumps({"inputs": "x", "parameters": parameters}).encode()
        assert 429 == exchange(slow.url, "POST", "/generate", JSON, body).status
    assert eventually(lambda: in_flight(slow) == 0)


def test_health_is_quick_while_many_generate() -> None:
    body = json.dumps({"inputs": "x", "parameters": {"max_new_tokens": 900, "do_sample": True}}).encode()
    with running(Settings()) as server, ThreadPoolExecutor(24) as pool:
        work = [pool.submit(exchange, server.url, "POST", "/generate", JSON, body) for _ in range(24)]
        assert eventually(lambda: in_flight(server) > 10)
        start = time.perf_counter()
        assert 200 == exchange(server.url, "GET", "/health").status
        assert 1.0 > time.perf_counter() - start
        assert {200} == {one.result().status for one in work}


def test_answers_of_simultaneous_requests_are_not_mixed_up(tgi: Running) -> None:
    def ask(number: int) -> str:
        parameters = {"max_new_tokens": 3, "return_full_text": True}
        body = json.dumps({"inputs": f"question {number}", "parameters": parameters}).encode()
        return str(json.loads(exchange(tgi.url, "POST", "/generate", JSON, body).body)["generated_text"])

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(ask, range(40)))
    assert [] == [number for number, text in enumerate(texts) if not text.startswith(f"question {number}")]


def test_pipelined_requests_are_answered_in_order(tgi: Running) -> None:
    bodies = [
        {"inputs": text, "parameters": {"max_new_tokens": 1, "return_full_text": True}} for text in "abc"
    ]
    with connected(tgi) as connection:
        connection.sendall(b"".join(raw_request("/generate", body) for body in bodies))
        received = b""
        while received.count(b"generated_text") < 3:
            received += connection.recv(65536)
    assert ["a", "b", "c"] == [
        text[0] for text in re.findall(r'"generated_text":"([^"]*)"', received.decode())
    ]


def test_a_body_that_is_far_too_large_is_refused_and_the_connection_survives(tgi: Running) -> None:
    with connected(tgi) as connection:
        size = 10_000_000
        connection.sendall(head("/generate", size))
        for _ in range(10):
            connection.sendall(b"a" * (size // 10))
        received = b""
        while b"length limit exceeded" not in received:
            received += connection.recv(65536)
        assert received.startswith(b"HTTP/1.1 413")
        connection.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_the_model_process_can_fail_and_come_back() -> None:
    body = json.dumps({"inputs": "x", "parameters": {"max_new_tokens": 1}}).encode()
    with running(Settings()) as server:
        server.take_backend_down()
        assert 503 == exchange(server.url, "GET", "/health").status
        assert 424 == exchange(server.url, "POST", "/generate", JSON, body).status
        server.bring_backend_up()
        assert 200 == exchange(server.url, "GET", "/health").status
        assert 200 == exchange(server.url, "POST", "/generate", JSON, body).status


def test_metrics_count_what_was_sent() -> None:
    with running(Settings()) as server:
        body = json.dumps({"inputs": "x", "parameters": {"max_new_tokens": 4}}).encode()
        for _ in range(3):
            exchange(server.url, "POST", "/generate", JSON, body)
        bad = json.dumps({"inputs": "x", "parameters": {"temperature": -1}}).encode()
        exchange(server.url, "POST", "/generate", JSON, bad)
        assert 4 == metric(server, "tgi_request_count")
        assert 3 == metric(server, "tgi_request_success")
        assert 1 == metric(server, 'tgi_request_failure{err="validation"}')
        assert 12 == metric(server, "tgi_request_generated_tokens_sum")
        assert 3 == metric(server, "tgi_request_duration_count")


@pytest.mark.parametrize("path", ["/tokenize", "/generate"])
def test_health_is_quick_while_megabytes_are_read(tgi: Running, path: str) -> None:
    body = json.dumps({"inputs": "word " * 300_000}).encode()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(exchange, tgi.url, "POST", path, JSON, body)
        slowest = 0.0
        while not work.done():
            start = time.perf_counter()
            assert 200 == exchange(tgi.url, "GET", "/health").status
            slowest = max(slowest, time.perf_counter() - start)
    assert {"/tokenize": 200, "/generate": 422}[path] == work.result().status
    assert 1.0 > slowest
