"""Requests go side by side, and who asks to be alone is."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tgi_conformance.http.traffic import TooBusyError, Traffic


def soon() -> float:
    return time.monotonic() + 10


def test_shared_requests_run_concurrently() -> None:
    traffic, together = Traffic(), threading.Barrier(4, timeout=10)

    def send() -> int:
        with traffic.shared(soon()):
            return together.wait()

    with ThreadPoolExecutor(4) as threads:
        assert {0, 1, 2, 3} == {one.result() for one in [threads.submit(send) for _ in range(4)]}


def test_an_exclusive_request_runs_alone() -> None:
    traffic, flying, seen = Traffic(), [], []

    def send() -> None:
        with traffic.shared(soon()):
            flying.append(1)
            time.sleep(0.002)
            flying.pop()

    def send_alone() -> None:
        with traffic.exclusive(soon()), traffic.shared(soon()):
            seen.append(len(flying))
            time.sleep(0.002)
            seen.append(len(flying))

    with ThreadPoolExecutor(8) as threads:
        for one in [threads.submit(send_alone if n % 7 == 3 else send) for n in range(70)]:
            one.result()

    assert [0] * 20 == seen


def test_waiting_ends_at_the_deadline() -> None:
    traffic = Traffic()

    def ask() -> None:
        with traffic.shared(time.monotonic() + 0.05):
            raise AssertionError("let by")

    with ThreadPoolExecutor(1) as threads, traffic.exclusive(soon()), pytest.raises(TooBusyError):
        threads.submit(ask).result()
