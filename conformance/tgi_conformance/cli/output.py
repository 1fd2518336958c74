"""What is printed, and the signals that end a run: neither may lose a report or change an exit status."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

WIDE = 200  # columns
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class SafeConsole(Console):
    """A console that says nothing more once its pipe is closed."""

    def on_broken_pipe(self) -> None:
        """Go on without output."""
        self.quiet = True
        silence(sys.stdout)


def console() -> Console:
    """Give the console for what is printed at the end; a pipe has no width, so its tables keep theirs."""
    width = None if sys.stdout.isatty() else WIDE
    return SafeConsole(highlight=False, soft_wrap=True, width=width)


def replace_what_cannot_be_encoded() -> None:
    """Let standard output and error show a replacement for what their encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


@contextmanager
def printing() -> Iterator[None]:
    """Print, and go on without the rest where the output takes no more: a full disk, a closed pipe."""
    try:
        yield
        sys.stdout.flush()
    except OSError:
        silence(sys.stdout)


def silence(stream: TextIO) -> None:
    """Send whatever is still written to a stream nowhere, so that Python does not fail at its exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set; a second signal ends the process at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_signal(_: int, __: FrameType | None) -> None:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        with suppress(OSError):
            click.echo("stopping…", err=True)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
