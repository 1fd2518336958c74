"""What of a run is in flight: requests go side by side, and some have the deployment to themselves."""

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
    """Lets requests by. Safe to use from several threads.

    Who asks to be alone waits for what is in flight and holds up what comes after. A thread that is alone may
    send as many requests as it likes, one after another.
    """

    _condition: threading.Condition = field(factory=threading.Condition, init=False)
    _flying: int = field(default=0, init=False)
    _waiting: int = field(default=0, init=False)
    _owner: int | None = field(default=None, init=False)

    @contextmanager
    def flight(self, deadline: float) -> Iterator[None]:
        """Send one request beside others; raises TooBusyError at a time of `time.monotonic`."""
        if self._owner == threading.get_ident():
            yield
            return
        with self._condition:
            self._wait(lambda: self._owner is None and not self._waiting, deadline)
            self._flying += 1
        try:
            yield
        finally:
            with self._condition:
                self._flying -= 1
                self._condition.notify_all()

    @contextmanager
    def alone(self, deadline: float) -> Iterator[None]:
        """Have the deployment to oneself; raises TooBusyError at a time of `time.monotonic`."""
        if self._owner == threading.get_ident():
            yield
            return
        with self._condition:
            self._waiting += 1
            try:
                self._wait(lambda: self._owner is None and not self._flying, deadline)
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
