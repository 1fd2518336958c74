"""Answers that several requirements share, each requested once per run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.session.retries import send_with_retries

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.session.sender import Sender


@define
class ResponseCache:
    """A deployment's answers by request. Safe to use from several threads."""

    sender: Sender
    _kept: dict[Request, Exchange] = field(factory=dict, init=False)
    _locks: dict[Request, threading.Lock] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def get(self, request: Request) -> tuple[Exchange, bool]:
        """Return the answer to a request, and whether it was sent just now; raises as Context.send does."""
        with self._lock:
            lock = self._locks.setdefault(request, threading.Lock())
        with lock:
            sent = request not in self._kept
            if sent:
                self._kept[request] = send_with_retries(self.sender, request)
            return self._kept[request], sent
