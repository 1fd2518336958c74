"""Which requests of a run are in flight: most run concurrently, some need the deployment to themselves."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class TooBusyError(Exception):
    """The requests in flight did not end before the deadline."""


@define
class Traffic:
    """A lock that requests share, or hold exclusively. Safe to use from several threads.

    A thread that asks for exclusive access waits for the requests in flight and blocks later ones. While it
    has exclusive access, it may send any number of requests one after another.
    """

    _condition: threading.Condition = field(factory=threading.Condition, init=False)
    _in_flight: int = field(default=0, init=False)
    _waiting: int = field(default=0, init=False)
    _owner: int | None = field(default=None, init=False)

    @contextmanager
    def shared(self, deadline: float) -> Iterator[None]:
        """Send one request while others may be in flight; raises TooBusyError at this `time.monotonic`."""
        if self._owner == threading.get_ident():
            yield
            return
        with self._condition:
            self._wait(lambda: self._owner is None and not self._waiting, deadline)
            self._in_flight += 1
        try:
            yield
        finally:
            with self._condition:
                self._in_flight -= 1
                self._condition.notify_all()

    @contextmanager
    def exclusive(self, deadline: float) -> Iterator[None]:
        """Have no other request in flight; raises TooBusyError at this `time.monotonic`."""
        if self._owner == threading.get_ident():
            yield
            return
        with self._condition:
            self._waiting += 1
            try:
                self._wait(lambda: self._owner is None and not self._in_flight, deadline)
            finally:
                self._waiting -= 1
                self._condition.notify_all()
            self._owner = threading.get_ident()
        try:
            yield
        finally:
            with self._condition:
                self._owner = None
                self._condition.notify_all()

    def _wait(self, ready: Callable[[], bool], deadline: float) -> None:
        if not self._condition.wait_for(ready, max(deadline - time.monotonic(), 0)):
            raise TooBusyError
