"""A reference server whose process exits when a request contains a certain text.

`python -m tests.conformance.engine.crashing_server PORT TEXT` starts one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import httpx
from tests.conformance.ports import free_port

from tgi_reference.injection.hooks import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.injection.call import Call

ROOT = Path(__file__).parents[3]
CATALOGUE = Catalogue("end")
MOST_SECONDS = 30


def _serve(port: int, text: str) -> NoReturn:
    from tests.selftest.altered import altered  # noqa: PLC0415 - what a test that imports this does not need

    from tgi_reference.settings import Settings  # noqa: PLC0415

    @CATALOGUE.request()
    def crashes(call: Call) -> None:
        """The process exits."""
        if text.encode() in call.raw:
            os._exit(3)

    with altered(tuple(CATALOGUE), Settings(quiet=True, port=port, token_latency=0.002)):
        threading.Event().wait()
    raise AssertionError


@contextmanager
def crashing_server(text: str, *, restarts: bool) -> Iterator[str]:
    """Serve in a process of its own, which is started again after a crash if `restarts`; yields the URL."""
    port, over, processes = free_port(), threading.Event(), []
    command = [sys.executable, "-m", "tests.conformance.engine.crashing_server", str(port), text]

    def start() -> None:
        processes.append(subprocess.Popen(command, cwd=ROOT))  # noqa: S603

    def supervise() -> None:
        while not over.wait(0.1):
            if processes[-1].poll() is not None:
                start()

    start()
    url = f"http://127.0.0.1:{port}"
    _wait_for(url)
    supervisor = threading.Thread(target=supervise)
    if restarts:
        supervisor.start()
    try:
        yield url
    finally:
        over.set()
        if restarts:
            supervisor.join()
        processes[-1].kill()
        processes[-1].wait()


def _wait_for(url: str) -> None:
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health").is_success:
                return
        time.sleep(0.05)
    raise TimeoutError(url)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2])
