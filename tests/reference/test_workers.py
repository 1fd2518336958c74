"""`serve --workers N`: several processes on one port, which end together."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from tests.reference.raw_http import exchange
from tests.reference.test_serve import complaint, served

from tgi_reference.server import ListenError, listen, listen_often
from tgi_reference.settings import Settings

JSON = {"content-type": "application/json"}
ASK = json.dumps({"inputs": "What is Deep Learning?", "parameters": {"max_new_tokens": 3}}).encode()

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes share a port on Linux only")


def counted(url: str) -> int:
    """Give how many requests one of the processes has answered; each counts its own."""
    with urlopen(f"{url}/metrics") as answer:  # noqa: S310 - our own server
        lines = answer.read().decode().splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("tgi_request_success"))))


def test_the_processes_share_the_requests_and_end_together() -> None:
    with served("--workers", "2") as (process, url):
        for _ in range(24):
            assert 200 == exchange(url, "POST", "/generate", JSON, ASK).status
        counts = {counted(url) for _ in range(24)}
        process.send_signal(signal.SIGTERM)

        assert 0 == process.wait(20)
        # By the kernel's choice; that all went to one of them has a chance of 1 in 8 million.
        assert 24 not in counts
        assert counts == {12} or 24 == sum(counts)
    with pytest.raises(OSError, match="refused"):
        urlopen(url)  # noqa: S310 - our own server


def test_a_process_that_is_killed_ends_the_others() -> None:
    with served("--workers", "2") as (process, _):
        (first, *_) = _children(process.pid)
        os.kill(first, signal.SIGKILL)

        assert 1 == process.wait(20)


def test_the_processes_leave_when_the_first_is_killed() -> None:
    with served("--workers", "2") as (process, url):
        children = _children(process.pid)
        process.kill()
        process.wait()
        end = time.monotonic() + 20
        while any(map(_runs, children)) and time.monotonic() < end:
            time.sleep(0.02)

        assert [] == [child for child in children if _runs(child)]
    with pytest.raises(OSError, match="refused"):
        urlopen(url)  # noqa: S310 - our own server


def _children(parent: int) -> list[int]:
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:  # noqa: PTH123 - of the kernel
        return [int(one) for one in file.read().split()]


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123 - of the kernel
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_port_that_processes_share_is_taken() -> None:
    shared = listen_often(Settings(workers=2))
    port = shared[0].getsockname()[1]
    try:
        with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1:{port}"):
            listen_often(Settings(workers=2, port=port))
        with pytest.raises(ListenError):
            listen(Settings(port=port))
    finally:
        for one in shared:
            one.close()


def test_how_many_there_are_is_told() -> None:
    assert "--workers must be at least 1, and it is 0" in complaint("--workers", "0")
    with served("--workers", "2") as (process, url):
        assert urlsplit(url).port
        assert process.stdout is not None
        assert "serves in 2 processes" in process.stdout.readline()
