"""Several processes that serve one port.

Each has a socket of its own on the port (`SO_REUSEPORT`), so the kernel spreads connections over them, and
state of its own: what a router knows once, such as its metrics and how many requests it admits, each of them
knows apart.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    Serve = Callable[[socket.socket, Callable[[], None]], None]

FORWARDED: Final = ("SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2")
READY: Final = b"."


def serve_in_processes(sockets: list[socket.socket], serve: Serve, ready: Callable[[], None]) -> int:
    """Fork a process for each socket, which serves it until a signal; call ``ready`` when all do.

    Signals go to all of them. A process that ends by itself ends the others too.

    Returns:
        The exit status: 0, or 1 if a process failed.
    """
    reading, writing = os.pipe()
    alive, living = os.pipe()  # nobody writes to it: its end tells a child that this process is gone
    children = []
    for one in sockets:
        child = os.fork()
        if not child:
            os.close(living)
            _serve(one, sockets, serve, writing, alive)
        children.append(child)
    for one in sockets:
        one.close()
    os.close(writing)
    _forward(children)
    told = b""
    while len(told) < len(children):
        piece = os.read(reading, len(children))
        if not piece:
            break  # a process ended before it served
        told += piece
    else:
        ready()
    return _wait(children)


def _serve(
    own: socket.socket, sockets: list[socket.socket], serve: Serve, writing: int, alive: int
) -> NoReturn:
    """Serve in a child; a terminal's signals come to it from its parent alone."""
    os.setpgrp()
    threading.Thread(target=_leave_with_parent, args=(alive,), daemon=True).start()
    status = 1
    try:
        for other in sockets:
            if other is not own:
                other.close()
        serve(own, lambda: _tell(writing))
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _leave_with_parent(alive: int) -> None:
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(writing: int) -> None:
    os.write(writing, READY)
    os.close(writing)


def _forward(children: list[int]) -> None:
    def forward(number: int, _: FrameType | None) -> None:
        _signal(children, number)

    for name in FORWARDED:
        signal.signal(getattr(signal, name), forward)


def _signal(children: list[int], number: int) -> None:
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, number)


def _wait(children: list[int]) -> int:
    """Wait for all; the first that ends by itself takes the others with it."""
    left, status = list(children), 0
    while left:
        ended, how = os.wait()
        if ended in left:
            left.remove(ended)
            status = status or (0 if os.waitstatus_to_exitcode(how) == 0 else 1)
            _signal(left, signal.SIGTERM)
    return status
