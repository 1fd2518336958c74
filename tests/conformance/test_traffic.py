"""Requests go side by side, and who asks to be alone is."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tgi_conformance.http.traffic import TooBusyError, Traffic


def soon() -> float:
    return time.monotonic() + 10


def test_requests_go_side_by_side() -> None:
    traffic, together = Traffic(), threading.Barrier(4, timeout=10)

    def send() -> int:
        with traffic.flight(soon()):
            return together.wait()

    with ThreadPoolExecutor(4) as threads:
        assert {0, 1, 2, 3} == {one.result() for one in [threads.submit(send) for _ in range(4)]}


def test_who_is_alone_has_nobody_beside_it() -> None:
    traffic, flying, seen = Traffic(), [], []

    def send() -> None:
        with traffic.flight(soon()):
            flying.append(1)
            time.sleep(0.002)
            flying.pop()

    def send_alone() -> None:
        with traffic.alone(soon()), traffic.flight(soon()):
            seen.append(len(flying))
            time.sleep(0.002)
            seen.append(len(flying))

    with ThreadPoolExecutor(8) as threads:
        for one in [threads.submit(send_alone if n % 7 == 3 else send) for n in range(70)]:
            one.result()

    assert [0] * 20 == seen


def test_nobody_waits_beyond_the_deadline() -> None:
    traffic = Traffic()

    def ask() -> None:
        with traffic.flight(time.monotonic() + 0.05):
            raise AssertionError("let by")

    with ThreadPoolExecutor(1) as threads, traffic.alone(soon()), pytest.raises(TooBusyError):
        threads.submit(ask).result()
